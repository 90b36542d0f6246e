/* Requests to a calendar server, by libcurl. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "people/dav.h"

#include "base/time.h"
#include "people/curl.h"
#include "people/dav_xml.h"
#include "people/ics_tree.h"

#define ANSWER_MAX      (64u << 20)
#define SECONDS_DEFAULT 30
#define CONNECT_SECONDS 10

struct dav {
    struct arena *arena;
    struct libcurl lib;
    CURL *curl;
    struct sv origin; /* "https://cal.example.org:8443" */
    struct sv root;   /* path of the URL, which ends in '/' */
    struct sv secret;
    long seconds;
};

static void close_curl(void *object)
{
    struct dav *d = object;
    d->lib.curl_easy_cleanup(d->curl);
}

/* ---- addresses ---- */

static bool split_url(struct sv url, struct sv *out_origin, struct sv *out_path)
{
    size_t scheme = sv_find(url, SV("://"), 0);
    if (scheme == SIZE_MAX)
        return false;
    size_t slash = sv_find_char(url, '/', scheme + 3);
    *out_origin = sv_slice(url, 0, slash);
    *out_path = slash == SIZE_MAX ? SV("/") : sv_slice(url, slash, url.n);
    return out_origin->n > scheme + 3 && sv_find_char(*out_origin, '@', 0) == SIZE_MAX;
}

static bool is_here(struct sv origin)
{
    static const char *const names[] = { "http://127.0.0.1", "http://localhost", "http://[::1]" };
    for (size_t i = 0; i < 3; i++) {
        struct sv name = sv_of(names[i]);
        if (sv_starts(origin, name) && (origin.n == name.n || origin.p[name.n] == ':'))
            return true;
    }
    return false;
}

static bool check_url(struct sv url, struct sv *out_origin, struct sv *out_path, struct err *err)
{
    if (!split_url(url, out_origin, out_path) || (!sv_starts(url, SV("https://")) && !sv_starts(url, SV("http://"))))
        return err_set(err, "'%.*s' is no address of a server: expected https://HOST/PATH, without a password in it", SV_ARG(url));
    for (size_t i = 0; i < url.n; i++)
        if ((unsigned char)url.p[i] <= 0x20 || url.p[i] == 0x7f)
            return err_set(err, "'%.*s' is no address of a server: it holds blanks", SV_ARG(url));
    return true;
}

struct dav *dav_open(struct arena *a, const struct dav_options *o, struct err *err)
{
    struct dav *d = ARENA_NEW(a, struct dav);
    d->arena = a;
    d->secret = o->secret;
    d->seconds = o->seconds ? o->seconds : SECONDS_DEFAULT;
    if (!check_url(o->url, &d->origin, &d->root, err))
        return NULL;
    if (o->secret.n && sv_starts(d->origin, SV("http:")) && !is_here(d->origin)) {
        err_set(err, "'%.*s' would get the secret unencrypted: use https", SV_ARG(d->origin));
        return NULL;
    }
    if (!sv_ends(d->root, SV("/")))
        d->root = arena_printf(a, "%.*s/", SV_ARG(d->root));
    if (!libcurl_load(&d->lib, err))
        return NULL;
    d->curl = d->lib.curl_easy_init();
    if (!d->curl) {
        err_set(err, "libcurl cannot be started");
        return NULL;
    }
    arena_defer(a, close_curl, d);
    return d;
}

struct sv dav_href(struct dav *d, struct sv path)
{
    struct sv p = sv_starts(path, SV("/")) ? path : arena_printf(d->arena, "%.*s%.*s", SV_ARG(d->root), SV_ARG(path));
    return sv_ends(p, SV("/")) ? p : arena_printf(d->arena, "%.*s/", SV_ARG(p));
}

/* ---- one request ---- */

struct answer {
    long status;
    struct strbuf body, *etag_to;
    struct strbuf etag, dav;
    size_t max;
    bool too_large;
};

static size_t take_body(char *p, size_t size, size_t n, void *ctx)
{
    struct answer *r = ctx;
    if (r->body.n + size * n > r->max) {
        r->too_large = true;
        return 0;
    }
    strbuf_add(&r->body, sv_make(p, size * n));
    return size * n;
}

static bool header_is(struct sv line, const char *name, struct sv *out_value)
{
    size_t colon = sv_find_char(line, ':', 0);
    if (colon == SIZE_MAX || !sv_eq_nocase(sv_slice(line, 0, colon), sv_of(name)))
        return false;
    *out_value = sv_trim(sv_slice(line, colon + 1, line.n));
    return true;
}

