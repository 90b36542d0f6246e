/* route: matching paths. No path is ever one of the file system. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "server/route.h"

#include "server/handlers.h"

enum { KB = 1024, MOST_SEGMENTS = 16, LONGEST_SHOWN = 20, LONGEST_PATH = 2048 };

const struct route routes[] = {
    { HTTP_GET_METHOD, "/calendars/:token.ics", 0, feeds_get },
    { HTTP_GET_METHOD, "/health", 0, health_get },
};
const size_t route_count = sizeof routes / sizeof *routes;

size_t route_largest_body(void)
{
    size_t most = 4 * KB; /* a small one that nobody asked for gets a better answer than a closed connection */
    for (size_t i = 0; i < route_count; i++)
        most = routes[i].body > most ? routes[i].body : most;
    return most;
}

/* Parts of a path, decoded: a '/' that was escaped stays within its part. */
static bool split(struct arena *a, struct sv path, struct sv *out_parts, uint32_t *out_count)
{
    struct sv piece;
    *out_count = 0;
    if (!path.n || path.p[0] != '/' || path.n > LONGEST_PATH)
        return false;
    path = sv_slice(path, 1, path.n);
    while (sv_cut(&path, '/', &piece)) {
        if (*out_count == MOST_SEGMENTS || !http_decode(a, piece, &out_parts[*out_count]))
            return false;
        ++*out_count;
    }
    return true;
}

static bool matches(const struct route *route, const struct sv *parts, uint32_t count, struct http_request *q)
{
    struct sv pattern = sv_of(route->pattern + 1), want;
    uint32_t i = 0;
    q->part_count = 0;
    for (; sv_cut(&pattern, '/', &want); i++) {
        if (i == count)
            return false;
        if (!want.n || want.p[0] != ':') {
            if (!sv_eq(want, parts[i]))
                return false;
            continue;
        }
        size_t dot = sv_find_char(want, '.', 0);
        struct sv end = dot == SIZE_MAX ? SV("") : sv_slice(want, dot, want.n);
        if (parts[i].n <= end.n || !sv_ends(parts[i], end))
            return false;
        q->parts[q->part_count++] = sv_slice(parts[i], 0, parts[i].n - end.n);
    }
    return i == count;
}

static bool answers(const struct route *route, enum http_method method)
{
    return route->method == method || (route->method == HTTP_GET_METHOD && method == HTTP_HEAD_METHOD);
}

const struct route *route_find(struct http_request *q, struct http_response *r)
{
    struct sv parts[MOST_SEGMENTS];
    uint32_t count;
    struct strbuf allowed = STRBUF_IN(q->arena);
    if (!split(q->arena, q->path, parts, &count)) {
        http_refuse(q, r, 400, "the path is too long, or not well-formed");
        return NULL;
    }
    for (size_t i = 0; i < route_count; i++) {
        if (!matches(&routes[i], parts, count, q))
            continue;
        if (answers(&routes[i], q->method)) {
            if (q->body.n <= routes[i].body)
                return &routes[i];
            http_refuse(q, r, 413, "at most %zu bytes are taken here", routes[i].body);
            return NULL;
        }
        strbuf_addf(&allowed, "%s%s%s", allowed.n ? ", " : "", http_method_name(routes[i].method),
                    routes[i].method == HTTP_GET_METHOD ? ", HEAD" : "");
    }
    if (!allowed.n) {
        http_refuse(q, r, 404, "there is nothing at this address");
        return NULL;
    }
    http_refuse(q, r, 405, "this address takes %s only", strbuf_cstr(&allowed));
    http_set(r, "Allow", strbuf_sv(&allowed));
    return NULL;
}

struct sv route_shown(struct arena *a, struct sv path)
{
    struct strbuf out = STRBUF_IN(a);
    struct sv rest = sv_slice(path, path.n && path.p[0] == '/', path.n < 400 ? path.n : 400), piece;
    while (sv_cut(&rest, '/', &piece)) {
        strbuf_addc(&out, '/');
        if (piece.n > LONGEST_SHOWN) {
            strbuf_adds(&out, sv_ends(piece, SV(".ics")) ? "....ics" : "...");
            continue;
        }
        for (size_t i = 0; i < piece.n; i++)
            if (piece.p[i] <= ' ' || piece.p[i] >= 127 || piece.p[i] == '"' || piece.p[i] == '\\')
                strbuf_addf(&out, "\\x%02x", (unsigned char)piece.p[i]);
            else
                strbuf_addc(&out, piece.p[i]);
    }
    return out.n ? strbuf_sv(&out) : SV("/");
}
