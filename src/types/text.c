/* text: characters of UTF-8 strings. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "types/text.h"

#include <locale.h>
#include <wctype.h>

static bool is_follow(unsigned char c) { return (c & 0xC0) == 0x80; }

/* Length of the character at p, by its first byte, or 1 where it is broken. */
static size_t char_length(const unsigned char *p, size_t n)
{
    size_t len = p[0] < 0x80 ? 1 : p[0] < 0xC2 ? 1 : p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : p[0] < 0xF5 ? 4 : 1;

    if (len > n)
        return 1;
    for (size_t i = 1; i < len; i++)
        if (!is_follow(p[i]))
            return 1;
    return len;
}

size_t utf8_count(struct sv s)
{
    const unsigned char *p = (const unsigned char *)s.p;
    size_t count = 0;

    for (size_t i = 0; i < s.n; count++)
        i += p[i] < 0x80 ? 1 : char_length(p + i, s.n - i);
    return count;
}

uint32_t utf8_next(struct sv s, size_t *at)
{
    const unsigned char *p = (const unsigned char *)s.p + *at;
    size_t len = char_length(p, s.n - *at);
    uint32_t code = p[0];

    *at += len;
    if (len == 1)
        return code;
    code &= 0xFFu >> (len + 1);
    for (size_t i = 1; i < len; i++)
        code = code << 6 | (p[i] & 0x3F);
    return code;
}

size_t utf8_offset(struct sv s, size_t n)
{
    size_t at = 0;

    while (n-- > 0 && at < s.n)
        utf8_next(s, &at);
    return at;
}

static bool is_ascii(struct sv s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] >= 0x80)
            return false;
    return true;
}

static bool goes_up(enum text_case how, bool first, bool is_lower)
{
    return how == CASE_UP || (how == CASE_CAPITAL && first) || (how == CASE_SWAP && is_lower);
}

static struct sv ascii_case(struct arena *a, struct sv s, enum text_case how)
{
    char *p = arena_alloc(a, s.n + 1);

    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool lower = c >= 'a' && c <= 'z', upper = c >= 'A' && c <= 'Z';

        if (lower && goes_up(how, i == 0, true))
            c = (char)(c - 32);
        else if (upper && !goes_up(how, i == 0, false))
            c = (char)(c + 32);
        p[i] = c;
    }
    p[s.n] = '\0';
    return sv_make(p, s.n);
}

struct sv text_case(struct arena *a, struct sv s, enum text_case how)
{
    struct strbuf out = STRBUF_IN(a);
    locale_t utf8;
    bool first = true;

    if (is_ascii(s))
        return ascii_case(a, s, how);
    utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    for (size_t at = 0; at < s.n; first = false) {
        size_t start = at;
        uint32_t c = utf8_next(s, &at);

        if (c >= 0x80 && at - start == 1) { /* no character: keep the byte */
            strbuf_addc(&out, s.p[start]);
            continue;
        }
        if (utf8) {
            bool lower = iswlower_l((wint_t)c, utf8);

            if (c == 0xDF && goes_up(how, first, true)) { /* the sharp s has no capital of one letter */
                strbuf_adds(&out, how == CASE_CAPITAL ? "Ss" : "SS");
                continue;
            }
            c = goes_up(how, first, lower) ? (uint32_t)towupper_l((wint_t)c, utf8) : (uint32_t)towlower_l((wint_t)c, utf8);
        }
        strbuf_add_utf8(&out, c);
    }
    if (utf8)
        freelocale(utf8);
    return strbuf_sv(&out);
}

void text_quote_double(struct strbuf *out, struct sv s)
{
    strbuf_addc(out, '"');
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];

        switch (c) {
        case '\t':
            strbuf_adds(out, "\\t");
            break;
        case '\n':
            strbuf_adds(out, "\\n");
            break;
        case '\r':
            strbuf_adds(out, "\\r");
            break;
        case '"':
        case '$':
        case '\\':
            strbuf_addc(out, '\\');
            strbuf_addc(out, (char)c);
            break;
        default:
            if (c < 0x20)
                strbuf_addf(out, "\\u{%X}", c);
            else
                strbuf_addc(out, (char)c);
        }
    }
    strbuf_addc(out, '"');
}