static size_t take_header(char *p, size_t size, size_t n, void *ctx)
{
    struct answer *r = ctx;
    struct sv value, line = sv_make(p, size * n);
    if (header_is(line, "ETag", &value)) {
        strbuf_reset(&r->etag);
        strbuf_add(&r->etag, value);
    } else if (header_is(line, "DAV", &value)) { /* it may come several times */
        strbuf_add(&r->dav, value);
        strbuf_addc(&r->dav, ',');
    }
    return size * n;
}

struct request {
    const char *method;
    struct sv href;
    struct sv body;
    const char *type; /* of the body */
    int depth;        /* -1: none */
    struct sv if_match;
    bool if_none_match;
    size_t max; /* bytes of the answer; 0: ANSWER_MAX */
};

static struct curl_slist *headers_of(struct dav *d, const struct request *q)
{
    struct curl_slist *list = NULL;
    struct arena *a = d->arena;
    list = d->lib.curl_slist_append(list, "User-Agent: potlac/" POTLAC_VERSION);
    list = d->lib.curl_slist_append(list, "Expect:");
    if (q->type)
        list = d->lib.curl_slist_append(list, arena_cstr(a, arena_printf(a, "Content-Type: %s; charset=utf-8", q->type)));
    if (q->depth >= 0)
        list = d->lib.curl_slist_append(list, q->depth ? "Depth: 1" : "Depth: 0");
    if (q->if_match.n)
        list = d->lib.curl_slist_append(list, arena_cstr(a, arena_printf(a, "If-Match: %.*s", SV_ARG(q->if_match))));
    if (q->if_none_match)
        list = d->lib.curl_slist_append(list, "If-None-Match: *");
    return list;
}

static void set_secret(struct dav *d)
{
    size_t colon = sv_find_char(d->secret, ':', 0);
    if (!d->secret.n)
        return;
    if (colon != SIZE_MAX) {
        d->lib.curl_easy_setopt(d->curl, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
        d->lib.curl_easy_setopt(d->curl, CURLOPT_USERNAME, arena_cstr(d->arena, sv_slice(d->secret, 0, colon)));
        d->lib.curl_easy_setopt(d->curl, CURLOPT_PASSWORD, arena_cstr(d->arena, sv_slice(d->secret, colon + 1, d->secret.n)));
    } else {
        d->lib.curl_easy_setopt(d->curl, CURLOPT_HTTPAUTH, (long)CURLAUTH_BEARER);
        d->lib.curl_easy_setopt(d->curl, CURLOPT_XOAUTH2_BEARER, arena_cstr(d->arena, d->secret));
    }
}

static void set_options(struct dav *d, const struct request *q, struct answer *r, struct curl_slist *headers)
{
    const struct libcurl *lib = &d->lib;
    CURL *c = d->curl;
    lib->curl_easy_reset(c);
    lib->curl_easy_setopt(c, CURLOPT_URL, arena_cstr(d->arena, arena_printf(d->arena, "%.*s%.*s", SV_ARG(d->origin), SV_ARG(q->href))));
    lib->curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
    lib->curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L); /* a redirect would carry the secret along */
    lib->curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L);
    lib->curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L);
    lib->curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    lib->curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
    lib->curl_easy_setopt(c, CURLOPT_TIMEOUT, d->seconds);
    lib->curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, q->method);
    lib->curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
    lib->curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take_body);
    lib->curl_easy_setopt(c, CURLOPT_WRITEDATA, r);
    lib->curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, take_header);
    lib->curl_easy_setopt(c, CURLOPT_HEADERDATA, r);
    if (q->body.p) {
        lib->curl_easy_setopt(c, CURLOPT_POSTFIELDS, q->body.p);
        lib->curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)q->body.n);
    }
    if (is_here(d->origin))
        lib->curl_easy_setopt(c, CURLOPT_NOPROXY, "*");
    set_secret(d);
}

/* False and err where no answer came. The body of the answer is on the heap. */
static bool ask(struct dav *d, const struct request *q, struct answer *r, struct err *err)
{
    struct curl_slist *headers = headers_of(d, q);
    *r = (struct answer){
        .body = STRBUF_HEAP, .etag = STRBUF_IN(d->arena), .dav = STRBUF_IN(d->arena), .max = q->max ? q->max : ANSWER_MAX
    };
    set_options(d, q, r, headers);
    CURLcode code = d->lib.curl_easy_perform(d->curl);
    d->lib.curl_easy_getinfo(d->curl, CURLINFO_RESPONSE_CODE, &r->status);
    d->lib.curl_slist_free_all(headers);
    if (code == CURLE_OK)
        return true;
    if (r->too_large)
        return err_set(err, "%s %.*s answers more than %zu bytes", q->method, SV_ARG(q->href), r->max);
    return err_set(err, "%.*s does not answer: %s", SV_ARG(d->origin), d->lib.curl_easy_strerror(code));
}

