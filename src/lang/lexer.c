/* lexer: the main loop, words, numbers and punctuation. Strings, heredocs and templates are in files of their own. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/lexer_impl.h"

#include <stdarg.h>

#include "base/limits.h"

#define W  C_WORD
#define L  (C_WORD | C_LOWER)
#define LX (C_WORD | C_LOWER | C_HEX)
#define U  (C_WORD | C_UPPER)
#define UX (C_WORD | C_UPPER | C_HEX)
#define D  (C_WORD | C_DIGIT | C_HEX)

const uint8_t char_class[256] = {
    [' '] = C_BLANK, ['\t'] = C_BLANK, ['\r'] = C_BLANK, ['"'] = C_DQ, ['\\'] = C_DQ, ['$'] = C_DQ, ['_'] = L,  ['a'] = LX, ['b'] = LX,
    ['c'] = LX,      ['d'] = LX,       ['e'] = LX,       ['f'] = LX,   ['g'] = L,     ['h'] = L,    ['i'] = L,  ['j'] = L,  ['k'] = L,
    ['l'] = L,       ['m'] = L,        ['n'] = L,        ['o'] = L,    ['p'] = L,     ['q'] = L,    ['r'] = L,  ['s'] = L,  ['t'] = L,
    ['u'] = L,       ['v'] = L,        ['w'] = L,        ['x'] = L,    ['y'] = L,     ['z'] = L,    ['A'] = UX, ['B'] = UX, ['C'] = UX,
    ['D'] = UX,      ['E'] = UX,       ['F'] = UX,       ['G'] = U,    ['H'] = U,     ['I'] = U,    ['J'] = U,  ['K'] = U,  ['L'] = U,
    ['M'] = U,       ['N'] = U,        ['O'] = U,        ['P'] = U,    ['Q'] = U,     ['R'] = U,    ['S'] = U,  ['T'] = U,  ['U'] = U,
    ['V'] = U,       ['W'] = U,        ['X'] = U,        ['Y'] = U,    ['Z'] = U,     ['0'] = D,    ['1'] = D,  ['2'] = D,  ['3'] = D,
    ['4'] = D,       ['5'] = D,        ['6'] = D,        ['7'] = D,    ['8'] = D,     ['9'] = D,
};

static const char *const token_names[] = {
#define X(kind, name) [kind] = name,
    TOKENS(X)
#undef X
};

const char *token_name(enum token_kind kind) { return token_names[kind]; }

uint32_t lex_offset(const struct lexer *lx, const char *p)
{
    uint32_t at = (uint32_t)(p - lx->r.origin);
    if (!lx->r.map)
        return at;
    uint32_t low = 0, high = lx->r.map_count; /* the last line that begins at or before at */
    while (high - low > 1) {
        uint32_t middle = (low + high) / 2;
        if (lx->r.map[middle].at <= at)
            low = middle;
        else
            high = middle;
    }
    return lx->r.map[low].source + (at - lx->r.map[low].at);
}

struct token *lex_emit(struct lexer *lx, enum token_kind kind, const char *from, const char *to, struct sv text)
{
    if (lx->count == lx->cap) {
        lx->tokens = arena_grow(lx->token_arena, lx->tokens, lx->cap * sizeof *lx->tokens, (size_t)lx->cap * 2 * sizeof *lx->tokens);
        lx->cap *= 2;
    }
    struct token *t = &lx->tokens[lx->count++];
    t->kind = (uint8_t)kind;
    t->flags = lx->new_line ? TOKEN_FIRST : 0;
    if (lx->r.map) {
        t->from = lex_offset(lx, from);
        t->to = from == to ? t->from : lex_offset(lx, to - 1) + 1;
    } else {
        t->from = (uint32_t)(from - lx->r.origin);
        t->to = (uint32_t)(to - lx->r.origin);
    }
    t->p = text.p;
    t->n = (uint32_t)text.n;
    lx->after = (uint8_t)kind;
    lx->new_line = false;
    lx->r.fresh_line = false;
    return t;
}

