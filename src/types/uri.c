/* uri: the parts of a URI. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "types/uri.h"

#include "types/text.h"
#include "types/type.h"

static const struct {
    struct sv scheme;
    int64_t port;
    bool hidden; /* its usual port is not told by the type of a URI */
    const char *ruby;
} schemes[] = {
    { SV_INIT("http"), 80, true, "URI::HTTP" },     { SV_INIT("https"), 443, true, "URI::HTTPS" },
    { SV_INIT("ftp"), 21, false, "URI::FTP" },      { SV_INIT("ldap"), 389, false, "URI::LDAP" },
    { SV_INIT("ldaps"), 636, false, "URI::LDAPS" }, { SV_INIT("ws"), 80, false, "URI::WS" },
    { SV_INIT("wss"), 443, false, "URI::WSS" },     { SV_INIT("mailto"), -1, false, "URI::MailTo" },
    { SV_INIT("file"), -1, false, "URI::File" },
};

static int known_scheme(struct sv scheme)
{
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
        if (sv_eq(scheme, schemes[i].scheme))
            return (int)i;
    return -1;
}

static bool is_letter(char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; }
static bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool uri_is_part(struct sv name)
{
    static const char *const parts[] = { "scheme", "userinfo", "host", "port", "path", "query", "fragment", "opaque" };

    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (sv_is(name, parts[i]))
            return true;
    return false;
}

/* Bytes before the ':' of a scheme; 0: there is none. */
static size_t scheme_length(struct sv s)
{
    size_t n = 0;

    if (!s.n || !is_letter(s.p[0]))
        return 0;
    while (n < s.n && (is_letter(s.p[n]) || is_digit(s.p[n]) || s.p[n] == '+' || s.p[n] == '-' || s.p[n] == '.'))
        n++;
    return n < s.n && s.p[n] == ':' ? n : 0;
}

static bool all_allowed(struct sv s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] <= ' ' || (unsigned char)s.p[i] >= 127 || (s.p[i] && strchr("<>\"\\^`{|}", s.p[i])))
            return false;
    return true;
}

/* Cuts what is before the first of the bytes; the rest keeps that byte. */
static struct sv cut_before(struct sv *s, const char *bytes)
{
    size_t n = 0;
    struct sv before;

    while (n < s->n && !strchr(bytes, s->p[n]))
        n++;
    before = sv_slice(*s, 0, n);
    *s = sv_slice(*s, n, s->n);
    return before;
}

/* [userinfo@] host [:port] */
static bool read_authority(struct uri *u, struct sv s)
{
    size_t at = sv_find(s, SV("@"), 0), from = 0;
    struct sv port;

    if (at != SIZE_MAX) {
        u->userinfo = sv_slice(s, 0, at);
        s = sv_slice(s, at + 1, s.n);
    }
    if (sv_starts(s, SV("[")) && (from = sv_find(s, SV("]"), 0)) == SIZE_MAX)
        return false;
    at = sv_find(s, SV(":"), from);
    port = at == SIZE_MAX ? SV_NONE : sv_slice(s, at + 1, s.n);
    u->host = at == SIZE_MAX ? s : sv_slice(s, 0, at);
    if (!u->host.p)
        u->host = SV("");
    for (size_t i = 0; i < port.n; i++)
        if (!is_digit(port.p[i]))
            return false;
    return !port.n || (port.n < 10 && sv_to_int(port, &u->port));
}

bool uri_parse(struct arena *a, struct sv text, struct uri *out_u, struct err *err)
{
    size_t n = scheme_length(text);
    struct sv rest = n ? sv_slice(text, n + 1, text.n) : text;
    struct uri u = { .port = -1 };
    int known;
    bool ok = all_allowed(text);

    if (n)
        u.scheme = text_case(a, sv_slice(text, 0, n), CASE_DOWN);
    known = known_scheme(u.scheme);
    if (ok && sv_starts(rest, SV("//"))) {
        rest = sv_slice(rest, 2, rest.n);
        ok = read_authority(&u, cut_before(&rest, "/?#"));
    } else if (n && !sv_starts(rest, SV("/"))) {
        u.opaque = cut_before(&rest, "#");
    }
    if (!ok)
        return err_set(err, "bad URI(is not URI?): \"%.*s\"", SV_ARG(text));
    if (u.port < 0 && known >= 0 && !u.opaque.p)
        u.port = schemes[known].port;
    if (!u.opaque.p) {
        u.path = cut_before(&rest, "?#");
        if (!u.path.p)
            u.path = SV("");
    }
    if (sv_starts(rest, SV("?"))) {
        rest = sv_slice(rest, 1, rest.n);
        u.query = cut_before(&rest, "#");
    }
    if (sv_starts(rest, SV("#")))
        u.fragment = sv_slice(rest, 1, rest.n);
    *out_u = u;
    return true;
}

static void put(struct arena *a, struct hash *h, const char *name, struct sv part)
{
    if (part.p)
        hash_put_str(a, h, name, value_str(part));
}

static struct sv unless_empty(struct sv s) { return s.n ? s : SV_NONE; }

bool uri_split(struct arena *a, struct sv text, const struct hash **out_parts, struct err *err)
{
    struct hash *h = hash_new(a, 8);
    struct uri u;
    int known;

    if (!uri_parse(a, text, &u, err))
        return false;
    known = known_scheme(u.scheme);
    put(a, h, "scheme", u.scheme);
    put(a, h, "userinfo", u.userinfo);
    put(a, h, "host", u.host.n ? text_case(a, u.host, CASE_DOWN) : SV_NONE);
    if (u.port >= 0 && !(known >= 0 && schemes[known].hidden && schemes[known].port == u.port))
        put(a, h, "port", arena_printf(a, "%lld", (long long)u.port));
    put(a, h, "path", unless_empty(u.path));
    put(a, h, "query", u.query);
    put(a, h, "fragment", u.fragment);
    put(a, h, "opaque", u.opaque);
    *out_parts = h;
    return true;
}

