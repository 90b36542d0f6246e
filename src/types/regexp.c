/* regexp: Ruby's regular expressions by Oniguruma. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "types/regexp.h"

#include <oniguruma.h>
#include <pthread.h>

#include "base/limits.h"
#include "base/strbuf.h"

static pthread_once_t engine_once = PTHREAD_ONCE_INIT;

static void engine_start(void)
{
    OnigEncoding encodings[] = { ONIG_ENCODING_UTF8 };

    onig_initialize(encodings, 1);
}

static void regexp_free(void *object)
{
    struct regexp *re = object;

    onig_free(re->engine);
}

/* \d, \s and \w know ASCII only. */
#define RUBY_OPTIONS (ONIG_OPTION_DIGIT_IS_ASCII | ONIG_OPTION_SPACE_IS_ASCII | ONIG_OPTION_WORD_IS_ASCII)

/* Ruby's shorthands know ASCII only while \b, POSIX brackets and \p know Unicode. Oniguruma's options say it for all of a family, so
 * where a pattern has both, the shorthands are written out. \u{61} becomes \x{61}. */
static const struct {
    char letter;
    struct sv inside, outside; /* of a character class */
} shorthands[] = {
    { 'w', SV_INIT("a-zA-Z0-9_"), SV_INIT("[a-zA-Z0-9_]") },
    { 'W', SV_INIT("[^a-zA-Z0-9_]"), SV_INIT("[^a-zA-Z0-9_]") },
    { 'd', SV_INIT("0-9"), SV_INIT("[0-9]") },
    { 'D', SV_INIT("[^0-9]"), SV_INIT("[^0-9]") },
    { 's', SV_INIT(" \\t-\\r"), SV_INIT("[ \\t-\\r]") },
    { 'S', SV_INIT("[^ \\t-\\r]"), SV_INIT("[^ \\t-\\r]") },
};

static bool needs_rewriting(struct sv pattern)
{
    static const char *const signs[] = { "\\b", "\\B", "[:", "\\p", "\\P", "\\u{" };

    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (sv_find(pattern, sv_of(signs[i]), 0) != SIZE_MAX)
            return true;
    return false;
}

/* One escape at pattern[at]; gives the bytes it took. */
static size_t rewrite_escape(struct strbuf *out, struct sv pattern, size_t at, bool in_class)
{
    char c = at + 1 < pattern.n ? pattern.p[at + 1] : '\0';

    for (size_t i = 0; i < sizeof shorthands / sizeof *shorthands; i++)
        if (shorthands[i].letter == c) {
            strbuf_add(out, in_class ? shorthands[i].inside : shorthands[i].outside);
            return 2;
        }
    if (c == 'u' && at + 2 < pattern.n && pattern.p[at + 2] == '{') {
        strbuf_adds(out, "\\x");
        return 2;
    }
    strbuf_add(out, sv_slice(pattern, at, at + 2));
    return 2;
}

static struct sv rewrite(struct arena *a, struct sv pattern)
{
    struct strbuf out = STRBUF_IN(a);
    size_t depth = 0; /* of [ ] */

    for (size_t at = 0; at < pattern.n;) {
        char c = pattern.p[at];

        if (c == '\\') {
            at += rewrite_escape(&out, pattern, at, depth > 0);
            continue;
        }
        if (c == '[' && depth && at + 1 < pattern.n && pattern.p[at + 1] == ':') { /* [:alpha:] */
            size_t end = sv_find(pattern, SV(":]"), at);

            end = end == SIZE_MAX ? at + 1 : end + 2;
            strbuf_add(&out, sv_slice(pattern, at, end));
            at = end;
            continue;
        }
        depth += c == '[';
        depth -= c == ']' && depth;
        strbuf_addc(&out, c);
        at++;
    }
    return strbuf_sv(&out);
}