static struct token *emit_source(struct lexer *lx, enum token_kind kind, const char *from, const char *to)
{
    return lex_emit(lx, kind, from, to, sv_make(from, (size_t)(to - from)));
}

bool lex_error(struct lexer *lx, const char *at, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    struct sv text = arena_vprintf(lx->arena, fmt, ap);
    va_end(ap);
    lex_emit(lx, TOK_ERROR, at, at < lx->r.end ? at + 1 : at, text);
    return false;
}

void lex_warn(struct lexer *lx, const char *name, const char *at, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    struct sv text = arena_vprintf(lx->arena, fmt, ap);
    va_end(ap);
    uint32_t from = lex_offset(lx, at);
    diag_warn(lx->diags, name, (struct span){ lx->src, from, from + 1 }, "%.*s", SV_ARG(text));
}

/* The characters of Unicode's class Zs, as Ruby's [[:blank:]] takes them. */
unsigned lex_wide_blank(const char *p, const char *end)
{
    static const char blanks[][4] = { "\xc2\xa0", "\xe1\x9a\x80", "\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80" };
    if (p >= end || (unsigned char)*p < 0xc2)
        return 0;
    for (size_t i = 0; i < sizeof blanks / sizeof blanks[0]; i++) {
        size_t n = strlen(blanks[i]);
        if ((size_t)(end - p) >= n && memcmp(p, blanks[i], n) == 0)
            return (unsigned)n;
    }
    if (end - p >= 3 && p[0] == '\xe2' && p[1] == '\x80' && (unsigned char)p[2] >= 0x80 && (unsigned char)p[2] <= 0x8a)
        return 3;
    return 0;
}

struct sv lex_followed_by(struct lexer *lx, const char *p)
{
    if (p >= lx->r.end)
        return SV("<eof>");
    struct strbuf b = STRBUF_IN(lx->arena);
    for (int characters = 0; p < lx->r.end; p++) {
        characters += ((unsigned char)*p & 0xc0) != 0x80;
        if (characters > 5)
            break;
        if (*p == '\t' || *p == '\n' || *p == '\r')
            strbuf_adds(&b, *p == '\t' ? "\\t" : *p == '\n' ? "\\n" : "\\r");
        else
            strbuf_addc(&b, *p);
    }
    strbuf_adds(&b, "...");
    return strbuf_sv(&b);
}

const char *lex_variable_name(const char *p, const char *end)
{
    const char *q = p;
    if (end - q >= 3 && q[0] == ':' && q[1] == ':')
        q += 2;
    if (q >= end || !is_class(*q, C_WORD))
        return p;
    for (;;) {
        while (q < end && is_class(*q, C_WORD))
            q++;
        if (!(end - q >= 3 && q[0] == ':' && q[1] == ':' && is_class(q[2], C_WORD)))
            return q;
        q += 2;
    }
}

struct keyword {
    uint8_t kind, n;
    char word[10];
};

/* By the first letter, then in this order; every keyword has from two to eight letters. */
static enum token_kind keyword(const struct lexer *lx, const char *p, size_t n)
{
    static const struct keyword words[] = {
#define X(kind, word) { kind, sizeof word - 1, word },
        KEYWORDS(X)
#undef X
    };
    static const uint32_t first_letters = 1u << ('a' - 'a') | 1u << ('c' - 'a') | 1u << ('d' - 'a') | 1u << ('e' - 'a') |
                                          1u << ('f' - 'a') | 1u << ('i' - 'a') | 1u << ('n' - 'a') | 1u << ('o' - 'a') |
                                          1u << ('p' - 'a') | 1u << ('t' - 'a') | 1u << ('u' - 'a');
    if (n < 2 || n > 8 || !(first_letters >> (*p - 'a') & 1))
        return TOK_NAME;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (words[i].n == n && words[i].word[0] == *p && memcmp(words[i].word, p, n) == 0)
            return words[i].kind >= TOK_PLAN && !lx->tasks ? TOK_NAME : words[i].kind;
    return TOK_NAME;
}