static enum dav_outcome outcome_of(struct dav *d, const struct request *q, const struct answer *r, struct err *err)
{
    long s = r->status;
    struct sv body = strbuf_sv(&r->body);
    if (s >= 200 && s < 300)
        return DAV_OK;
    if ((s == 409 || s == 403) && dav_xml_names(d->arena, body, "no-uid-conflict"))
        return DAV_UID_TAKEN;
    if ((s == 409 || s == 403) && dav_xml_names(d->arena, body, "valid-sync-token"))
        return DAV_STALE;
    if (s == 401)
        err_set(err, "%.*s refuses the secret (401): look at 'secret' of the CalendarTarget", SV_ARG(d->origin));
    else if (s >= 300 && s < 400)
        err_set(err, "%.*s answers %ld to %s %.*s: it has moved; name the new address in 'url'", SV_ARG(d->origin), s, q->method,
                SV_ARG(q->href));
    else
        err_set(err, "%.*s answers %ld to %s %.*s", SV_ARG(d->origin), s, q->method, SV_ARG(q->href));
    if (s == 404 || s == 410)
        return DAV_MISSING;
    if (s == 412)
        return DAV_CHANGED;
    if (s == 401)
        return DAV_UNREACHED;
    bool said_no = s == 501 || (s >= 400 && s < 500 && s != 403 && s != 407 && s != 408 && s != 425 && s != 429);
    return said_no ? DAV_REFUSED : DAV_UNKNOWN;
}

/* Asks, and gives the body of a good answer. */
static enum dav_outcome request(struct dav *d, const struct request *q, struct answer *r, struct sv *out_body, struct err *err)
{
    enum dav_outcome outcome = ask(d, q, r, err) ? outcome_of(d, q, r, err) : r->too_large ? DAV_UNKNOWN : DAV_UNREACHED;
    if (outcome == DAV_OK && out_body)
        *out_body = arena_dup(d->arena, strbuf_sv(&r->body));
    strbuf_release(&r->body);
    return outcome;
}

/* ---- what is asked ---- */

static bool has_word(struct sv list, const char *word)
{
    struct sv piece;
    while (sv_cut(&list, ',', &piece))
        if (sv_eq_nocase(sv_trim(piece), sv_of(word)))
            return true;
    return false;
}

enum dav_outcome dav_features(struct dav *d, struct sv href, struct dav_features *out_f, struct err *err)
{
    struct request q = { .method = "OPTIONS", .href = href, .depth = -1 };
    struct answer r;
    enum dav_outcome outcome = request(d, &q, &r, NULL, err);
    if (outcome == DAV_OK)
        *out_f =
            (struct dav_features){ has_word(strbuf_sv(&r.dav), "calendar-access"), has_word(strbuf_sv(&r.dav), "calendar-auto-schedule") };
    return outcome;
}

/* Hrefs may come as whole addresses; those of another host are not followed. */
static bool own_hrefs(struct dav *d, struct dav_list *l, struct sv collection)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < l->count; i++) {
        struct dav_item item = l->items[i];
        struct sv origin, path;
        if (split_url(item.href, &origin, &path)) {
            if (!sv_eq_nocase(origin, d->origin))
                continue;
            item.href = path;
        }
        if (!sv_eq(item.href, collection))
            l->items[n++] = item;
    }
    l->count = n;
    return true;
}

static enum dav_outcome ask_list(struct dav *d, const struct request *q, struct dav_list *out_l, struct err *err)
{
    struct answer r;
    struct sv body;
    enum dav_outcome outcome = request(d, q, &r, &body, err);
    if (outcome != DAV_OK)
        return outcome;
    if (r.status != 207) {
        err_set(err, "%.*s answers %ld to %s: this is no calendar", SV_ARG(d->origin), r.status, q->method);
        return DAV_UNKNOWN;
    }
    if (!dav_xml_read(d->arena, body, out_l, err)) {
        err_wrap(err, "%.*s", SV_ARG(d->origin));
        return DAV_UNKNOWN;
    }
    own_hrefs(d, out_l, q->href);
    return DAV_OK;
}

enum dav_outcome dav_list(struct dav *d, struct sv href, struct dav_list *out_l, struct err *err)
{
    struct request q = { .method = "PROPFIND", .href = href, .depth = 1, .type = "application/xml" };
    q.body = SV("<?xml version=\"1.0\" encoding=\"utf-8\"?><propfind xmlns=\"DAV:\"><prop><getetag/><resourcetype/></prop></propfind>");
    return ask_list(d, &q, out_l, err);
}

