/* semver: versions and version ranges. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "types/semver.h"

#define RANGE_MAX 64 /* alternatives of one range */

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_part_char(char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-'; }

/* 0 or a number without leading zeros. */
static bool take_number(struct sv s, size_t *at, int64_t *out_n)
{
    size_t start = *at;
    int64_t n;

    while (*at < s.n && is_digit(s.p[*at]))
        ++*at;
    if (*at == start || (s.p[start] == '0' && *at > start + 1) || !sv_to_int(sv_slice(s, start, *at), &n))
        return false;
    *out_n = n;
    return true;
}

/* parts -> part { '.' part } ; numeric parts have no leading zeros where strict */
static bool take_parts(struct sv s, size_t *at, bool strict, struct sv *out_parts)
{
    size_t start = *at, part = *at;

    for (;; ++*at) {
        if (*at < s.n && is_part_char(s.p[*at]))
            continue;
        if (*at == part)
            return false;
        if (strict && s.p[part] == '0' && *at > part + 1) {
            bool digits = true;

            for (size_t i = part; i < *at; i++)
                digits = digits && is_digit(s.p[i]);
            if (digits)
                return false;
        }
        if (*at >= s.n || s.p[*at] != '.')
            break;
        part = *at + 1;
    }
    *out_parts = sv_slice(s, start, *at);
    return true;
}

static bool take_qualifiers(struct sv s, size_t *at, struct semver *v)
{
    if (*at < s.n && s.p[*at] == '-') {
        ++*at;
        if (!take_parts(s, at, true, &v->prerelease))
            return false;
    }
    if (*at < s.n && s.p[*at] == '+') {
        ++*at;
        if (!take_parts(s, at, false, &v->build))
            return false;
    }
    return true;
}

bool semver_parse(struct arena *a, struct sv text, struct semver *out_v, struct err *err)
{
    struct sv s = arena_dup(a, text);
    struct semver v = { 0 };
    size_t at = 0;

    if (take_number(s, &at, &v.major) && at < s.n && s.p[at++] == '.' && take_number(s, &at, &v.minor) && at < s.n && s.p[at++] == '.' &&
        take_number(s, &at, &v.patch) && take_qualifiers(s, &at, &v) && at == s.n) {
        *out_v = v;
        return true;
    }
    return err_set(err, "The string '%.*s' cannot be converted to a SemVer", SV_ARG(text));
}

static int compare_numbers(int64_t x, int64_t y) { return (x > y) - (x < y); }

static int compare_part(struct sv x, struct sv y)
{
    int64_t nx, ny;
    bool x_number = is_digit(x.n ? x.p[0] : 'x') && sv_to_int(x, &nx), y_number = is_digit(y.n ? y.p[0] : 'x') && sv_to_int(y, &ny);

    if (x_number && y_number)
        return compare_numbers(nx, ny);
    if (x_number != y_number)
        return x_number ? -1 : 1;
    return sv_cmp(x, y);
}

static int compare_prerelease(struct sv x, struct sv y)
{
    struct sv px, py;

    if (!x.n || !y.n)
        return (x.n == 0) - (y.n == 0); /* a release is newer than its pre-releases */
    for (;;) {
        bool more_x = sv_cut(&x, '.', &px), more_y = sv_cut(&y, '.', &py);
        int order;

        if (!more_x || !more_y)
            return more_x - more_y;
        order = compare_part(px, py);
        if (order)
            return order;
    }
}

int semver_compare(const struct semver *x, const struct semver *y)
{
    int order = compare_numbers(x->major, y->major);

    if (!order)
        order = compare_numbers(x->minor, y->minor);
    if (!order)
        order = compare_numbers(x->patch, y->patch);
    return order ? order : compare_prerelease(x->prerelease, y->prerelease);
}

void semver_print(struct strbuf *out, const struct semver *v)
{
    strbuf_addf(out, "%lld.%lld.%lld", (long long)v->major, (long long)v->minor, (long long)v->patch);
    if (v->prerelease.n)
        strbuf_addf(out, "-%.*s", SV_ARG(v->prerelease));
    if (v->build.n)
        strbuf_addf(out, "+%.*s", SV_ARG(v->build));
}

struct semver *semver_copy(struct arena *a, const struct semver *v)
{
    struct semver *copy = ARENA_NEW(a, struct semver);

    *copy = *v;
    copy->prerelease = arena_dup(a, v->prerelease);
    copy->build = arena_dup(a, v->build);
    return copy;
}

/* ---- ranges ---- */

struct partial {
    struct semver v;
    int given; /* numbers before the first x: 0 to 3 */
};

/* partial -> xr [ '.' xr [ '.' xr qualifiers ] ] ; xr is a number, x, X or * */
static bool parse_partial(struct sv s, struct partial *out_p)
{
    struct partial p = { 0 };
    int64_t *numbers[] = { &p.v.major, &p.v.minor, &p.v.patch };
    bool wild = false;
    size_t at = 0;
    int i;

    for (i = 0; i < 3; i++) {
        if (i > 0) {
            if (at == s.n)
                break;
            if (s.p[at++] != '.')
                return false;
        }
        if (at < s.n && strchr("xX*", s.p[at]) && s.p[at]) {
            wild = true;
            at++;
        } else {
            if (!take_number(s, &at, numbers[i]))
                return false;
            if (!wild)
                p.given = i + 1;
        }
    }
    if (i == 3 && !take_qualifiers(s, &at, &p.v))
        return false;
    *out_p = p;
    return at == s.n;
}

static struct semver release(int64_t major, int64_t minor, int64_t patch)
{
    return (struct semver){ .major = major, .minor = minor, .patch = patch };
}

static struct semver_bounds from_to(struct semver min, struct semver max)
{
    return (struct semver_bounds){ .min = min, .max = max, .has_min = true, .has_max = true, .exclude_max = true };
}

static struct semver_bounds at_least(struct semver min) { return (struct semver_bounds){ .min = min, .has_min = true }; }
static struct semver_bounds below(struct semver max) { return (struct semver_bounds){ .max = max, .has_max = true, .exclude_max = true }; }

/* One more, where there is one. */
static int64_t next(int64_t n) { return n < INT64_MAX ? n + 1 : n; }

/* The first version after all that a partial one covers: 1.2 gives 1.3.0. */
static struct semver after(struct partial p)
{
    return p.given == 1 ? release(next(p.v.major), 0, 0) : release(p.v.major, next(p.v.minor), 0);
}

static struct semver_bounds bounds_of(struct sv op, struct partial p)
{
    struct semver_bounds b = { 0 };

    if (sv_is(op, ">="))
        return at_least(p.v);
    if (sv_is(op, "<"))
        return below(p.v);
    if (p.given == 0)
        return sv_is(op, ">") ? below(release(0, 0, 0)) : b;
    if (sv_is(op, "^"))
        return p.v.major == 0 ? from_to(p.v, p.given == 1 ? release(1, 0, 0) : release(0, next(p.v.minor), 0))
                              : from_to(p.v, release(next(p.v.major), 0, 0));
    if (p.given < 3) {
        if (sv_is(op, ">"))
            return at_least(after(p));
        return sv_is(op, "<=") ? below(after(p)) : from_to(p.v, after(p));
    }
    if (sv_is(op, ">")) {
        b = at_least(p.v);
        b.exclude_min = true;
    } else if (sv_is(op, "<=")) {
        b = below(p.v);
        b.exclude_max = false;
    } else if (op.n && op.p[0] == '~') {
        b = from_to(p.v, release(p.v.major, next(p.v.minor), 0));
    } else {
        b = from_to(p.v, p.v);
        b.exclude_max = false;
    }
    return b;
}

/* Both at once. */
static struct semver_bounds intersect(struct semver_bounds x, struct semver_bounds y)
{
    if (y.has_min) {
        int order = x.has_min ? semver_compare(&y.min, &x.min) : 1;

        if (order > 0 || (order == 0 && y.exclude_min)) {
            x.min = y.min;
            x.exclude_min = y.exclude_min;
        }
        x.has_min = true;
    }
    if (y.has_max) {
        int order = x.has_max ? semver_compare(&y.max, &x.max) : -1;

        if (order < 0 || (order == 0 && y.exclude_max)) {
            x.max = y.max;
            x.exclude_max = y.exclude_max;
        }
        x.has_max = true;
    }
    return x;
}

static struct sv take_word(struct sv *rest)
{
    size_t start = 0, end;

    while (start < rest->n && (rest->p[start] == ' ' || rest->p[start] == '\t'))
        start++;
    /* an operator may stand apart from its version, which may start with v */
    end = start;
    while (end < rest->n && strchr("<>=~^", rest->p[end]) && rest->p[end])
        end++;
    while (end > start && end < rest->n && (rest->p[end] == ' ' || rest->p[end] == 'v'))
        end++;
    while (end < rest->n && rest->p[end] != ' ' && rest->p[end] != '\t')
        end++;
    struct sv word = sv_slice(*rest, start, end);
    *rest = sv_slice(*rest, end, rest->n);
    return word;
}

static bool parse_simple(struct sv word, struct semver_bounds *out_b)
{
    static const char *const operators[] = { ">=", "<=", "~>", "~=", ">", "<", "=", "~", "^" };
    struct sv op = SV_NONE;
    struct partial p;

    for (size_t i = 0; i < sizeof operators / sizeof *operators && !op.n; i++)
        if (sv_starts(word, sv_of(operators[i])))
            op = sv_of(operators[i]);
    word = sv_slice(word, op.n, word.n);
    while (op.n && word.n && (word.p[0] == ' ' || word.p[0] == 'v'))
        word = sv_slice(word, 1, word.n);
    if (!parse_partial(word, &p))
        return false;
    *out_b = bounds_of(op, p);
    return true;
}

/* One alternative: simple { simple }, or partial - partial. */
static bool parse_alternative(struct sv text, struct semver_bounds *out_b)
{
    size_t dash = sv_find(text, SV(" - "), 0);
    struct semver_bounds b = { 0 }, one;
    struct partial low, high;
    unsigned words = 0;

    if (dash != SIZE_MAX && parse_partial(sv_trim(sv_slice(text, 0, dash)), &low) &&
        parse_partial(sv_trim(sv_slice(text, dash + 3, text.n)), &high)) {
        *out_b = from_to(low.v, high.v);
        out_b->exclude_max = false;
        return true;
    }
    for (struct sv word = take_word(&text); word.n; word = take_word(&text), words++) {
        if (!parse_simple(word, &one))
            return false;
        b = intersect(b, one);
    }
    *out_b = b;
    return words > 0;
}

struct semver_range *semver_range_parse(struct arena *a, struct sv text, struct err *err)
{
    struct semver_range *r = ARENA_NEW(a, struct semver_range);
    struct sv rest;

    r->text = arena_dup(a, text);
    r->any = ARENA_ARRAY(a, struct semver_bounds, RANGE_MAX);
    rest = r->text;
    if (!sv_trim(rest).n) { /* no text: any version */
        r->count = 1;
        return r;
    }
    for (;;) {
        size_t bar = sv_find(rest, SV("||"), 0);
        struct sv one = sv_trim(sv_slice(rest, 0, bar));

        if (r->count == RANGE_MAX || !parse_alternative(one, &r->any[r->count])) {
            err_set(err, "Unparsable version range: \"%.*s\"", SV_ARG(text));
            return NULL;
        }
        r->count++;
        if (bar == SIZE_MAX)
            return r;
        rest = sv_slice(rest, bar + 2, rest.n);
    }
}

struct semver_range *semver_range_copy(struct arena *a, const struct semver_range *r)
{
    struct semver_range *copy = ARENA_NEW(a, struct semver_range);

    *copy = *r;
    copy->text = arena_dup(a, r->text);
    copy->any = ARENA_ARRAY(a, struct semver_bounds, r->count);
    for (uint32_t i = 0; i < r->count; i++) {
        copy->any[i] = r->any[i];
        copy->any[i].min = *semver_copy(a, &r->any[i].min);
        copy->any[i].max = *semver_copy(a, &r->any[i].max);
    }
    return copy;
}

static bool same_release(const struct semver *x, const struct semver *y)
{
    return x->major == y->major && x->minor == y->minor && x->patch == y->patch;
}

static bool bounds_include(const struct semver_bounds *b, const struct semver *v)
{
    int low = b->has_min ? semver_compare(v, &b->min) : 1, high = b->has_max ? semver_compare(v, &b->max) : -1;

    if (low < 0 || (low == 0 && b->exclude_min) || high > 0 || (high == 0 && b->exclude_max))
        return false;
    if (!v->prerelease.n || (!b->has_min && !b->has_max))
        return true;
    /* a pre-release is in only where a bound names a pre-release of the same version */
    return (b->has_min && b->min.prerelease.n && same_release(v, &b->min)) ||
           (b->has_max && b->max.prerelease.n && same_release(v, &b->max));
}

bool semver_range_includes(const struct semver_range *r, const struct semver *v)
{
    for (uint32_t i = 0; i < r->count; i++)
        if (bounds_include(&r->any[i], v))
            return true;
    return false;
}

static bool bounds_cover(const struct semver_bounds *outer, const struct semver_bounds *inner)
{
    if (outer->has_min) {
        int order = inner->has_min ? semver_compare(&inner->min, &outer->min) : -1;

        if (order < 0 || (order == 0 && outer->exclude_min && !inner->exclude_min))
            return false;
    }
    if (outer->has_max) {
        int order = inner->has_max ? semver_compare(&inner->max, &outer->max) : 1;

        if (order > 0 || (order == 0 && outer->exclude_max && !inner->exclude_max))
            return false;
    }
    return true;
}

bool semver_range_covers(const struct semver_range *outer, const struct semver_range *inner)
{
    for (uint32_t i = 0; i < inner->count; i++) {
        bool covered = false;

        for (uint32_t k = 0; k < outer->count && !covered; k++)
            covered = bounds_cover(&outer->any[k], &inner->any[i]);
        if (!covered)
            return false;
    }
    return true;
}

bool semver_range_equal(const struct semver_range *a, const struct semver_range *b)
{
    return semver_range_covers(a, b) && semver_range_covers(b, a);
}

void semver_range_print(struct strbuf *out, const struct semver_range *r) { strbuf_add(out, r->text); }

static void print_bound(struct strbuf *out, const char *sign, const struct semver *v)
{
    strbuf_adds(out, sign);
    semver_print(out, v);
}

void semver_range_print_bounds(struct strbuf *out, const struct semver_range *r)
{
    for (uint32_t i = 0; i < r->count; i++) {
        const struct semver_bounds *b = &r->any[i];

        strbuf_adds(out, i ? " || " : "");
        if (b->has_min)
            print_bound(out, b->exclude_min ? ">" : ">=", &b->min);
        strbuf_adds(out, b->has_min && b->has_max ? " " : "");
        if (b->has_max)
            print_bound(out, b->exclude_max ? "<" : "<=", &b->max);
        if (!b->has_min && !b->has_max)
            strbuf_adds(out, ">=0.0.0");
    }
}

struct semver_range *semver_range_new(struct arena *a, const struct semver *min, const struct semver *max, bool exclude_max)
{
    struct semver_range *r = ARENA_NEW(a, struct semver_range);
    struct semver_bounds *b = ARENA_NEW(a, struct semver_bounds);
    struct strbuf text = STRBUF_IN(a);

    if (min) {
        b->has_min = true;
        b->min = *min;
    }
    if (max) {
        b->has_max = true;
        b->exclude_max = exclude_max;
        b->max = *max;
    }
    r->any = b;
    r->count = 1;
    if (min && max && !exclude_max) {
        semver_print(&text, min);
        print_bound(&text, " - ", max);
    } else {
        semver_range_print_bounds(&text, r);
    }
    r->text = strbuf_sv(&text);
    return r;
}
