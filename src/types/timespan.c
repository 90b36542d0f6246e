/* timespan: durations as text and back, in Puppet's own formats (%D %H %M %S %L %N). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "types/timefmt.h"

#define SEGMENTS 32

enum unit { UNIT_NANO, UNIT_MILLI, UNIT_SECOND, UNIT_MINUTE, UNIT_HOUR, UNIT_DAY, UNIT_TEXT };

static const int64_t unit_ns[] = { 1, 1000000, NS_PER_SECOND, 60 * NS_PER_SECOND, 3600 * NS_PER_SECOND, 86400 * NS_PER_SECOND };
static const int unit_width[] = { 9, 3, 2, 2, 2, 1 };
/* How many of a unit make the next one, where it is not the highest of a format. */
static const int64_t unit_most[] = { NS_PER_SECOND, 1000, 60, 60, 24, INT64_MAX };

struct segment {
    enum unit unit;
    char padding; /* '0', ' ' or 0 for none */
    int width;    /* 0: as usual */
    bool total;   /* the highest unit: all that there is */
    struct sv text;
};

struct span_format {
    struct segment segments[SEGMENTS];
    int count;
};

static bool add_segment(struct span_format *f, struct segment s)
{
    if (s.unit == UNIT_TEXT && f->count && f->segments[f->count - 1].unit == UNIT_TEXT &&
        f->segments[f->count - 1].text.p + f->segments[f->count - 1].text.n == s.text.p) {
        f->segments[f->count - 1].text.n += s.text.n;
        return true;
    }
    if (f->count == SEGMENTS)
        return false;
    f->segments[f->count++] = s;
    return true;
}

static bool parse_format(struct sv format, struct span_format *out_f, struct err *err)
{
    static const char letters[] = "NLSMHD";
    int highest = -1;

    *out_f = (struct span_format){ .count = 0 };
    for (size_t i = 0; i < format.n; i++) {
        struct segment s = { .unit = UNIT_TEXT, .padding = '0', .text = sv_slice(format, i, i + 1) };
        size_t start = i;
        const char *letter;

        if (format.p[i] == '%') {
            i++;
            if (i < format.n && (format.p[i] == '-' || format.p[i] == '_'))
                s.padding = format.p[i++] == '_' ? ' ' : 0;
            for (; i < format.n && format.p[i] >= '0' && format.p[i] <= '9' && s.width < 100; i++)
                s.width = s.width * 10 + (format.p[i] - '0');
            letter = i < format.n && format.p[i] ? strchr(letters, format.p[i]) : NULL;
            if (letter) {
                s.unit = (enum unit)(letter - letters);
                highest = (int)s.unit > highest ? (int)s.unit : highest;
            } else if (i < format.n && format.p[i] == '%') {
                s.text = sv_slice(format, i, i + 1);
            } else {
                return err_set(err, "Bad format specifier '%.*s' in '%.*s', at position %zu", SV_ARG(sv_slice(format, start, i)),
                               SV_ARG(format), i);
            }
        }
        if (!add_segment(out_f, s))
            return err_set(err, "the format '%.*s' has too many parts", SV_ARG(format));
    }
    for (int i = 0; i < out_f->count && highest >= 0; i++)
        if ((int)out_f->segments[i].unit == highest) {
            out_f->segments[i].total = true;
            break;
        }
    return true;
}

/* What a fraction shows: n without its trailing zeros, unless padded by zeros. */
static int64_t strip_zeros(int64_t n)
{
    while (n && n % 10 == 0)
        n /= 10;
    return n;
}

static void print_segment(struct strbuf *out, const struct segment *s, uint64_t ns)
{
    int width = s->width ? s->width : unit_width[s->unit];
    int64_t n = (int64_t)(ns / (uint64_t)unit_ns[s->unit]);
    bool fraction = s->unit <= UNIT_MILLI;

    if (s->unit == UNIT_NANO && width < 9) {
        int64_t most = 1;

        for (int i = width; i < 9; i++)
            n /= 10;
        for (int i = 0; i < width; i++)
            most *= 10;
        if (!s->total)
            n %= most;
    } else if (!s->total) {
        n %= unit_most[s->unit];
    }
    if (fraction && !s->total && s->padding != '0')
        n = strip_zeros(n);
    if (!s->padding)
        strbuf_addf(out, "%lld", (long long)n);
    else if (fraction)
        strbuf_addf(out, "%-*lld", width, (long long)n);
    else if (s->padding == ' ')
        strbuf_addf(out, "%*lld", width, (long long)n);
    else
        strbuf_addf(out, "%0*lld", width, (long long)n);
}

