/* http: see http.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http.h"

#include <stdarg.h>

#include "base/json.h"
#include "base/time.h"

const char *http_method_name(enum http_method method)
{
    static const char *const names[] = {
#define X(name) #name,
        HTTP_METHODS(X)
#undef X
    };
    return names[method];
}

struct sv http_field(const struct http_request *r, const char *name)
{
    for (uint32_t i = 0; i < r->field_count; i++)
        if (sv_eq_nocase(r->fields[i].name, sv_of(name)))
            return r->fields[i].value;
    return SV_NONE;
}

void http_set(struct http_response *r, const char *name, struct sv value)
{
    struct http_field f = { sv_of(name), value };
    ARENA_PUSH(r->arena, r->fields, r->field_count, r->field_cap, f);
}

void http_answer(struct http_response *r, int status, const char *type, struct sv body)
{
    r->status = status;
    r->body = body;
    http_set(r, "Content-Type", sv_of(type));
}

void http_refuse(const struct http_request *q, struct http_response *r, int status, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    struct sv text = arena_vprintf(r->arena, fmt, ap);
    va_end(ap);
    if (sv_find(http_field(q, "Accept"), SV("json"), 0) == SIZE_MAX) {
        http_answer(r, status, "text/plain; charset=utf-8", arena_printf(r->arena, "%d: %.*s\n", status, SV_ARG(text)));
        return;
    }
    struct strbuf out = STRBUF_IN(r->arena);
    struct json_out j = json_to(&out, false);
    json_open(&j, '{');
    json_kint(&j, "status", status);
    json_kstr(&j, "message", text);
    json_close(&j, '}');
    strbuf_addc(&out, '\n');
    http_answer(r, status, "application/json", strbuf_sv(&out));
}

bool http_none_match(const struct http_request *q, struct sv tag)
{
    for (uint32_t i = 0; i < q->field_count; i++) {
        struct sv rest = q->fields[i].value, piece;
        while (sv_eq_nocase(q->fields[i].name, SV("If-None-Match")) && sv_cut(&rest, ',', &piece)) {
            piece = sv_trim(piece);
            if (sv_starts(piece, SV("W/"))) /* compared weakly (RFC 9110, section 13.1.2) */
                piece = sv_slice(piece, 2, piece.n);
            if (sv_is(piece, "*") || sv_eq(piece, tag))
                return true;
        }
    }
    return false;
}

struct sv http_date(struct arena *a, int64_t at)
{
    static const char days[] = "MonTueWedThuFriSatSun", months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    struct local_time t = local_from_seconds(at);
    return arena_printf(a, "%.3s, %02d %.3s %04d %02d:%02d:%02d GMT", days + 3 * (size_t)date_weekday(t.date), t.date.day,
                        months + 3 * (size_t)(t.date.month - 1), (int)t.date.year, t.hour, t.minute, t.second);
}

const char *http_reason(int status)
{
    static const struct {
        int status;
        const char *reason;
    } rows[] = { { 200, "OK" },
                 { 304, "Not Modified" },
                 { 400, "Bad Request" },
                 { 404, "Not Found" },
                 { 405, "Method Not Allowed" },
                 { 413, "Content Too Large" },
                 { 500, "Internal Server Error" },
                 { 503, "Service Unavailable" } };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].status == status)
            return rows[i].reason;
    return "Unknown";
}

static int hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool http_decode(struct arena *a, struct sv text, struct sv *out)
{
    struct strbuf b = STRBUF_IN(a);
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (c == '%') {
            int high = i + 2 < text.n ? hex_digit(text.p[i + 1]) : -1, low = high < 0 ? -1 : hex_digit(text.p[i + 2]);
            if (low < 0)
                return false;
            c = (char)(high * 16 + low);
            i += 2;
        }
        if (!c)
            return false;
        strbuf_addc(&b, c);
    }
    *out = strbuf_sv(&b);
    return true;
}