/* bare word -> [::] segment { :: segment }, segment -> [a-z_] with letters, digits, '_' and inner '-'.
 * A name where all segments begin with a letter and have no '-'. */
static void lex_word(struct lexer *lx)
{
    const char *from = lx->r.p, *end = lx->r.end, *p = from;
    bool name = true, simple = true;
    if (*p == ':') {
        p += 2;
        simple = false;
    }
    for (;;) {
        name &= *p != '_';
        const char *last = p + 1; /* end of the segment up to its last word character */
        while (p < end && is_class(*p, C_WORD))
            p++;
        last = p;
        if (p < end && *p == '-') {
            while (p < end && (*p == '-' || is_class(*p, C_WORD)))
                if (*p++ != '-') {
                    last = p;
                    name = false;
                }
            p = last;
        }
        if (!(end - p >= 3 && p[0] == ':' && p[1] == ':' && is_class(p[2], C_LOWER)))
            break;
        p += 2;
        simple = false;
    }
    lx->r.p = p;
    lx->matched = sv_make(from, (size_t)(p - from));
    emit_source(lx, !name ? TOK_WORD : simple ? keyword(lx, from, (size_t)(p - from)) : TOK_NAME, from, p);
}

/* type name -> { [::] [A-Z] word characters } */
static bool lex_type_name(struct lexer *lx)
{
    const char *from = lx->r.p, *end = lx->r.end, *p = from;
    for (;;) {
        if (*p == ':')
            p += 2;
        while (p < end && is_class(*p, C_WORD))
            p++;
        if (!(end - p >= 3 && p[0] == ':' && p[1] == ':' && is_class(p[2], C_UPPER)))
            break;
    }
    lx->r.p = p;
    lx->matched = sv_make(from, (size_t)(p - from));
    if (end - p >= 2 && p[0] == ':' && p[1] == ':') {
        lx->r.p += 2;
        bool full = *from == ':';
        const char *at = p + (full ? 3 : 1);
        lex_error(lx, at < end ? at : end, full ? "Illegal fully qualified class reference" : "Illegal class reference");
        return true;
    }
    emit_source(lx, TOK_TYPE_NAME, from, p);
    return true;
}

static bool lex_colon(struct lexer *lx)
{
    const char *p = lx->r.p, *end = lx->r.end;
    if (end - p < 2 || p[1] != ':') {
        emit_source(lx, TOK_COLON, p, p + 1);
        lx->r.p++;
        return true;
    }
    if (end - p >= 3 && is_class(p[2], C_UPPER))
        return lex_type_name(lx);
    if (end - p >= 3 && is_class(p[2], C_LOWER)) {
        lex_word(lx);
        return true;
    }
    lx->r.p += 2;
    lex_error(lx, lx->r.p, "Illegal fully qualified name");
    return true;
}

/* What a thing that begins with digits is no number of. */
static bool bad_number(struct lexer *lx, const char *at, const char *from, const char *to)
{
    struct sv s = sv_make(from, (size_t)(to - from));
    size_t digits = 0;
    while (digits < s.n && is_class(s.p[digits], C_DIGIT))
        digits++;
    lx->r.p = to;
    if (s.n > 1 && s.p[0] == '0' && (s.p[1] == 'x' || s.p[1] == 'X'))
        lex_error(lx, at, "Not a valid hex number %.*s", SV_ARG(s));
    else if (s.n > 1 && s.p[0] == '0' && s.p[1] != '.')
        lex_error(lx, at, "Not a valid octal number %.*s", SV_ARG(s));
    else if (digits < s.n && strchr("eE.", s.p[digits]))
        lex_error(lx, at, "Not a valid decimal number %.*s", SV_ARG(s));
    else
        lex_error(lx, at, "Illegal number '%.*s'", SV_ARG(s));
    return true;
}

static const char *skip_class(const char *p, const char *end, unsigned classes)
{
    while (p < end && is_class(*p, classes))
        p++;
    return p;
}

