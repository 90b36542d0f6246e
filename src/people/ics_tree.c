/* Reading and writing of iCalendar trees. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "people/ics_tree.h"

#include "people/ical.h"

/* ---- lines ---- */

/* Bytes are unfolded before anything is looked at: a fold may cut a character or an escape. */
static struct sv unfold(struct arena *a, struct sv text)
{
    char *p = arena_alloc(a, text.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++) {
        size_t eol = text.p[i] == '\n' ? 1 : text.p[i] == '\r' && i + 1 < text.n && text.p[i + 1] == '\n' ? 2 : 0;
        if (eol && i + eol < text.n && (text.p[i + eol] == ' ' || text.p[i + eol] == '\t'))
            i += eol;
        else
            p[n++] = text.p[i];
    }
    p[n] = 0;
    return sv_make(p, n);
}

static bool is_name(struct sv s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_'))
            return false;
    }
    return s.n > 0;
}

/* contentline -> name *(";" param) ":" value; a colon within quotes belongs to a parameter */
static bool split_line(struct sv text, struct ics_line *out)
{
    bool quoted = false;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (c == '"')
            quoted = !quoted;
        if (c != ':' || quoted)
            continue;
        out->head = sv_slice(text, 0, i);
        out->value = sv_slice(text, i + 1, text.n);
        out->name = sv_slice(out->head, 0, sv_find_char(out->head, ';', 0));
        return is_name(out->name);
    }
    return false;
}

static bool next_line(struct sv *rest, struct sv *out)
{
    if (!rest->n)
        return false;
    size_t end = sv_find_char(*rest, '\n', 0);
    *out = sv_slice(*rest, 0, end);
    *rest = end == SIZE_MAX ? SV_NONE : sv_slice(*rest, end + 1, rest->n);
    if (out->n && out->p[out->n - 1] == '\r')
        out->n--;
    return true;
}

/* ---- reading ---- */

struct reader {
    struct arena *arena;
    struct ics_component *open[ICS_DEPTH_MAX];
    unsigned depth, line;
    struct ics_component *whole;
};

static bool begin(struct reader *r, struct sv name, struct err *err)
{
    if (r->depth == 0 && r->whole)
        return err_set(err, "line %u: something follows the end of the calendar", r->line);
    if (r->depth == 0 && !sv_eq_nocase(name, SV("VCALENDAR")))
        return err_set(err, "line %u: expected BEGIN:VCALENDAR, found BEGIN:%.*s", r->line, SV_ARG(sv_slice(name, 0, 40)));
    if (r->depth == ICS_DEPTH_MAX)
        return err_set(err, "line %u: components are nested deeper than %d", r->line, ICS_DEPTH_MAX);
    struct ics_component *c = ics_new(r->arena, name);
    if (r->depth)
        ics_add_child(r->arena, r->open[r->depth - 1], c);
    r->open[r->depth++] = c;
    return true;
}

static bool end(struct reader *r, struct sv name, struct err *err)
{
    if (r->depth == 0)
        return err_set(err, "line %u: END:%.*s ends nothing", r->line, SV_ARG(sv_slice(name, 0, 40)));
    struct ics_component *c = r->open[r->depth - 1];
    if (!sv_eq_nocase(c->name, name))
        return err_set(err, "line %u: expected END:%.*s, found END:%.*s", r->line, SV_ARG(sv_slice(c->name, 0, 40)),
                       SV_ARG(sv_slice(name, 0, 40)));
    if (--r->depth == 0)
        r->whole = c;
    return true;
}

static bool take_line(struct reader *r, struct sv text, struct err *err)
{
    struct ics_line l;
    if (!split_line(text, &l))
        return err_set(err, "line %u: expected NAME:VALUE, found '%.*s'", r->line, SV_ARG(sv_slice(text, 0, 60)));
    if (sv_eq_nocase(l.head, SV("BEGIN")))
        return begin(r, sv_trim(l.value), err);
    if (sv_eq_nocase(l.head, SV("END")))
        return end(r, sv_trim(l.value), err);
    if (r->depth == 0)
        return err_set(err, "line %u: expected BEGIN:VCALENDAR, found '%.*s'", r->line, SV_ARG(sv_slice(text, 0, 60)));
    struct ics_component *c = r->open[r->depth - 1];
    ARENA_PUSH(r->arena, c->lines, c->line_count, c->line_cap, l);
    return true;
}

struct ics_component *ics_read(struct arena *a, struct sv text, size_t max_bytes, struct err *err)
{
    struct reader r = { .arena = a };
    struct sv line;
    if (text.n > max_bytes) {
        err_set(err, "the calendar is larger than %zu bytes", max_bytes);
        return NULL;
    }
    if (text.n && memchr(text.p, 0, text.n)) {
        err_set(err, "the calendar holds a NUL byte");
        return NULL;
    }
    struct sv rest = unfold(a, sv_without_mark(text));
    while (next_line(&rest, &line)) {
        if (++r.line > ICS_LINES_MAX) {
            err_set(err, "the calendar has more than %d lines", ICS_LINES_MAX);
            return NULL;
        }
        if (sv_trim(line).n && !take_line(&r, line, err))
            return NULL;
    }
    if (r.depth)
        err_set(err, "the calendar ends within %.*s", SV_ARG(sv_slice(r.open[r.depth - 1]->name, 0, 40)));
    else if (!r.whole)
        err_set(err, "this is no calendar: expected BEGIN:VCALENDAR");
    return r.depth ? NULL : r.whole;
}

