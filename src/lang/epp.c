/* epp: the text of a template between its tags. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/lexer_impl.h"

/* Text up to "<%" (included) or the end, with "%%>" for "%>". trim: without the white space left of the line. */
static void add_part(struct strbuf *b, struct sv part, bool trim)
{
    if (trim) {
        size_t i = 0;
        while (i < part.n && (part.p[i] == ' ' || part.p[i] == '\t'))
            i++;
        i += i < part.n && part.p[i] == '\r';
        i += i < part.n && part.p[i] == '\n';
        part = sv_slice(part, i, part.n);
    }
    for (size_t at; (at = sv_find(part, SV("%%>"), 0)) != SIZE_MAX; part = sv_slice(part, at + 3, part.n)) {
        strbuf_add(b, sv_slice(part, 0, at));
        strbuf_adds(b, "%>");
    }
    strbuf_add(b, part);
}

static void trim_right(struct strbuf *b)
{
    while (b->n && (b->p[b->n - 1] == ' ' || b->p[b->n - 1] == '\t'))
        b->n--;
}

/* Skips a comment whose '#' is at p; NULL where it has no end. */
static const char *comment_end(const char *p, const char *end)
{
    for (const char *q = p; end - q >= 3; q++)
        if (q[0] != '%' && q[1] == '%' && q[2] == '>')
            return q + 3;
    return NULL;
}

static void emit_text(struct lexer *lx, const char *from, struct strbuf *b)
{
    if (b->n)
        lex_emit(lx, TOK_RENDER_TEXT, from, lx->r.p, strbuf_sv(b));
}

/* Goes into code at lx->r.p. */
static bool open_code(struct lexer *lx, const char *from, struct strbuf *b, bool expression)
{
    emit_text(lx, from, b);
    if (expression)
        lex_emit(lx, TOK_RENDER_EXPR, from, lx->r.p, SV(""));
    lx->r.epp = expression ? EPP_EXPR : EPP_CODE;
    lx->new_line = true;
    return true;
}

bool lex_epp_text(struct lexer *lx, bool trim)
{
    const char *from = lx->r.p, *end = lx->r.end;
    struct strbuf b = STRBUF_IN(lx->arena);
    lx->r.fresh_line = false;
    while (lx->r.p < end) {
        size_t left = (size_t)(end - lx->r.p), at = sv_find(sv_make(lx->r.p, left), SV("<%"), 0);
        size_t n = at == SIZE_MAX ? left : at + 2;
        add_part(&b, sv_make(lx->r.p, n), trim);
        trim = false;
        lx->r.p += n;
        if (at == SIZE_MAX) {
            emit_text(lx, from, &b);
            lx->r.epp = EPP_TEXT;
            return true;
        }
        if (lx->r.p >= end)
            return lex_error(lx, end, "Unbalanced embedded expression - opening <%% and reaching end of input");
        char c = *lx->r.p;
        if (c == '%') {
            lx->r.p++; /* "<%%": keep "<%" */
            continue;
        }
        b.n -= b.n >= 2 ? 2 : b.n; /* a trimmed part may have lost it, never half of it */
        if (c != '#') {
            if (c == '-')
                trim_right(&b);
            lx->r.p += c == '-' || c == '=';
            return open_code(lx, from, &b, c == '=');
        }
        const char *stop = comment_end(lx->r.p, end);
        if (!stop)
            return lex_error(lx, lx->r.p, "Reaching end after opening <%%# without seeing %%>");
        if (lx->r.p[1] == '-')
            trim_right(&b);
        trim = stop[-3] == '-';
        lx->r.p = stop;
    }
    lx->r.epp = EPP_TEXT; /* text before a comment that ends the template is lost, as in the reference */
    return true;
}