static bool word_ends(const char *p, const char *end) { return p >= end || !is_class(*p, C_WORD); }

/* End of the number at from, or NULL where none ends at a word's end. */
static const char *number_end(const char *from, const char *end)
{
    const char *p = from;
    if (end - p > 2 && *p == '0' && (p[1] == 'x' || p[1] == 'X')) {
        p = skip_class(p + 2, end, C_HEX);
        return p > from + 2 && word_ends(p, end) ? p : NULL;
    }
    const char *whole = skip_class(p, end, C_DIGIT), *q = whole;
    if (end - q >= 2 && *q == '.' && is_class(q[1], C_DIGIT))
        q = skip_class(q + 1, end, C_DIGIT);
    const char *fraction = q;
    if (q < end && (*q == 'e' || *q == 'E')) {
        const char *digits = q + 1 + (end - q >= 2 && q[1] == '-');
        q = skip_class(digits, end, C_DIGIT);
        if (q > digits && word_ends(q, end))
            return q;
    }
    if (word_ends(fraction, end))
        return fraction;
    return word_ends(whole, end) ? whole : NULL;
}

static bool lex_number(struct lexer *lx)
{
    const char *from = lx->r.p, *end = lx->r.end, *to = number_end(from, end);
    if (!to) {
        const char *start = from, *stop = skip_class(from, end, C_WORD);
        if (from - lx->r.start > 1 && from[-1] == '.')
            for (start = from - 1; start > lx->r.start && is_class(start[-1], C_DIGIT);)
                start--;
        if (*start == '.')
            start = from;
        return bad_number(lx, start, start, stop);
    }
    lx->r.p = to;
    lx->matched = sv_make(from, (size_t)(to - from));
    if (*from == '0' && to - from > 1 && from[1] != '.' && from[1] != 'x' && from[1] != 'X')
        for (const char *p = from; p < to; p++)
            if (*p < '0' || *p > '7')
                return bad_number(lx, from, from, to);
    emit_source(lx, TOK_NUMBER, from, to);
    return true;
}

static bool lex_variable(struct lexer *lx)
{
    const char *from = lx->r.p, *name = from + 1, *to = lex_variable_name(name, lx->r.end);
    lx->r.p = to;
    lx->matched = sv_make(from, (size_t)(to - from));
    lex_emit(lx, TOK_VARIABLE, from, to, sv_make(name, (size_t)(to - name))); /* an empty name is the checker's affair */
    return true;
}

/* Whether the '/' at the end of [from, to) has a backslash before it that is no escaped one. */
static bool escaped_end(const char *from, const char *to)
{
    bool escaped = false;
    for (const char *p = from + 1; p < to - 1; p++)
        escaped = *p == '\\' ? !escaped : false;
    return escaped;
}

static struct sv regex_source(struct lexer *lx, const char *p, const char *end)
{
    struct sv s = sv_make(p, (size_t)(end - p));
    if (sv_find(s, SV("\\/"), 0) == SIZE_MAX)
        return s;
    char *out = arena_alloc(lx->arena, s.n + 1);
    size_t n = 0;
    for (; p < end; p++) {
        if (*p == '\\' && p + 1 < end && p[1] == '/')
            p++;
        out[n++] = *p;
    }
    return sv_make(out, n);
}

static bool regex_allowed(const struct lexer *lx)
{
    switch (lx->after) {
    case TOK_RPAREN:
    case TOK_RBRACK:
    case TOK_RRCOLLECT:
    case TOK_RCOLLECT:
    case TOK_NAME:
    case TOK_TYPE_NAME:
    case TOK_NUMBER:
    case TOK_STRING:
    case TOK_TRUE:
    case TOK_FALSE:
    case TOK_DQPRE:
    case TOK_DQMID:
    case TOK_DQPOST:
    case TOK_HEREDOC:
    case TOK_REGEX:
    case TOK_VARIABLE:
    case TOK_WORD:
        return false;
    default:
        return true;
    }
}

