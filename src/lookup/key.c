/* key: dotted keys and the pieces of interpolated text. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "lookup/internal.h"

static bool is_special(char c) { return c == '\'' || c == '"' || c == '.'; }

static bool has_special(struct sv s)
{
    for (size_t i = 0; i < s.n; i++)
        if (is_special(s.p[i]))
            return true;
    return false;
}

/* One part: 'quoted', "quoted" or text up to the next dot. */
static bool take_segment(struct sv *rest, struct segment *out)
{
    struct sv s = *rest;
    size_t i = 0;
    while (i < s.n && (s.p[i] == ' ' || s.p[i] == '\t'))
        i++;
    *out = (struct segment){ 0 };
    if (i < s.n && (s.p[i] == '"' || s.p[i] == '\'')) {
        size_t end = sv_find_char(s, s.p[i], i + 1);
        if (end == SIZE_MAX || end == i + 1)
            return false;
        out->text = sv_slice(s, i + 1, end);
        for (i = end + 1; i < s.n && (s.p[i] == ' ' || s.p[i] == '\t');)
            i++;
        *rest = sv_slice(s, i, s.n);
        return true;
    }
    size_t from = i;
    while (i < s.n && !is_special(s.p[i]))
        i++;
    if (i == 0)
        return false;
    out->text = sv_trim(sv_slice(s, from, i));
    out->is_index = sv_to_int(out->text, &out->index);
    *rest = sv_slice(s, i, s.n);
    return true;
}

bool key_parse(struct arena *a, struct sv text, struct lookup_key *out_key)
{
    struct lookup_key key = { .text = text, .root = text };
    if (has_special(text) || text.n == 0) {
        struct sv rest = text;
        struct segment part;
        size_t cap = 0;
        if (!take_segment(&rest, &part))
            return false;
        key.root = part.text;
        while (rest.n) {
            if (rest.p[0] != '.')
                return false;
            rest = sv_slice(rest, 1, rest.n);
            if (!take_segment(&rest, &part))
                return false;
            ARENA_PUSH(a, key.segments, key.count, cap, part);
        }
    }
    size_t colons = sv_find(key.root, SV("::"), 0);
    if (colons != SIZE_MAX)
        key.module = sv_slice(key.root, 0, colons);
    *out_key = key;
    return true;
}

static bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }

/* name('key') or name("key") */
static bool read_method(struct sv expr, struct piece *out)
{
    static const struct {
        const char *name;
        enum method method;
    } methods[] = { { "lookup", METHOD_LOOKUP },
                    { "hiera", METHOD_LOOKUP },
                    { "alias", METHOD_ALIAS },
                    { "scope", METHOD_SCOPE },
                    { "literal", METHOD_LITERAL } };
    size_t n = 0;
    while (n < expr.n && is_word(expr.p[n]))
        n++;
    if (n == 0 || expr.n < n + 5 || expr.p[n] != '(' || expr.p[expr.n - 1] != ')')
        return false;
    char quote = expr.p[n + 1];
    if ((quote != '"' && quote != '\'') || expr.p[expr.n - 2] != quote)
        return false;
    struct sv key = sv_slice(expr, n + 2, expr.n - 2);
    if (sv_find_char(key, quote, 0) != SIZE_MAX)
        return false;
    *out = (struct piece){ .method = METHOD_UNKNOWN, .text = sv_slice(expr, 0, n), .called = true };
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (sv_is(out->text, methods[i].name)) {
            out->method = methods[i].method;
            out->text = key;
            break;
        }
    return true;
}

/* "", "::" and their quoted forms stand for nothing. */
static bool is_empty_expr(struct sv e)
{
    if (e.n >= 2 && (e.p[0] == '"' || e.p[0] == '\'') && e.p[e.n - 1] == e.p[0])
        e = sv_slice(e, 1, e.n - 1);
    return e.n == 0 || sv_is(e, "::");
}

static void add_piece(struct arena *a, struct text_template *t, size_t *cap, struct piece p)
{
    if (p.method == METHOD_SCOPE && !key_parse(a, p.text, &p.key))
        p.key = (struct lookup_key){ 0 };
    ARENA_PUSH(a, t->pieces, t->count, *cap, p);
}

struct text_template template_parse(struct arena *a, struct sv source)
{
    struct text_template t = { .source = source };
    size_t cap = 0, at = 0;
    while (at < source.n) {
        size_t open = sv_find(source, SV("%{"), at), close = open == SIZE_MAX ? SIZE_MAX : sv_find_char(source, '}', open);
        if (close == SIZE_MAX)
            break;
        if (open > at)
            add_piece(a, &t, &cap, (struct piece){ .text = sv_slice(source, at, open) });
        struct sv expr = sv_trim(sv_slice(source, open + 2, close));
        struct piece p = { .method = METHOD_SCOPE, .text = expr };
        if (!is_empty_expr(expr)) {
            read_method(expr, &p);
            add_piece(a, &t, &cap, p);
        }
        at = close + 1;
    }
    if (at < source.n)
        add_piece(a, &t, &cap, (struct piece){ .text = sv_slice(source, at, source.n) });
    return t;
}
