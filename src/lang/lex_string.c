/* lex_string: quoted texts, their escapes, and what is interpolated into them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/lexer_impl.h"

#include "base/limits.h"

static unsigned escape_bit(char c)
{
    switch (c) {
    case '\\':
        return ESC_BACKSLASH;
    case '$':
        return ESC_DOLLAR;
    case '\'':
        return ESC_SINGLE;
    case '"':
        return ESC_DOUBLE;
    case 'r':
        return ESC_R;
    case 'n':
        return ESC_N;
    case 't':
        return ESC_T;
    case 's':
        return ESC_S;
    case 'u':
        return ESC_U;
    case '\n':
        return ESC_LINE;
    default:
        return 0;
    }
}

/* Hexadecimal digits of \uXXXX or \u{X...}: length of what follows "\u", or 0. */
static size_t unicode_escape(struct sv rest, uint32_t *out_code)
{
    bool braced = rest.n > 0 && rest.p[0] == '{';
    size_t most = braced ? 6 : 4, i = braced, digits = 0;
    uint32_t code = 0;
    for (; digits < most && i < rest.n && is_class(rest.p[i], C_HEX); digits++, i++) {
        char c = rest.p[i];
        code = code * 16 + (uint32_t)(c <= '9' ? c - '0' : (c | 32) - 'a' + 10);
    }
    if (braced ? digits == 0 || i >= rest.n || rest.p[i] != '}' : digits != 4)
        return 0;
    *out_code = code;
    return i + braced;
}

/* \u escapes come before all others, and again where one of them made a backslash. */
static bool unescape_unicode(struct lexer *lx, struct sv *text, bool *out_again)
{
    struct strbuf b = STRBUF_IN(lx->arena);
    struct sv s = *text;
    *out_again = false;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] != '\\' || i + 1 >= s.n) {
            strbuf_addc(&b, s.p[i]);
            continue;
        }
        uint32_t code = 0;
        size_t n = s.p[i + 1] == 'u' ? unicode_escape(sv_slice(s, i + 2, s.n), &code) : 0;
        if (n == 0) {
            strbuf_add(&b, sv_slice(s, i, i + 2));
            i++;
            continue;
        }
        if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
            return false;
        *out_again |= code == '\\';
        strbuf_add_utf8(&b, code);
        i += 1 + n;
    }
    *text = strbuf_sv(&b);
    return true;
}

/* The value of a text whose backslashes have not been looked at. at: where to complain. False after an error. */
static bool unescape(struct lexer *lx, struct sv s, unsigned escapes, bool warn, const char *at, struct sv *out)
{
    *out = s;
    if (!s.n || !escapes || !memchr(s.p, '\\', s.n))
        return true;
    bool again = escapes & ESC_U && sv_find(s, SV("\\u"), 0) != SIZE_MAX;
    for (int pass = 0; again && pass < 4; pass++)
        if (!unescape_unicode(lx, &s, &again))
            return lex_error(lx, at, "Unicode escape '\\u' was not followed by 4 hex digits or 1-6 hex digits in {} or was > 10ffff");
    char *o = arena_alloc(lx->arena, s.n + 1), *start = o;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i], next = i + 1 < s.n ? s.p[i + 1] : 0;
        bool line = next == '\r' && i + 2 < s.n && s.p[i + 2] == '\n';
        if (c != '\\' || i + 1 >= s.n || (next == '\r' && !line)) {
            *o++ = c;
            continue;
        }
        unsigned bit = escapes & (line ? ESC_LINE : escape_bit(next));
        i += 1 + line;
        switch (bit) {
        case 0:
            if (warn && (unsigned char)next < 0x80)
                lex_warn(lx, "unrecognized_escape", at, "Unrecognized escape sequence '\\%c'", next);
            *o++ = '\\';
            *o++ = next;
            if (line)
                *o++ = '\n';
            break;
        case ESC_R:
            *o++ = '\r';
            break;
        case ESC_N:
            *o++ = '\n';
            break;
        case ESC_T:
            *o++ = '\t';
            break;
        case ESC_S:
            *o++ = ' ';
            break;
        case ESC_LINE:
            break;
        case ESC_U:
            lex_warn(lx, "illegal_unicode_escape", at,
                     "Unicode escape '\\u' was not followed by 4 hex digits or 1-6 hex digits in {} or was > 10ffff");
            *o++ = '\\';
            *o++ = 'u';
            break;
        default:
            *o++ = next;
        }
    }
    *out = sv_make(start, (size_t)(o - start));
    return true;
}

bool lex_single_quoted(struct lexer *lx)
{
    const char *from = lx->r.p, *end = lx->r.end, *p = from + 1;
    bool escaped = false;
    while (p < end && *p != '\'') {
        if (*p == '\\') {
            escaped = true;
            p++;
        }
        p++;
    }
    if (p >= end)
        return lex_error(lx, from + 1, "Unclosed quote after \"'\" followed by '%.*s'", SV_ARG(lex_followed_by(lx, from + 1)));
    struct sv text = sv_make(from + 1, (size_t)(p - from - 1));
    if (escaped) {
        char *o = arena_alloc(lx->arena, text.n + 1);
        size_t n = 0;
        for (size_t i = 0; i < text.n; i++) {
            if (text.p[i] == '\\' && i + 1 < text.n && (text.p[i + 1] == '\\' || text.p[i + 1] == '\''))
                i++;
            o[n++] = text.p[i];
        }
        text = sv_make(o, n);
    }
    lx->r.p = p + 1;
    lex_emit(lx, TOK_STRING, from, p + 1, text);
    return true;
}