/* '/': a comment, a regexp where an operand may stand, else a division. */
static bool lex_slash(struct lexer *lx)
{
    const char *from = lx->r.p, *end = lx->r.end;
    if (end - from >= 2 && from[1] == '*') {
        size_t stop = sv_find(sv_make(from, (size_t)(end - from)), SV("*/"), 2);
        if (stop == SIZE_MAX)
            return lex_error(lx, from, "Unclosed multiline comment");
        lx->r.p = from + stop + 2;
        lx->r.fresh_line = false;
        return true;
    }
    if (regex_allowed(lx)) {
        const char *p = from;
        while (p < end && (p = memchr(p + 1, '/', (size_t)(end - p - 1))) && escaped_end(from, p + 1))
            ;
        if (p && p < end) {
            lx->r.p = p + 1;
            lex_emit(lx, TOK_REGEX, from, p + 1, regex_source(lx, from + 1, p));
            return true;
        }
    }
    emit_source(lx, TOK_DIV, from, from + 1);
    lx->r.p++;
    return true;
}

static bool preceded_by_blank(const struct lexer *lx)
{
    const char *p = lx->r.p;
    if (p == lx->r.start || is_class(p[-1], C_BLANK) || p[-1] == '\n')
        return true;
    for (unsigned n = 2; n <= 3; n++)
        if (p - lx->r.start >= n && lex_wide_blank(p - n, p) == n)
            return true;
    return false;
}

/* The closing tag of a template's code, or an operator. */
static bool lex_maybe_epp_end(struct lexer *lx)
{
    const char *p = lx->r.p;
    bool trim = *p == '-';
    if (lx->r.end - p < 2 + trim || p[trim] != '%' || p[1 + trim] != '>')
        return false;
    lx->r.p += 2 + trim;
    if (lx->r.epp == EPP_EXPR)
        emit_source(lx, trim ? TOK_EPP_END_TRIM : TOK_EPP_END, p, lx->r.p);
    return true;
}

struct operator_row {
    char first;
    uint8_t alone; /* kind when no longer one fits */
    struct {
        char rest[3];
        uint8_t kind;
    } longer[6]; /* the longest first */
};

static const struct operator_row operators[] = {
    { '=', TOK_SET, { { "=", TOK_EQ }, { ">", TOK_FARROW }, { "~", TOK_MATCH } } },
    { '+', TOK_PLUS, { { "=", TOK_ADD_SET }, { ">", TOK_PARROW } } },
    { '-', TOK_MINUS, { { ">", TOK_BEFORE }, { "=", TOK_SUB_SET } } },
    { '!', TOK_NOT, { { "=", TOK_NE }, { "~", TOK_NOMATCH } } },
    { '~', TOK_TILDE, { { ">", TOK_NOTIFY } } },
    { '<',
      TOK_LT,
      { { "<|", TOK_LLCOLLECT }, { "<", TOK_SHL }, { "=", TOK_LE }, { "|", TOK_LCOLLECT }, { "-", TOK_AFTER }, { "~", TOK_SUBSCRIBE } } },
    { '>', TOK_GT, { { ">", TOK_SHR }, { "=", TOK_GE } } },
    { '|', TOK_PIPE, { { ">>", TOK_RRCOLLECT }, { ">", TOK_RCOLLECT } } },
    { '@', TOK_AT, { { "@", TOK_ATAT } } },
    { ']', TOK_RBRACK, { { "", 0 } } },
    { ')', TOK_RPAREN, { { "", 0 } } },
    { ';', TOK_SEMIC, { { "", 0 } } },
    { '?', TOK_QMARK, { { "", 0 } } },
    { '*', TOK_TIMES, { { "", 0 } } },
    { '%', TOK_MODULO, { { "", 0 } } },
    { '.', TOK_DOT, { { "", 0 } } },
    { ',', TOK_COMMA, { { "", 0 } } },
};

