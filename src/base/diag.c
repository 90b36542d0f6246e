/* diag: collected mistakes, and how they are shown. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/diag.h"

#include <stdarg.h>

enum { DEFAULT_MAX_ERRORS = 20, LONGEST_LINE = 160 };

struct diags diags_in(struct arena *a) { return (struct diags){ .arena = a }; }

__attribute__((format(printf, 4, 0))) static struct diag *add(struct diags *d, enum severity severity, struct span at, const char *fmt,
                                                              va_list ap)
{
    struct diag *g = ARENA_NEW(d->arena, struct diag);
    g->severity = severity;
    g->span = at;
    g->message = arena_vprintf(d->arena, fmt, ap);
    if (d->last)
        d->last->next = g;
    else
        d->first = g;
    d->last = g;
    return g;
}

bool diag_error(struct diags *d, struct span at, const char *fmt, ...)
{
    if (++d->errors > (d->max_errors ? d->max_errors : DEFAULT_MAX_ERRORS))
        return false;
    va_list ap;
    va_start(ap, fmt);
    add(d, SEV_ERROR, at, fmt, ap);
    va_end(ap);
    return false;
}

void diag_warn(struct diags *d, const char *name, struct span at, const char *fmt, ...)
{
    d->warnings++;
    va_list ap;
    va_start(ap, fmt);
    add(d, SEV_WARNING, at, fmt, ap)->name = name;
    va_end(ap);
}

void diag_note(struct diags *d, struct span at, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    add(d, SEV_NOTE, at, fmt, ap);
    va_end(ap);
}

void diag_hint(struct diags *d, const char *fmt, ...)
{
    /* Errors past the cap are not kept: their hints must not land on another's. */
    if (!d->last || (d->last->severity == SEV_ERROR && d->errors > (d->max_errors ? d->max_errors : DEFAULT_MAX_ERRORS)))
        return;
    va_list ap;
    va_start(ap, fmt);
    d->last->hint = arena_vprintf(d->arena, fmt, ap);
    va_end(ap);
}

static uint32_t line_start(const struct span *at)
{
    struct sv before = sv_slice(at->src->text, 0, at->from);
    size_t newline = sv_rfind_char(before, '\n');
    return newline == SIZE_MAX ? 0 : (uint32_t)newline + 1;
}

static unsigned characters(struct sv s)
{
    unsigned n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += ((unsigned char)s.p[i] & 0xc0) != 0x80;
    return n;
}

void span_position(struct span at, unsigned *out_line, unsigned *out_column)
{
    if (!at.src) {
        *out_line = *out_column = 0;
        return;
    }
    struct sv before = sv_slice(at.src->text, 0, at.from);
    unsigned line = 1;
    for (size_t i = 0; (i = sv_find_char(before, '\n', i)) != SIZE_MAX; i++)
        line++;
    *out_line = line;
    *out_column = characters(sv_slice(before, line_start(&at), before.n)) + 1;
}

