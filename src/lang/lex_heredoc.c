/* lex_heredoc: @(TAG:syntax/escapes) and the text on the lines after it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/lexer_impl.h"

#include "base/limits.h"

struct heredoc {
    struct sv tag, syntax, escapes;
    bool quoted, has_escapes;
};

static size_t skip_blanks(struct sv s, size_t i)
{
    for (unsigned wide; i < s.n; i += wide)
        if (s.p[i] == ' ' || s.p[i] == '\t')
            wide = 1;
        else if (!(wide = lex_wide_blank(s.p + i, s.p + s.n)))
            break;
    return i;
}

/* Where the white space that ends at i begins. */
static size_t skip_blanks_back(struct sv s, size_t i)
{
    for (;;) {
        if (i > 0 && (s.p[i - 1] == ' ' || s.p[i - 1] == '\t'))
            i--;
        else if (i >= 2 && lex_wide_blank(s.p + i - 2, s.p + i) == 2)
            i -= 2;
        else if (i >= 3 && lex_wide_blank(s.p + i - 3, s.p + i) == 3)
            i -= 3;
        else
            return i;
    }
}

/* A tag without white space, to which the reference counts NUL. */
static struct sv strip_tag(struct sv s)
{
    for (size_t n = SIZE_MAX; n != s.n;) {
        n = s.n;
        s = sv_trim(s);
        while (s.n && !*s.p)
            s = sv_slice(s, 1, s.n);
        while (s.n && !s.p[s.n - 1])
            s.n--;
    }
    return s;
}

/* "@(" tag [ ':' syntax ] [ '/' escapes ] ")" */
static bool parse_spec(struct sv s, struct heredoc *out)
{
    size_t i = 2, from = 2;
    while (i < s.n && !memchr(":/\r\n)", s.p[i], 5))
        i++;
    out->tag = strip_tag(sv_slice(s, from, i));
    if (i == from || i >= s.n)
        return false;
    if (s.p[i] == ':') {
        from = skip_blanks(s, i + 1);
        for (i = from; i < s.n && (is_class(s.p[i], C_WORD) || s.p[i] == '+'); i++)
            ;
        out->syntax = sv_slice(s, from, i);
        if (i - from < 2 || s.p[from] < 'a' || s.p[from] > 'z' || sv_find_char(out->syntax, '_', 0) == 0)
            return false;
        i = skip_blanks(s, i);
    }
    if (i < s.n && s.p[i] == '/') {
        from = ++i;
        while (i < s.n && (is_class(s.p[i], C_WORD) || s.p[i] == '$'))
            i++;
        out->escapes = sv_slice(s, from, i);
        out->has_escapes = true;
        i = skip_blanks(s, i);
    }
    if (i + 1 != s.n)
        return false;
    if (out->tag.n >= 2 && out->tag.p[0] == '"' && out->tag.p[out->tag.n - 1] == '"') {
        out->quoted = true;
        out->tag = strip_tag(sv_slice(out->tag, 1, out->tag.n - 1));
    }
    return true;
}

static bool escape_mask(struct lexer *lx, const char *at, const struct heredoc *h, unsigned *out)
{
    static const struct {
        char c;
        unsigned bit;
    } known[] = { { 't', ESC_T }, { 'r', ESC_R }, { 'n', ESC_N }, { 's', ESC_S }, { 'u', ESC_U }, { '$', ESC_DOLLAR }, { 'L', ESC_LINE } };
    *out = h->has_escapes ? ESC_BACKSLASH : 0;
    struct sv escapes = h->has_escapes && h->escapes.n == 0 ? SV("trnsuL$") : h->escapes;
    for (size_t i = 0; i < escapes.n; i++)
        if (sv_find_char(escapes, escapes.p[i], i + 1) != SIZE_MAX) {
            struct strbuf list = STRBUF_IN(lx->arena);
            for (size_t j = 0; j < escapes.n; j++)
                strbuf_addf(&list, "%s%c", j ? ", " : "", escapes.p[j]);
            return lex_error(lx, at, "An escape char for @() may only appear once. Got '%.*s'", SV_ARG(strbuf_sv(&list)));
        }
    for (size_t i = 0; i < escapes.n; i++) {
        unsigned bit = 0;
        for (size_t k = 0; k < sizeof known / sizeof known[0]; k++)
            if (known[k].c == escapes.p[i])
                bit = known[k].bit;
        if (!bit)
            return lex_error(lx, at, "Invalid heredoc escape char. Only t, r, n, s,  u, L, $ allowed. Got '%c'", escapes.p[i]);
        *out |= bit;
    }
    return true;
}

struct end_line {
    struct sv margin;
    bool has_margin, remove_break;
};

/* Whether a line ends a text: blanks [ '|' blanks ] [ '-' blanks ] tag blanks, at the end of the line. As in the reference,
 * other text may stand before it, and is lost. */