static bool lex_operator(struct lexer *lx)
{
    const char *p = lx->r.p;
    size_t left = (size_t)(lx->r.end - p);
    for (size_t i = 0; i < sizeof operators / sizeof operators[0]; i++) {
        const struct operator_row *row = &operators[i];
        if (row->first != *p)
            continue;
        uint8_t kind = row->alone;
        size_t n = 1;
        for (size_t j = 0; j < 6 && row->longer[j].rest[0]; j++) {
            size_t rest = row->longer[j].rest[1] ? 2 : 1;
            if (left > rest && memcmp(p + 1, row->longer[j].rest, rest) == 0) {
                kind = row->longer[j].kind;
                n += rest;
                break;
            }
        }
        emit_source(lx, kind, p, p + n);
        lx->r.p += n;
        return true;
    }
    unsigned blank = lex_wide_blank(p, lx->r.end);
    if (blank) {
        lx->r.p += blank;
        return true;
    }
    lx->r.p++;
    while (lx->r.p < lx->r.end && ((unsigned char)*lx->r.p & 0xc0) == 0x80)
        lx->r.p++;
    lex_emit(lx, TOK_OTHER, p, lx->r.p, SV(""));
    return true;
}

static bool lex_newline(struct lexer *lx)
{
    const char *next = lx->r.p + 1;
    if (lx->r.jump > next) /* a string of several lines may have gone past it */
        next = lx->r.jump;
    lx->r.jump = NULL;
    lx->r.p = next;
    lx->new_line = lx->r.fresh_line = true;
    return true;
}

static bool one_character(struct lexer *lx, enum token_kind kind)
{
    emit_source(lx, kind, lx->r.p, lx->r.p + 1);
    lx->r.p++;
    return true;
}

bool lex_next(struct lexer *lx)
{
    const char *p = lx->r.p;
    unsigned char_kind = char_class[(unsigned char)*p];
    if (char_kind & C_BLANK) {
        lx->r.p = skip_class(p, lx->r.end, C_BLANK);
        return true;
    }
    if (char_kind & C_LOWER) {
        lex_word(lx);
        return true;
    }
    if (char_kind & C_UPPER)
        return lex_type_name(lx);
    if (char_kind & C_DIGIT)
        return lex_number(lx);
    switch (*p) {
    case '\n':
        return lex_newline(lx);
    case '#': {
        const char *stop = memchr(p, '\n', (size_t)(lx->r.end - p));
        lx->r.p = stop ? stop : lx->r.end;
        return true;
    }
    case '$':
        return lex_variable(lx);
    case '\'':
        return lex_single_quoted(lx);
    case '"':
        return lex_double_quoted(lx);
    case ',':
        return one_character(lx, TOK_COMMA);
    case '{':
        lx->r.braces++;
        return one_character(lx, TOK_LBRACE);
    case '}':
        lx->r.braces--;
        return one_character(lx, TOK_RBRACE);
    case '[':
        return one_character(lx, preceded_by_blank(lx) ? TOK_LISTSTART : TOK_LBRACK);
    case '(':
        return one_character(lx, lx->r.fresh_line ? TOK_WSLPAREN : TOK_LPAREN);
    case ':':
        return lex_colon(lx);
    case '/':
        return lex_slash(lx);
    case '@':
        return lx->r.end - p >= 2 && p[1] == '(' ? lex_heredoc(lx) : lex_operator(lx);
    case '%':
    case '-':
        if (lx->r.epp && lex_maybe_epp_end(lx))
            return lex_epp_text(lx, *p == '-');
        return lex_operator(lx);
    default:
        return lex_operator(lx);
    }
}

/* Offset of the first byte that is no UTF-8, or the length. */
static size_t first_bad_utf8(struct sv s)
{
    size_t i = 0;
    while (i < s.n) {
        uint64_t eight;
        if (i + 8 <= s.n && (memcpy(&eight, s.p + i, 8), !(eight & 0x8080808080808080u))) {
            i += 8;
            continue;
        }
        unsigned char c = (unsigned char)s.p[i];
        size_t n = c < 0x80 ? 1 : c >= 0xc2 && c < 0xe0 ? 2 : (c & 0xf0) == 0xe0 ? 3 : c >= 0xf0 && c < 0xf5 ? 4 : 0;
        if (n == 0 || i + n > s.n || (n > 1 && !sv_is_utf8(sv_make(s.p + i, n))))
            return i;
        i += n;
    }
    return i;
}