/* A name, number or keyword alone in ${ }, or before '[' or '.', means the variable of that name. In a "${" that the end of a heredoc's
 * text closes, only a name and a number do. */
static void name_to_variable(struct lexer *lx, uint32_t first, bool closed)
{
    uint32_t n = lx->count - first;
    if (n == 0)
        return;
    struct token *t = &lx->tokens[first];
    t->flags |= TOKEN_BRACED;
    if (n > 1 && lx->tokens[first + 1].kind != TOK_DOT && lx->tokens[first + 1].kind != TOK_LBRACK)
        return;
    if (t->kind == TOK_NUMBER || t->kind == TOK_NAME || (closed && (t->kind == TOK_WORD || t->kind >= TOK_FIRST_KEYWORD)))
        t->kind = TOK_VARIABLE;
}

/* Tokens after "${" up to the "}" that closes it, which is no token. */
static bool lex_interpolation(struct lexer *lx)
{
    int outer = lx->r.braces++;
    const char *from = lx->r.p;
    if (++lx->depth > LIMIT_PARSE_DEPTH)
        return lex_error(lx, from, "strings are nested deeper than the limit of %d", LIMIT_PARSE_DEPTH);
    lx->matched = SV("");
    uint32_t first = lx->count;
    while (lx->r.p < lx->r.end) {
        uint32_t before = lx->count;
        if (!lex_next(lx))
            return false;
        if (lx->count == before + 1 && lx->tokens[before].kind == TOK_RBRACE && lx->r.braces == outer) {
            lx->count--;
            name_to_variable(lx, first, true);
            lx->depth--;
            return true;
        }
    }
    name_to_variable(lx, first, false);
    lx->depth--;
    return true;
}

/* Where a piece of text ends. */
enum stop { STOP_NONE, STOP_END, STOP_EXPR, STOP_VARIABLE };

/* Goes to the end of the piece at lx->r.p: at a '"' (quoted) or the end of the reading, at "${", or at "$name". */
static enum stop find_stop(struct lexer *lx, bool quoted, bool interpolate, bool escaped_dollar, const char **out_at)
{
    const char *p = lx->r.p, *end = lx->r.end;
    for (;; p++) {
        if (quoted)
            while (p < end && !is_class(*p, C_DQ))
                p++;
        if (p >= end)
            break;
        if (*p == '\\' && escaped_dollar) {
            p++;
        } else if (*p == '"' && quoted) {
            *out_at = p;
            return STOP_END;
        } else if (*p == '$' && interpolate) {
            *out_at = p;
            if (p + 1 < end && p[1] == '{')
                return STOP_EXPR;
            if (lex_variable_name(p + 1, end) > p + 1)
                return STOP_VARIABLE;
        }
    }
    *out_at = end;
    return quoted ? STOP_NONE : STOP_END;
}

/* string -> pieces of text with ${ tokens } and $name between them; a quoted one begins behind its '"'. */
static bool lex_pieces(struct lexer *lx, const char *from, bool quoted, unsigned escapes, bool interpolate)
{
    uint8_t after = lx->after;
    bool escaped_dollar = quoted || escapes & ESC_DOLLAR;
    lx->matched = SV("\"");
    for (bool first = true;; first = false) {
        const char *text = lx->r.p, *at;
        enum stop stop = find_stop(lx, quoted, interpolate, escaped_dollar, &at);
        if (stop == STOP_NONE)
            return lex_error(lx, text, "Unclosed quote after '%.*s' followed by '%.*s'", SV_ARG(lx->matched),
                             SV_ARG(lex_followed_by(lx, text)));
        struct sv value;
        const char *to = at + (stop == STOP_EXPR ? 2 : stop == STOP_END && quoted ? 1 : 0);
        if (!unescape(lx, sv_make(text, (size_t)(at - text)), escapes, quoted, text, &value))
            return false;
        lx->r.p = to;
        if (stop == STOP_END) {
            lex_emit(lx, first ? TOK_STRING : TOK_DQPOST, from, to, value)->flags |= interpolate ? TOKEN_DOUBLE : 0;
            return true;
        }
        lex_emit(lx, first ? TOK_DQPRE : TOK_DQMID, from, to, value);
        lx->after = after;
        if (stop == STOP_EXPR) {
            if (!lex_interpolation(lx))
                return false;
            after = TOK_RBRACE;
        } else {
            const char *name_end = lex_variable_name(at + 1, lx->r.end);
            lex_emit(lx, TOK_VARIABLE, at, name_end, sv_make(at + 1, (size_t)(name_end - at - 1)));
            lx->matched = sv_make(at + 1, (size_t)(name_end - at - 1));
            lx->after = after;
            lx->r.p = name_end;
        }
        from = lx->r.p;
    }
}

bool lex_double_quoted(struct lexer *lx)
{
    const char *from = lx->r.p++;
    return lex_pieces(lx, from, true, ESC_DQ, true);
}

bool lex_unquoted(struct lexer *lx, unsigned escapes, bool interpolate) { return lex_pieces(lx, lx->r.p, false, escapes, interpolate); }