/* Control characters would move the cursor: they are shown as blanks, tabs too, so that the caret stands right. */
static void print_clean(struct strbuf *out, struct sv s)
{
    for (size_t i = 0; i < s.n; i++)
        strbuf_addc(out, (unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f ? ' ' : s.p[i]);
}

static void print_source(struct strbuf *out, struct span at, const char *on, const char *off)
{
    struct sv text = at.src->text;
    uint32_t start = line_start(&at);
    size_t end = sv_find_char(text, '\n', start);
    struct sv line = sv_slice(text, start, end);
    if (line.n && line.p[line.n - 1] == '\r')
        line.n--;
    uint32_t offset = at.from - start;
    /* Of a very long line show the part around the fault. */
    if (line.n > LONGEST_LINE) {
        size_t from = offset > LONGEST_LINE / 2 ? offset - LONGEST_LINE / 2 : 0;
        while (from && ((unsigned char)line.p[from] & 0xc0) == 0x80)
            from--;
        line = sv_slice(line, from, from + LONGEST_LINE);
        offset -= (uint32_t)from;
    }
    strbuf_adds(out, "  ");
    print_clean(out, line);
    strbuf_adds(out, "\n  ");
    strbuf_pad(out, ' ', characters(sv_slice(line, 0, offset)));
    unsigned width = characters(sv_slice(line, offset, offset + (at.to > at.from ? at.to - at.from : 1)));
    strbuf_adds(out, on);
    strbuf_addc(out, '^');
    if (width > 1)
        strbuf_pad(out, '~', width - 1);
    strbuf_adds(out, off);
    strbuf_addc(out, '\n');
}

static const char *severity_colour(const struct diag *d, bool colour)
{
    static const char *const colours[] = { "\033[1;31m", "\033[1;33m", "\033[1;36m" };
    return colour ? colours[d->severity] : "";
}

void diag_print_excerpt(struct strbuf *out, const struct diag *d, bool colour)
{
    if (d->span.src && d->span.from <= d->span.src->text.n)
        print_source(out, d->span, severity_colour(d, colour), colour ? "\033[0m" : "");
    if (d->hint.n)
        strbuf_addf(out, "  hint: %.*s\n", SV_ARG(d->hint));
}

void diag_print(struct strbuf *out, const struct diag *d, bool colour)
{
    static const char *const names[] = { "error", "warning", "note" };
    if (d->span.src) {
        struct sv path = d->span.src->path;
        unsigned line, column;
        span_position(d->span, &line, &column);
        strbuf_addf(out, "%.*s:%u:%u: ", SV_ARG(path.n ? path : SV("code")), line, column);
    }
    strbuf_addf(out, "%s%s:%s ", severity_colour(d, colour), names[d->severity], colour ? "\033[0m" : "");
    strbuf_add(out, d->message);
    if (d->name)
        strbuf_addf(out, " [%s]", d->name);
    strbuf_addc(out, '\n');
    diag_print_excerpt(out, d, colour);
}

void diags_print(struct strbuf *out, const struct diags *d, bool colour)
{
    unsigned shown = 0;
    for (const struct diag *g = d->first; g; g = g->next) {
        diag_print(out, g, colour);
        shown += g->severity == SEV_ERROR;
    }
    if (d->errors > shown)
        strbuf_addf(out, "... and %u more error%s\n", d->errors - shown, d->errors - shown == 1 ? "" : "s");
}

struct sv near_names(struct arena *a, struct sv wrong, const struct sv *names, size_t count)
{
    enum { MOST = 3 };
    struct sv best[MOST];
    unsigned cost[MOST], found = 0, limit = wrong.n < 4 ? 1 : wrong.n < 8 ? 2 : 3;
    for (size_t i = 0; i < count; i++) {
        unsigned c = sv_distance(wrong, names[i], limit), at = found;
        if (c > limit)
            continue;
        while (at && cost[at - 1] > c)
            at--;
        if (at == MOST)
            continue;
        unsigned last = found < MOST ? found++ : MOST - 1;
        memmove(best + at + 1, best + at, (last - at) * sizeof *best);
        memmove(cost + at + 1, cost + at, (last - at) * sizeof *cost);
        best[at] = names[i];
        cost[at] = c;
    }
    struct strbuf out = STRBUF_IN(a);
    for (unsigned i = 0; i < found; i++)
        strbuf_addf(&out, "%s'%.*s'", i == 0 ? "" : i + 1 == found ? " or " : ", ", SV_ARG(best[i]));
    return strbuf_sv(&out);
}

void diags_append(struct diags *to, const struct diags *from)
{
    if (!to)
        return;
    for (const struct diag *d = from->first; d; d = d->next) {
        if (d->severity == SEV_ERROR)
            diag_error(to, d->span, "%.*s", SV_ARG(d->message));
        else
            diag_warn(to, d->name, d->span, "%.*s", SV_ARG(d->message));
        if (d->hint.n)
            diag_hint(to, "%.*s", SV_ARG(d->hint));
    }
}