struct bom {
    const char *name;
    uint8_t size, least; /* least: how many bytes the text must have */
    unsigned char bytes[4];
};

/* Refuses what cannot be a manifest at all. */
static bool check_encoding(struct lexer *lx)
{
    static const struct bom boms[] = {
        { "UTF-32", 4, 4, { 0x00, 0x00, 0xfe, 0xff } },
        { "UTF-32", 4, 4, { 0xff, 0xfe, 0x00, 0x00 } },
        { "GB-18030", 4, 4, { 0x84, 0x31, 0x95, 0x33 } },
        { "UTF-EBCDIC", 4, 4, { 0xdd, 0x73, 0x66, 0x73 } },
        { "SCSU", 3, 3, { 0x0e, 0xfe, 0xff } },
        { "UTF-8", 3, 3, { 0xef, 0xbb, 0xbf } },
        { "UTF-1", 3, 3, { 0xf7, 0x64, 0x4c } },
        { "BOCU", 3, 3, { 0xfb, 0xee, 0x28 } },
        { "UTF-16", 2, 2, { 0xfe, 0xff } },
        { "UTF-16", 2, 2, { 0xff, 0xfe } },
    };
    struct sv text = lx->src->text;
    if (text.n > LIMIT_SOURCE_BYTES)
        return lex_error(lx, lx->r.p, "the text is larger than the limit of %u MiB", LIMIT_SOURCE_BYTES >> 20);
    for (size_t i = 0; i < sizeof boms / sizeof boms[0]; i++) {
        const struct bom *b = &boms[i];
        if (text.n < b->least || memcmp(text.p, b->bytes, b->size) != 0)
            continue;
        struct strbuf hex = STRBUF_IN(lx->arena);
        for (unsigned j = 0; j < b->size; j++)
            strbuf_addf(&hex, "%s%X", j ? " " : "", b->bytes[j]);
        return lex_error(lx, lx->r.p, "Illegal %s Byte Order mark at beginning of input: [%.*s] - remove these from the puppet source",
                         b->name, SV_ARG(strbuf_sv(&hex)));
    }
    size_t bad = first_bad_utf8(text);
    if (bad < text.n)
        return lex_error(lx, text.p + bad, "invalid byte sequence in UTF-8");
    return true;
}

struct tokens lex(struct arena *a, struct arena *scratch, const struct source *src, unsigned flags, struct diags *diags)
{
    struct sv text = src->text.p ? src->text : SV("");
    struct lexer lx = { .arena = a, .token_arena = scratch, .diags = diags, .src = src, .new_line = true, .tasks = flags & LEX_TASKS };
    lx.r = (struct reading){ .start = text.p, .p = text.p, .end = text.p + text.n, .origin = text.p, .fresh_line = true };
    lx.cap = (uint32_t)(text.n <= LIMIT_SOURCE_BYTES ? text.n / 6 : 0) + 16;
    lx.tokens = arena_alloc(scratch, lx.cap * sizeof *lx.tokens);
    bool on = check_encoding(&lx);
    if (on && flags & LEX_EPP) {
        lex_emit(&lx, TOK_EPP_START, lx.r.p, lx.r.p, SV(""));
        lx.new_line = true;
        on = lex_epp_text(&lx, false);
    }
    while (on && lx.r.p < lx.r.end)
        on = lex_next(&lx);
    if (on && (lx.r.epp == EPP_CODE || lx.r.epp == EPP_EXPR))
        lex_error(&lx, lx.r.end, "Unbalanced epp tag, reached <eof> without closing tag.");
    lex_emit(&lx, TOK_EOF, lx.r.end, lx.r.end, SV(""));
    return (struct tokens){ lx.tokens, lx.count };
}