struct regexp *regexp_compile(struct arena *a, struct sv pattern, struct err *err)
{
    struct regexp *re = ARENA_NEW(a, struct regexp);
    bool rewritten = needs_rewriting(pattern);
    struct sv text = rewritten ? rewrite(a, pattern) : pattern;
    const OnigUChar *p = (const OnigUChar *)(text.n ? text.p : "");
    OnigErrorInfo info;
    regex_t *engine;
    int r;

    pthread_once(&engine_once, engine_start);
    if (!sv_is_utf8(pattern)) {
        err_set(err, "the pattern is no UTF-8 text");
        return NULL;
    }
    r = onig_new(&engine, p, p + text.n, rewritten ? ONIG_OPTION_NONE : RUBY_OPTIONS, ONIG_ENCODING_UTF8, ONIG_SYNTAX_RUBY, &info);
    if (r != ONIG_NORMAL) {
        OnigUChar why[ONIG_MAX_ERROR_MESSAGE_LEN];

        onig_error_code_to_str(why, r, &info);
        err_set(err, "%s: /%.*s/", (const char *)why, SV_ARG(pattern));
        return NULL;
    }
    re->engine = engine;
    arena_defer(a, regexp_free, re);
    re->source = arena_dup(a, pattern);
    return re;
}

bool regexp_compiles(struct sv pattern, struct err *err)
{
    struct arena *scratch = arena_new(0);
    bool yes = regexp_compile(scratch, pattern, err);

    arena_free(scratch);
    return yes;
}

struct sv regexp_source(const struct regexp *re) { return re->source; }

static void take_groups(const OnigRegion *region, struct regexp_match *out_m)
{
    out_m->count = region->num_regs < REGEXP_GROUPS ? (uint32_t)region->num_regs : REGEXP_GROUPS;
    for (uint32_t i = 0; i < out_m->count; i++) {
        out_m->from[i] = region->beg[i];
        out_m->to[i] = region->end[i];
    }
}

static OnigMatchParam *limited_match(void)
{
    OnigMatchParam *param = onig_new_match_param();

    if (param) {
        onig_initialize_match_param(param);
        onig_set_retry_limit_in_match_of_match_param(param, LIMIT_REGEX_STEPS);
        onig_set_retry_limit_in_search_of_match_param(param, LIMIT_REGEX_STEPS);
    }
    return param;
}

static enum regexp_result search_static(const struct regexp *re, struct sv text, size_t from, struct regexp_match *out_m)
{
    struct arena *scratch = arena_new(0);
    const struct regexp *made = regexp_compile(scratch, re->source, NULL);
    enum regexp_result r = made ? regexp_search(made, text, from, out_m) : REGEXP_NO;

    arena_free(scratch);
    return r;
}

enum regexp_result regexp_search(const struct regexp *re, struct sv text, size_t from, struct regexp_match *out_m)
{
    const OnigUChar *p = (const OnigUChar *)(text.n ? text.p : "");
    OnigMatchParam *param;
    OnigRegion *region;
    int r;

    if (from > text.n)
        return REGEXP_NO;
    if (!re->engine)
        return search_static(re, text, from, out_m);
    param = limited_match();
    if (!param)
        return REGEXP_LIMIT;
    region = out_m ? onig_region_new() : NULL;
    r = onig_search_with_param(re->engine, p, p + text.n, p + from, p + text.n, region, ONIG_OPTION_CHECK_VALIDITY_OF_STRING, param);
    if (r >= 0 && out_m)
        take_groups(region, out_m);
    if (region)
        onig_region_free(region, 1);
    onig_free_match_param(param);
    if (r >= 0)
        return REGEXP_YES;
    return r == ONIG_MISMATCH || r == ONIGERR_INVALID_WIDE_CHAR_VALUE ? REGEXP_NO : REGEXP_LIMIT;
}

int regexp_group(const struct regexp *re, struct sv name)
{
    const OnigUChar *p = (const OnigUChar *)name.p;
    int n = re->engine ? onig_name_to_backref_number(re->engine, p, p + name.n, NULL) : -1;

    return n > 0 ? n : -1;
}