void text_quote(struct strbuf *out, struct sv s)
{
    bool escaped = false;

    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < 0x20) {
            text_quote_double(out, s);
            return;
        }
    strbuf_addc(out, '\'');
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];

        if (escaped) { /* a backslash and what follows it stay as they are */
            strbuf_addc(out, '\\');
            strbuf_addc(out, c);
            escaped = false;
        } else if (c == '\'') {
            strbuf_adds(out, "\\'");
        } else if (c == '\\') {
            escaped = true;
        } else {
            strbuf_addc(out, c);
        }
    }
    if (escaped)
        strbuf_addc(out, '\\');
    strbuf_addc(out, '\'');
}

void text_inspect(struct strbuf *out, struct sv s)
{
    static const struct {
        char c;
        const char *text;
    } escapes[] = { { '\n', "\\n" }, { '\t', "\\t" }, { '\r', "\\r" }, { '\f', "\\f" }, { '\v', "\\v" },
                    { '\a', "\\a" }, { '\b', "\\b" }, { 27, "\\e" },   { '"', "\\\"" }, { '\\', "\\\\" } };

    strbuf_addc(out, '"');
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        const char *text = NULL;

        for (size_t k = 0; k < sizeof escapes / sizeof *escapes; k++)
            if ((unsigned char)escapes[k].c == c)
                text = escapes[k].text;
        if (c == '#' && i + 1 < s.n && (s.p[i + 1] == '{' || s.p[i + 1] == '$' || s.p[i + 1] == '@'))
            strbuf_adds(out, "\\#");
        else if (text)
            strbuf_adds(out, text);
        else if (c < 0x20 || c == 0x7F)
            strbuf_addf(out, "\\u%04X", c);
        else
            strbuf_addc(out, (char)c);
    }
    strbuf_addc(out, '"');
}

const char *text_article(struct sv s)
{
    size_t i = s.n > 1 && (s.p[0] == '"' || s.p[0] == '\'') ? 1 : 0;
    char c = s.n > i ? s.p[i] : 'x';

    return strchr("aeiouyAEIOUY", c) ? "an" : "a";
}

/* Takes the prefix of a base off; base 0: which it is. */
static int take_prefix(struct sv *s, int base)
{
    char second = s->n > 2 && s->p[0] == '0' ? (char)(s->p[1] | 0x20) : 0;
    int prefix = second == 'x' ? 16 : second == 'b' ? 2 : second == 'o' ? 8 : second == 'd' ? 10 : 0;

    if (prefix && (base == 0 || base == prefix)) {
        *s = sv_slice(*s, 2, s->n);
        return prefix;
    }
    if (base == 0 && s->n > 1 && s->p[0] == '0') {
        *s = sv_slice(*s, 1, s->n);
        if (s->p[0] == '_')
            *s = sv_slice(*s, 1, s->n);
        return 8;
    }
    return base ? base : 10;
}

static unsigned digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return (unsigned)(c - '0');
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z' ? (unsigned)((c | 0x20) - 'a' + 10) : 99;
}

bool text_to_integer(struct sv s, int base, int64_t *out_n)
{
    bool negative = false;
    uint64_t n = 0;

    while (s.n && text_blank(s.p[0]))
        s = sv_slice(s, 1, s.n);
    while (s.n && text_blank(s.p[s.n - 1]))
        s.n--;
    if (s.n && (s.p[0] == '-' || s.p[0] == '+')) {
        negative = s.p[0] == '-';
        s = sv_slice(s, 1, s.n);
    }
    base = take_prefix(&s, base);
    if (!s.n)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        unsigned digit = digit_of(s.p[i]);

        if (s.p[i] == '_' && i > 0 && i + 1 < s.n && s.p[i - 1] != '_')
            continue;
        if (digit >= (unsigned)base || __builtin_mul_overflow(n, (uint64_t)base, &n) || __builtin_add_overflow(n, (uint64_t)digit, &n) ||
            n > (uint64_t)INT64_MAX + negative)
            return false;
    }
    *out_n = negative ? (int64_t)(0 - n) : (int64_t)n;
    return true;
}