static struct value text_or_undef(struct sv s) { return s.p ? value_str(s) : VALUE_UNDEF; }

bool uri_part(struct arena *a, struct sv text, struct sv name, struct value *out_v)
{
    struct uri u;
    const struct {
        const char *name;
        const struct sv *part;
    } parts[] = { { "scheme", &u.scheme }, { "userinfo", &u.userinfo }, { "host", &u.host },    { "path", &u.path },
                  { "query", &u.query },   { "fragment", &u.fragment }, { "opaque", &u.opaque } };

    if (!uri_is_part(name) || !uri_parse(a, text, &u, NULL))
        return false;
    *out_v = u.port >= 0 ? value_int(u.port) : VALUE_UNDEF;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (sv_is(name, parts[i].name))
            *out_v = text_or_undef(*parts[i].part);
    return true;
}

const char *uri_ruby_class(struct sv text)
{
    struct arena *scratch = arena_new(0);
    struct uri u;
    int known = uri_parse(scratch, text, &u, NULL) ? known_scheme(u.scheme) : -1;

    arena_free(scratch);
    return known >= 0 ? schemes[known].ruby : "URI::Generic";
}

static bool same_part(struct sv x, struct sv y) { return !x.p == !y.p && sv_eq(x, y); }

/* Of a URI with a host an empty path is '/'. */
static struct sv normal_path(const struct uri *u) { return u->path.p && !u->path.n && u->host.p ? SV("/") : u->path; }

bool uri_equal(struct sv x, struct sv y)
{
    struct arena *scratch = arena_new(0);
    struct uri p, q;
    bool equal = sv_eq(x, y);

    if (!equal && uri_parse(scratch, x, &p, NULL) && uri_parse(scratch, y, &q, NULL))
        equal = same_part(p.scheme, q.scheme) && same_part(p.userinfo, q.userinfo) && !p.host.p == !q.host.p &&
                sv_eq_nocase(p.host, q.host) && p.port == q.port && same_part(normal_path(&p), normal_path(&q)) &&
                same_part(p.query, q.query) && same_part(p.fragment, q.fragment) && same_part(p.opaque, q.opaque);
    arena_free(scratch);
    return equal;
}

struct sv uri_text(struct arena *a, const struct uri *u)
{
    int known = known_scheme(u->scheme);
    struct strbuf out = STRBUF_IN(a);

    if (u->scheme.n)
        strbuf_addf(&out, "%.*s:", SV_ARG(u->scheme));
    strbuf_add(&out, u->opaque);
    if (u->host.p)
        strbuf_adds(&out, "//");
    if (u->userinfo.p)
        strbuf_addf(&out, "%.*s@", SV_ARG(u->userinfo));
    strbuf_add(&out, u->host);
    if (u->port >= 0 && !(known >= 0 && schemes[known].port == u->port))
        strbuf_addf(&out, ":%lld", (long long)u->port);
    if (u->host.p && u->path.n && u->path.p[0] != '/')
        strbuf_addc(&out, '/');
    strbuf_add(&out, u->path);
    if (u->query.p)
        strbuf_addf(&out, "?%.*s", SV_ARG(u->query));
    if (u->fragment.p)
        strbuf_addf(&out, "#%.*s", SV_ARG(u->fragment));
    return sv_make(strbuf_cstr(&out), out.n);
}

/* A path with its '.' and '..' followed. */
static struct sv without_dots(struct arena *a, struct sv path)
{
    struct strbuf out = STRBUF_IN(a);

    for (size_t at = 0; at < path.n;) {
        size_t slash = sv_find(path, SV("/"), at + (path.p[at] == '/'));
        struct sv part = sv_slice(path, at, slash == SIZE_MAX ? path.n : slash),
                  name = sv_starts(part, SV("/")) ? sv_slice(part, 1, part.n) : part;
        bool last = slash == SIZE_MAX;

        if (sv_is(name, "..")) {
            while (out.n && out.p[out.n - 1] != '/')
                out.n--;
            out.n -= out.n > 0;
        } else if (!sv_is(name, ".")) {
            strbuf_add(&out, part);
        }
        if (last && (sv_is(name, ".") || sv_is(name, "..")))
            strbuf_addc(&out, '/');
        at = last ? path.n : slash;
    }
    return strbuf_sv(&out);
}

bool uri_merge(struct arena *a, struct sv base, struct sv relative, struct sv *out_text, struct err *err)
{
    struct uri u, r;
    size_t slash;

    if (!uri_parse(a, base, &u, err) || !uri_parse(a, relative, &r, err))
        return false;
    if (r.scheme.p) {
        *out_text = relative;
        return true;
    }
    if (r.host.p) {
        r.scheme = u.scheme;
        *out_text = uri_text(a, &r);
        return true;
    }
    if (r.path.n) {
        slash = u.path.n;
        while (slash && u.path.p[slash - 1] != '/')
            slash--;
        u.path = sv_starts(r.path, SV("/")) ? r.path : arena_printf(a, "%.*s%.*s", (int)slash, u.path.p ? u.path.p : "", SV_ARG(r.path));
        u.path = without_dots(a, u.path);
        u.query = r.query;
    } else if (r.query.p) {
        u.query = r.query;
    }
    u.fragment = r.fragment;
    *out_text = uri_text(a, &u);
    return true;
}
