/* uri: the parts of a URI. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "types/uri.h"

#include "types/text.h"

static const struct {
    struct sv scheme, port;
    bool shown; /* the usual port of these is told although it was not written */
} known_ports[] = {
    { SV_INIT("http"), SV_INIT("80"), false }, { SV_INIT("https"), SV_INIT("443"), false }, { SV_INIT("ftp"), SV_INIT("21"), true },
    { SV_INIT("ldap"), SV_INIT("389"), true }, { SV_INIT("ldaps"), SV_INIT("636"), true },  { SV_INIT("ws"), SV_INIT("80"), true },
    { SV_INIT("wss"), SV_INIT("443"), true },
};

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

static void put(struct arena *a, struct hash *h, const char *name, struct sv part) { hash_put_str(a, h, name, value_str(part)); }

static struct sv shown_port(struct sv scheme, struct sv port)
{
    for (size_t i = 0; i < sizeof known_ports / sizeof *known_ports; i++)
        if (sv_eq(scheme, known_ports[i].scheme)) {
            if (known_ports[i].shown)
                return port.n ? port : known_ports[i].port;
            return sv_eq(port, known_ports[i].port) ? SV_NONE : port;
        }
    return port;
}

static bool put_authority(struct arena *a, struct hash *h, struct sv scheme, struct sv authority)
{
    size_t at = sv_find(authority, SV("@"), 0), from = 0;
    struct sv port;

    if (at != SIZE_MAX) {
        put(a, h, "userinfo", sv_slice(authority, 0, at));
        authority = sv_slice(authority, at + 1, authority.n);
    }
    if (sv_starts(authority, SV("["))) {
        from = sv_find(authority, SV("]"), 0);
        if (from == SIZE_MAX)
            return false;
    }
    at = sv_find(authority, SV(":"), from);
    port = at == SIZE_MAX ? SV_NONE : sv_slice(authority, at + 1, authority.n);
    for (size_t i = 0; i < port.n; i++)
        if (!is_digit(port.p[i]))
            return false;
    if (at != SIZE_MAX)
        authority = sv_slice(authority, 0, at);
    if (authority.n)
        put(a, h, "host", text_case(a, authority, CASE_DOWN));
    port = shown_port(scheme, port);
    if (port.n)
        put(a, h, "port", port);
    return true;
}

bool uri_split(struct arena *a, struct sv text, const struct hash **out_parts, struct err *err)
{
    struct hash *h = hash_new(a, 8);
    size_t n = scheme_length(text);
    struct sv rest = n ? sv_slice(text, n + 1, text.n) : text, scheme = SV_NONE;
    bool ok = all_allowed(text);

    if (n) {
        scheme = text_case(a, sv_slice(text, 0, n), CASE_DOWN);
        put(a, h, "scheme", scheme);
    }
    if (ok && sv_starts(rest, SV("//"))) {
        rest = sv_slice(rest, 2, rest.n);
        ok = put_authority(a, h, scheme, cut_before(&rest, "/?#"));
    } else if (n && !sv_starts(rest, SV("/"))) {
        put(a, h, "opaque", cut_before(&rest, "#"));
    }
    if (!ok)
        return err_set(err, "bad URI(is not URI?): \"%.*s\"", SV_ARG(text));
    struct sv path = cut_before(&rest, "?#");
    if (path.n)
        put(a, h, "path", path);
    if (sv_starts(rest, SV("?"))) {
        rest = sv_slice(rest, 1, rest.n);
        put(a, h, "query", cut_before(&rest, "#"));
    }
    if (sv_starts(rest, SV("#")))
        put(a, h, "fragment", sv_slice(rest, 1, rest.n));
    *out_parts = h;
    return true;
}

bool uri_part(struct arena *a, struct sv text, struct sv name, struct value *out_v)
{
    const struct hash *parts;
    const struct value *v;

    if (!uri_is_part(name) || !uri_split(a, text, &parts, NULL))
        return false;
    v = hash_find_sv(parts, name);
    *out_v = v ? *v : VALUE_UNDEF;
    return true;
}