enum dav_outcome dav_sync(struct dav *d, struct sv href, struct sv token, struct dav_list *out_l, struct err *err)
{
    struct strbuf body = STRBUF_IN(d->arena);
    struct request q = { .method = "REPORT", .href = href, .depth = -1, .type = "application/xml" };
    strbuf_adds(&body, "<?xml version=\"1.0\" encoding=\"utf-8\"?><sync-collection xmlns=\"DAV:\"><sync-token>");
    dav_xml_escape(&body, token);
    strbuf_adds(&body, "</sync-token><sync-level>1</sync-level><prop><getetag/></prop></sync-collection>");
    q.body = strbuf_sv(&body);
    return ask_list(d, &q, out_l, err);
}

static void add_utc(struct strbuf *out, int64_t at)
{
    struct local_time t = local_from_seconds(at);
    strbuf_addf(out, "%04d%02d%02dT%02d%02d%02dZ", t.date.year, t.date.month, t.date.day, t.hour, t.minute, t.second);
}

enum dav_outcome dav_query(struct dav *d, struct sv href, struct sv uid, int64_t from, int64_t until, struct dav_list *out_l,
                           struct err *err)
{
    struct strbuf body = STRBUF_IN(d->arena);
    struct request q = { .method = "REPORT", .href = href, .depth = 1, .type = "application/xml" };
    strbuf_adds(&body,
                "<?xml version=\"1.0\" encoding=\"utf-8\"?><C:calendar-query xmlns=\"DAV:\" xmlns:C=\"urn:ietf:params:xml:ns:caldav\">"
                "<prop><getetag/><C:calendar-data/></prop><C:filter><C:comp-filter name=\"VCALENDAR\"><C:comp-filter name=\"VEVENT\">");
    if (uid.n) {
        strbuf_adds(&body, "<C:prop-filter name=\"UID\"><C:text-match collation=\"i;octet\">");
        dav_xml_escape(&body, uid);
        strbuf_adds(&body, "</C:text-match></C:prop-filter>");
    } else {
        strbuf_adds(&body, "<C:time-range start=\"");
        add_utc(&body, from);
        strbuf_adds(&body, "\" end=\"");
        add_utc(&body, until);
        strbuf_adds(&body, "\"/>");
    }
    strbuf_adds(&body, "</C:comp-filter></C:comp-filter></C:filter></C:calendar-query>");
    q.body = strbuf_sv(&body);
    return ask_list(d, &q, out_l, err);
}

enum dav_outcome dav_get(struct dav *d, struct sv href, struct sv *out_text, struct sv *out_etag, struct err *err)
{
    struct request q = { .method = "GET", .href = href, .depth = -1, .max = ICS_OBJECT_MAX };
    struct answer r;
    enum dav_outcome outcome = request(d, &q, &r, out_text, err);
    if (outcome == DAV_OK)
        *out_etag = strbuf_sv(&r.etag);
    return outcome;
}

/* A weak ETag says nothing about bytes, so nothing may be written on it (D-61). */
static bool is_strong(struct sv etag) { return etag.n > 1 && etag.p[0] == '"' && sv_find_char(etag, '\n', 0) == SIZE_MAX; }

enum dav_outcome dav_put(struct dav *d, struct sv href, struct sv text, struct sv etag, struct err *err)
{
    struct request q = { .method = "PUT", .href = href, .body = text, .type = "text/calendar", .depth = -1, .if_match = etag };
    struct answer r;
    q.if_none_match = !etag.n;
    if (etag.n && !is_strong(etag)) {
        err_set(err, "the server gives no ETag that a change may rest on: '%.*s'", SV_ARG(etag));
        return DAV_REFUSED;
    }
    return request(d, &q, &r, NULL, err);
}

enum dav_outcome dav_delete(struct dav *d, struct sv href, struct sv etag, struct err *err)
{
    struct request q = { .method = "DELETE", .href = href, .depth = -1, .if_match = etag };
    struct answer r;
    if (!is_strong(etag)) {
        err_set(err, "the server gives no ETag that a change may rest on: '%.*s'", SV_ARG(etag));
        return DAV_REFUSED;
    }
    return request(d, &q, &r, NULL, err);
}

enum dav_outcome dav_fetch(struct arena *a, struct sv url, struct sv secret, size_t max, struct sv *out_text, struct err *err)
{
    const struct dav_options o = { .url = url, .secret = secret };
    struct request q = { .method = "GET", .depth = -1, .max = max };
    struct answer r;
    struct sv origin;
    struct dav *d = dav_open(a, &o, err);
    if (!d || !split_url(url, &origin, &q.href))
        return DAV_UNKNOWN;
    return request(d, &q, &r, out_text, err);
}
