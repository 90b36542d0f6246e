/* sv: views of bytes. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/sv.h"

static unsigned char lower(unsigned char c) { return c >= 'A' && c <= 'Z' ? (unsigned char)(c + 32) : c; }

bool sv_eq_nocase(struct sv a, struct sv b)
{
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++)
        if (lower((unsigned char)a.p[i]) != lower((unsigned char)b.p[i]))
            return false;
    return true;
}

int sv_cmp(struct sv a, struct sv b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int c = n ? memcmp(a.p, b.p, n) : 0;
    return c ? c : (a.n > b.n) - (a.n < b.n);
}

bool sv_starts(struct sv s, struct sv prefix) { return s.n >= prefix.n && (prefix.n == 0 || memcmp(s.p, prefix.p, prefix.n) == 0); }

bool sv_ends(struct sv s, struct sv suffix)
{
    return s.n >= suffix.n && (suffix.n == 0 || memcmp(s.p + s.n - suffix.n, suffix.p, suffix.n) == 0);
}

size_t sv_find(struct sv s, struct sv needle, size_t from)
{
    if (from > s.n || needle.n > s.n - from)
        return SIZE_MAX;
    if (needle.n == 0)
        return from;
    const char *hit = memmem(s.p + from, s.n - from, needle.p, needle.n);
    return hit ? (size_t)(hit - s.p) : SIZE_MAX;
}

size_t sv_find_char(struct sv s, char c, size_t from)
{
    if (from >= s.n)
        return SIZE_MAX;
    const char *hit = memchr(s.p + from, c, s.n - from);
    return hit ? (size_t)(hit - s.p) : SIZE_MAX;
}

size_t sv_rfind_char(struct sv s, char c)
{
    const char *hit = s.n ? memrchr(s.p, c, s.n) : NULL;
    return hit ? (size_t)(hit - s.p) : SIZE_MAX;
}

struct sv sv_slice(struct sv s, size_t from, size_t to)
{
    if (to > s.n)
        to = s.n;
    if (from > to)
        from = to;
    return sv_make(s.p ? s.p + from : NULL, to - from);
}

static bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

struct sv sv_trim(struct sv s)
{
    while (s.n && is_blank(s.p[0]))
        s.p++, s.n--;
    while (s.n && is_blank(s.p[s.n - 1]))
        s.n--;
    return s;
}

struct sv sv_without_mark(struct sv s) { return sv_starts(s, SV("\xef\xbb\xbf")) ? sv_slice(s, 3, s.n) : s; }

bool sv_cut(struct sv *rest, char sep, struct sv *out_piece)
{
    if (!rest->p)
        return false;
    size_t at = sv_find_char(*rest, sep, 0);
    if (at == SIZE_MAX) {
        *out_piece = *rest;
        *rest = SV_NONE;
    } else {
        *out_piece = sv_slice(*rest, 0, at);
        *rest = sv_slice(*rest, at + 1, rest->n);
    }
    return true;
}

bool sv_to_int(struct sv s, int64_t *out_n)
{
    size_t i = 0;
    bool negative = s.n && s.p[0] == '-';
    if (s.n && (s.p[0] == '-' || s.p[0] == '+'))
        i = 1;
    if (i == s.n)
        return false;
    int64_t n = 0; /* counted downwards, so that INT64_MIN fits */
    for (; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
        if (__builtin_mul_overflow(n, 10, &n) || __builtin_sub_overflow(n, s.p[i] - '0', &n))
            return false;
    }
    if (!negative && n == INT64_MIN)
        return false;
    *out_n = negative ? n : -n;
    return true;
}

/* The length of the well-formed sequence at p (RFC 3629, section 4), or 0. */
static size_t utf8_sequence(const unsigned char *p, size_t n)
{
    if (p[0] < 0x80)
        return 1;
    size_t len = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
    if (p[0] < 0xc2 || p[0] > 0xf4 || len > n)
        return 0;
    for (size_t i = 1; i < len; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    bool overlong = (p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xf0 && p[1] < 0x90);
    bool surrogate = p[0] == 0xed && p[1] > 0x9f;
    bool too_large = p[0] == 0xf4 && p[1] > 0x8f;
    return overlong || surrogate || too_large ? 0 : len;
}

bool sv_is_utf8(struct sv s)
{
    for (size_t i = 0; i < s.n;) {
        uint64_t eight;
        if (s.n - i >= sizeof eight && (memcpy(&eight, s.p + i, sizeof eight), (eight & 0x8080808080808080u) == 0)) {
            i += sizeof eight; /* ASCII */
            continue;
        }
        size_t len = utf8_sequence((const unsigned char *)s.p + i, s.n - i);
        if (!len)
            return false;
        i += len;
    }
    return true;
}

static uint64_t mix(uint64_t a, uint64_t b)
{
    __uint128_t m = (__uint128_t)a * b;
    return (uint64_t)m ^ (uint64_t)(m >> 64);
}

/* Multiply and fold, eight bytes a step (the idea of wyhash); names are short, so there is no unrolling. */
uint64_t sv_hash(struct sv s)
{
    const uint64_t k0 = 0x9e3779b97f4a7c15u, k1 = 0xd1b54a32d192ed03u;
    uint64_t h = k0 ^ s.n;
    size_t i = 0;
    for (; i + 8 <= s.n; i += 8) {
        uint64_t w;
        memcpy(&w, s.p + i, 8);
        h = mix(h ^ w, k1);
    }
    if (i < s.n) {
        uint64_t w = 0;
        memcpy(&w, s.p + i, s.n - i);
        h = mix(h ^ w, k1);
    }
    return mix(h, k0);
}

unsigned sv_distance(struct sv a, struct sv b, unsigned limit)
{
    enum { MOST = 64 };
    if (a.n >= MOST || b.n >= MOST || (a.n > b.n ? a.n - b.n : b.n - a.n) > limit)
        return limit + 1;
    unsigned row[MOST + 1];
    for (unsigned j = 0; j <= b.n; j++)
        row[j] = j;
    for (unsigned i = 1; i <= a.n; i++) {
        unsigned diagonal = row[0];
        row[0] = i;
        for (unsigned j = 1; j <= b.n; j++) {
            unsigned change = diagonal + (lower((unsigned char)a.p[i - 1]) != lower((unsigned char)b.p[j - 1]));
            unsigned less = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
            diagonal = row[j];
            row[j] = change < less ? change : less;
        }
    }
    return row[b.n] <= limit ? row[b.n] : limit + 1;
}