bool timespan_format(struct strbuf *out, int64_t ns, struct sv format, struct err *err)
{
    struct span_format f;

    if (!parse_format(format, &f, err))
        return false;
    if (ns < 0)
        strbuf_addc(out, '-');
    for (int i = 0; i < f.count; i++) {
        if (f.segments[i].unit == UNIT_TEXT)
            strbuf_add(out, f.segments[i].text);
        else
            print_segment(out, &f.segments[i], ns < 0 ? -(uint64_t)ns : (uint64_t)ns);
    }
    return true;
}

void timespan_print(struct strbuf *out, int64_t ns) { timespan_format(out, ns, SV("%D-%H:%M:%S.%-N"), NULL); }

static bool scan_segment(struct sv s, size_t *at, const struct segment *seg, int64_t *ns)
{
    int most = seg->width ? seg->width : seg->total ? 18 : unit_width[seg->unit], digits = 0;
    int64_t n = 0, part;

    if (seg->padding == ' ')
        while (*at < s.n && s.p[*at] == ' ')
            ++*at;
    for (; *at < s.n && s.p[*at] >= '0' && s.p[*at] <= '9' && digits < most; ++*at, digits++)
        n = n * 10 + (s.p[*at] - '0');
    if (!digits)
        return false;
    if (seg->unit <= UNIT_MILLI) { /* a fraction: its digits count from the left */
        if (seg->total)
            return false;
        for (int i = digits; i < 9; i++)
            n *= 10;
        part = n;
    } else if (__builtin_mul_overflow(n, unit_ns[seg->unit], &part)) {
        return false;
    }
    return !__builtin_add_overflow(*ns, part, ns);
}

static bool parse_one(struct sv s, struct sv format, int64_t *out_ns, struct err *err)
{
    struct span_format f;
    bool negative = s.n && s.p[0] == '-';
    size_t at = negative;
    int64_t ns = 0;

    if (!parse_format(format, &f, err))
        return false;
    for (int i = 0; i < f.count; i++) {
        const struct segment *seg = &f.segments[i];

        if (seg->unit == UNIT_TEXT) {
            if (!sv_starts(sv_slice(s, at, s.n), seg->text))
                return err_set(err, "Unable to parse '%.*s' using format '%.*s'", SV_ARG(s), SV_ARG(format));
            at += seg->text.n;
        } else if (!scan_segment(s, &at, seg, &ns)) {
            return err_set(err, "Unable to parse '%.*s' using format '%.*s'", SV_ARG(s), SV_ARG(format));
        }
    }
    if (at != s.n)
        return err_set(err, "Unable to parse '%.*s' using format '%.*s'", SV_ARG(s), SV_ARG(format));
    *out_ns = negative ? -ns : ns;
    return true;
}

bool timespan_parse(struct arena *a, struct sv text, struct value formats, int64_t *out_ns, struct err *err)
{
    static const char *const usual[] = { "%D-%H:%M:%S.%-N", "%H:%M:%S.%-N", "%M:%S.%-N", "%S.%-N",
                                         "%D-%H:%M:%S",     "%H:%M:%S",     "%D-%H:%M",  "%S" };
    size_t count = formats.kind == V_ARRAY ? formats.n : sizeof usual / sizeof *usual;
    struct strbuf tried = STRBUF_IN(a);

    if (formats.kind == V_STRING)
        return parse_one(text, value_sv(formats), out_ns, err);
    for (size_t i = 0; i < count; i++) {
        struct sv format = formats.kind == V_ARRAY ? value_sv(formats.items[i]) : sv_of(usual[i]);

        if (parse_one(text, format, out_ns, NULL))
            return true;
        strbuf_addf(&tried, "%s%.*s", i ? ", " : "", SV_ARG(format));
    }
    return err_set(err, "Unable to parse '%.*s' using any of the formats %.*s", SV_ARG(text), SV_ARG(strbuf_sv(&tried)));
}
