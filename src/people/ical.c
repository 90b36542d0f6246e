/* iCalendar's text form: folding, escaping, values. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "people/ical.h"

#include "base/hash.h"

#define LINE_OCTETS 75

/* Bytes of the piece that must not be cut: a UTF-8 sequence, or an escape with the character after it. */
static size_t unit_size(struct sv s, size_t at)
{
    unsigned char c = (unsigned char)s.p[at];
    size_t n = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc0 ? 2 : c == '\\' ? 2 : 1;
    return at + n > s.n ? s.n - at : n;
}

void ical_line(struct strbuf *out, struct sv name, struct sv value)
{
    AUTO_STRBUF line = STRBUF_HEAP;
    strbuf_add(&line, name);
    strbuf_addc(&line, ':');
    strbuf_add(&line, value);
    struct sv s = strbuf_sv(&line);
    size_t used = 0;
    for (size_t at = 0; at < s.n;) {
        size_t n = unit_size(s, at);
        if (used + n > LINE_OCTETS) {
            strbuf_adds(out, "\r\n ");
            used = 1;
        }
        strbuf_add(out, sv_slice(s, at, at + n));
        used += n;
        at += n;
    }
    strbuf_adds(out, "\r\n");
}

/* Length of a valid UTF-8 sequence at a place, or 0. */
static size_t utf8_at(struct sv s, size_t at)
{
    unsigned char c = (unsigned char)s.p[at];
    size_t n = c < 0x80 ? 1 : c >= 0xf0 && c < 0xf5 ? 4 : c >= 0xe0 ? 3 : c >= 0xc2 ? 2 : 0;
    if (n == 0 || c >= 0xf5 || at + n > s.n || !sv_is_utf8(sv_slice(s, at, at + n)))
        return 0;
    return n;
}

void ical_escape(struct strbuf *out, struct sv text)
{
    for (size_t i = 0; i < text.n;) {
        unsigned char c = (unsigned char)text.p[i];
        size_t n = utf8_at(text, i);
        if (n == 0) {
            strbuf_add_utf8(out, 0xfffd);
            i++;
            continue;
        }
        if (c == '\\' || c == ';' || c == ',') {
            strbuf_addc(out, '\\');
            strbuf_addc(out, (char)c);
        } else if (c == '\n') {
            strbuf_adds(out, "\\n");
        } else if ((c >= 0x20 && c != 0x7f) || c == '\t') {
            strbuf_add(out, sv_slice(text, i, i + n));
        }
        i += n;
    }
}

void ical_text(struct strbuf *out, const char *name, struct sv text)
{
    AUTO_STRBUF value = STRBUF_HEAP;
    ical_escape(&value, text);
    ical_line(out, sv_of(name), strbuf_sv(&value));
}

void ical_param(struct strbuf *name, const char *param, struct sv value)
{
    bool quote = false;
    AUTO_STRBUF v = STRBUF_HEAP;
    for (size_t i = 0; i < value.n; i++) {
        unsigned char c = (unsigned char)value.p[i];
        quote = quote || c == ':' || c == ';' || c == ',';
        if (c == '"')
            strbuf_adds(&v, "^'");
        else if (c == '\n')
            strbuf_adds(&v, "^n");
        else if (c == '^')
            strbuf_adds(&v, "^^");
        else if (c >= 0x20 && c != 0x7f)
            strbuf_addc(&v, (char)c);
    }
    strbuf_addf(name, quote ? ";%s=\"%.*s\"" : ";%s=%.*s", param, SV_ARG(strbuf_sv(&v)));
}

static void put_local(struct strbuf *out, struct local_time t)
{
    strbuf_addf(out, "%04d%02d%02dT%02d%02d%02d", t.date.year, t.date.month, t.date.day, t.hour, t.minute, t.second);
}

void ical_local(struct strbuf *out, const char *name, const struct zone *z, struct local_time t)
{
    AUTO_STRBUF full = STRBUF_HEAP, value = STRBUF_HEAP;
    strbuf_adds(&full, name);
    if (z)
        ical_param(&full, "TZID", zone_name(z));
    put_local(&value, t);
    ical_line(out, strbuf_sv(&full), strbuf_sv(&value));
}

void ical_utc(struct strbuf *out, const char *name, int64_t epoch)
{
    AUTO_STRBUF value = STRBUF_HEAP;
    put_local(&value, local_from_seconds(epoch));
    strbuf_addc(&value, 'Z');
    ical_line(out, sv_of(name), strbuf_sv(&value));
}

void ical_instant(struct strbuf *out, const char *name, const struct zone *z, int64_t epoch)
{
    struct local_time t = zone_to_local(z, epoch);
    int64_t read;
    zone_to_utc(z, t, &read);
    if (read == epoch)
        ical_local(out, name, z, t);
    else
        ical_utc(out, name, epoch);
}

void ical_int(struct strbuf *out, const char *name, int64_t n)
{
    AUTO_STRBUF value = STRBUF_HEAP;
    strbuf_addf(&value, "%lld", (long long)n);
    ical_line(out, sv_of(name), strbuf_sv(&value));
}

struct sv ical_uid(struct arena *a, struct sv installation, struct sv canonical)
{
    /* the namespace "URL" of RFC 9562, appendix C */
    static const unsigned char url[16] = { 0x6b, 0xa7, 0xb8, 0x11, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8 };
    unsigned char own[16];
    uuid_v5_bytes(url, arena_printf(a, "urn:potlac:%.*s", SV_ARG(installation)), own);
    return uuid_v5(a, own, canonical);
}