static bool is_end_line(struct sv line, struct sv tag, struct end_line *out)
{
    size_t n = line.n;
    if (n && line.p[n - 1] == '\n')
        n--;
    if (n && line.p[n - 1] == '\r')
        n--;
    n = skip_blanks_back(sv_slice(line, 0, n), n);
    if (n < tag.n || memcmp(line.p + n - tag.n, tag.p, tag.n) != 0)
        return false;
    *out = (struct end_line){ 0 };
    size_t to = n - tag.n, i = skip_blanks_back(line, to);
    if (i && line.p[i - 1] == '-') {
        out->remove_break = true;
        to = i - 1;
        i = skip_blanks_back(line, to);
    }
    if (i && line.p[i - 1] == '|') {
        out->has_margin = true;
        to = i - 1;
        i = skip_blanks_back(line, to);
    }
    out->margin = sv_slice(line, i, to);
    return true;
}

/* The text without its margin; lines with less keep what they have. */
static void strip_margin(struct lexer *lx, const char *from, const char *to, struct sv margin, struct reading *r)
{
    char *text = arena_alloc(lx->arena, (size_t)(to - from) + 1), *o = text;
    size_t cap = 0, count = 0;
    struct line_map *map = NULL;
    for (const char *line = from; line < to;) {
        const char *stop = memchr(line, '\n', (size_t)(to - line));
        stop = stop ? stop + 1 : to;
        const char *rest = line;
        if (sv_starts(sv_make(line, (size_t)(stop - line)), margin))
            rest += margin.n;
        ARENA_PUSH(lx->arena, map, count, cap, ((struct line_map){ (uint32_t)(o - text), lex_offset(lx, rest) }));
        memcpy(o, rest, (size_t)(stop - rest));
        o += stop - rest;
        line = stop;
    }
    *r = (struct reading){ .start = text, .p = text, .end = o, .origin = text, .map = map, .map_count = (uint32_t)count };
}

/* Lexes the text [from, to) as a reading of its own. */
static bool lex_body(struct lexer *lx, const char *from, const char *to, const struct end_line *e, unsigned escapes, bool interpolate)
{
    struct reading outer = lx->r;
    if (e->has_margin && e->margin.n && from < to) {
        strip_margin(lx, from, to, e->margin, &lx->r);
    } else {
        lx->r =
            (struct reading){ .start = from, .p = from, .end = to, .origin = outer.origin, .map = outer.map, .map_count = outer.map_count };
    }
    if (e->remove_break && lx->r.end > lx->r.start && lx->r.end[-1] == '\n') {
        lx->r.end--;
        if (lx->r.end > lx->r.start && lx->r.end[-1] == '\r')
            lx->r.end--;
    }
    lx->r.fresh_line = true;
    bool on = ++lx->depth <= LIMIT_PARSE_DEPTH
                  ? lex_unquoted(lx, escapes, interpolate)
                  : lex_error(lx, lx->r.p, "strings are nested deeper than the limit of %d", LIMIT_PARSE_DEPTH);
    lx->depth--;
    lx->r = outer;
    lx->r.fresh_line = false;
    return on;
}

bool lex_heredoc(struct lexer *lx)
{
    const char *from = lx->r.p, *end = lx->r.end, *close = memchr(from, ')', (size_t)(end - from));
    struct heredoc h = { 0 };
    if (!close)
        return lex_error(lx, from, "Unclosed parenthesis after '@(' followed by '%.*s'", SV_ARG(lex_followed_by(lx, from)));
    const char *spec_end = close + 1;
    if (!parse_spec(sv_make(from, (size_t)(spec_end - from)), &h))
        return lex_error(lx, spec_end, "Invalid syntax in heredoc expected @(endtag[:syntax][/escapes])");
    if (h.tag.n == 0)
        return lex_error(lx, spec_end, "Heredoc with an empty endtag");
    unsigned escapes;
    if (!escape_mask(lx, spec_end, &h, &escapes))
        return false;
    lex_emit(lx, TOK_HEREDOC, from, spec_end, h.syntax);
    lex_emit(lx, TOK_HEREDOC_TAG, from, spec_end, h.tag)->flags |= h.quoted ? TOKEN_DOUBLE : 0;
    const char *text = lx->r.jump;
    if (!text) {
        const char *newline = memchr(spec_end, '\n', (size_t)(end - spec_end));
        if (!newline)
            return lex_error(lx, spec_end, "Heredoc without any following lines of text");
        text = newline + 1;
    }
    for (const char *line = text, *next; line < end; line = next) {
        next = memchr(line, '\n', (size_t)(end - line));
        next = next ? next + 1 : end;
        struct end_line e;
        if (!is_end_line(sv_make(line, (size_t)(next - line)), h.tag, &e))
            continue;
        lx->r.jump = next;
        if (!lex_body(lx, text, line, &e, escapes, h.quoted))
            return false;
        lx->r.p = spec_end;
        return true;
    }
    return lex_error(lx, text, "Heredoc without end-tagged line");
}