void ics_write(struct strbuf *out, const struct ics_component *c)
{
    ical_line(out, SV("BEGIN"), c->name);
    for (uint32_t i = 0; i < c->line_count; i++)
        ical_line(out, c->lines[i].head, c->lines[i].value);
    for (uint32_t i = 0; i < c->child_count; i++)
        ics_write(out, c->children[i]);
    ical_line(out, SV("END"), c->name);
}

/* ---- the tree ---- */

struct ics_component *ics_new(struct arena *a, struct sv name)
{
    struct ics_component *c = ARENA_NEW(a, struct ics_component);
    c->name = name;
    return c;
}

struct ics_component *ics_copy(struct arena *a, const struct ics_component *c)
{
    struct ics_component *copy = ics_new(a, c->name);
    for (uint32_t i = 0; i < c->line_count; i++)
        ARENA_PUSH(a, copy->lines, copy->line_count, copy->line_cap, c->lines[i]);
    for (uint32_t i = 0; i < c->child_count; i++)
        ics_add_child(a, copy, ics_copy(a, c->children[i]));
    return copy;
}

bool ics_is(const struct ics_component *c, const char *name) { return sv_eq_nocase(c->name, sv_of(name)); }

struct ics_line *ics_find(const struct ics_component *c, const char *name)
{
    for (uint32_t i = 0; c && i < c->line_count; i++)
        if (sv_eq_nocase(c->lines[i].name, sv_of(name)))
            return &c->lines[i];
    return NULL;
}

struct sv ics_get(const struct ics_component *c, const char *name)
{
    const struct ics_line *l = ics_find(c, name);
    return l ? l->value : SV_NONE;
}

void ics_add(struct arena *a, struct ics_component *c, struct sv head, struct sv value)
{
    struct ics_line l = { head, sv_slice(head, 0, sv_find_char(head, ';', 0)), value };
    ARENA_PUSH(a, c->lines, c->line_count, c->line_cap, l);
}

void ics_add_child(struct arena *a, struct ics_component *c, struct ics_component *child)
{
    ARENA_PUSH(a, c->children, c->child_count, c->child_cap, child);
}

uint32_t ics_remove(struct ics_component *c, const char *name)
{
    uint32_t kept = 0, before = c->line_count;
    for (uint32_t i = 0; i < c->line_count; i++)
        if (!sv_eq_nocase(c->lines[i].name, sv_of(name)))
            c->lines[kept++] = c->lines[i];
    c->line_count = kept;
    return before - kept;
}

void ics_remove_child(struct ics_component *c, const struct ics_component *child)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < c->child_count; i++)
        if (c->children[i] != child)
            c->children[kept++] = c->children[i];
    c->child_count = kept;
}

void ics_put_all(struct arena *a, struct ics_component *to, const struct ics_component *from, const char *name)
{
    ics_remove(to, name);
    for (uint32_t i = 0; from && i < from->line_count; i++)
        if (sv_eq_nocase(from->lines[i].name, sv_of(name)))
            ics_add(a, to, from->lines[i].head, from->lines[i].value);
}

/* ---- parts of lines ---- */

/* The next ";NAME=VALUE" of a head; values may be quoted and then hold anything. */
static bool next_param(struct sv *rest, struct sv *out_name, struct sv *out_value)
{
    bool quoted = false;
    if (!rest->n || rest->p[0] != ';')
        return false;
    size_t to = 1;
    while (to < rest->n && (quoted || rest->p[to] != ';')) {
        quoted ^= rest->p[to] == '"';
        to++;
    }
    struct sv piece = sv_slice(*rest, 1, to);
    size_t sign = sv_find_char(piece, '=', 0);
    *rest = sv_slice(*rest, to, rest->n);
    *out_name = sv_slice(piece, 0, sign);
    *out_value = sign == SIZE_MAX ? SV("") : sv_slice(piece, sign + 1, piece.n);
    if (out_value->n >= 2 && out_value->p[0] == '"' && out_value->p[out_value->n - 1] == '"')
        *out_value = sv_slice(*out_value, 1, out_value->n - 1);
    return true;
}

struct sv ics_param(const struct ics_line *l, const char *name)
{
    struct sv rest = sv_slice(l->head, l->name.n, l->head.n), key, value;
    while (next_param(&rest, &key, &value))
        if (sv_eq_nocase(key, sv_of(name)))
            return value.p ? value : SV("");
    return SV_NONE;
}

struct sv ics_text(struct arena *a, struct sv value)
{
    struct strbuf out = STRBUF_IN(a);
    for (size_t i = 0; i < value.n; i++) {
        if (value.p[i] != '\\' || i + 1 == value.n) {
            strbuf_addc(&out, value.p[i]);
            continue;
        }
        char c = value.p[++i];
        strbuf_addc(&out, c == 'n' || c == 'N' ? '\n' : c);
    }
    return out.n ? strbuf_sv(&out) : SV("");
}
