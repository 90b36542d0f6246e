/* regexp: Ruby's regular expressions by Oniguruma. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "types/regexp.h"

#include <oniguruma.h>
#include <pthread.h>

#include "base/limits.h"

struct regexp {
    regex_t *re;
    struct sv source;
};

static pthread_once_t engine_once = PTHREAD_ONCE_INIT;

static void engine_start(void)
{
    OnigEncoding encodings[] = { ONIG_ENCODING_UTF8 };

    onig_initialize(encodings, 1);
}

static void regexp_free(void *object)
{
    struct regexp *re = object;

    onig_free(re->re);
}

/* Ruby: \d, \s and \w know ASCII only, POSIX brackets and \p know Unicode. */
#define RUBY_OPTIONS (ONIG_OPTION_DIGIT_IS_ASCII | ONIG_OPTION_SPACE_IS_ASCII | ONIG_OPTION_WORD_IS_ASCII)

struct regexp *regexp_compile(struct arena *a, struct sv pattern, struct err *err)
{
    struct regexp *re = ARENA_NEW(a, struct regexp);
    const OnigUChar *p = (const OnigUChar *)(pattern.n ? pattern.p : "");
    OnigErrorInfo info;
    int r;

    pthread_once(&engine_once, engine_start);
    if (!sv_is_utf8(pattern)) {
        err_set(err, "the pattern is no UTF-8 text");
        return NULL;
    }
    r = onig_new(&re->re, p, p + pattern.n, RUBY_OPTIONS, ONIG_ENCODING_UTF8, ONIG_SYNTAX_RUBY, &info);
    if (r != ONIG_NORMAL) {
        OnigUChar text[ONIG_MAX_ERROR_MESSAGE_LEN];

        onig_error_code_to_str(text, r, &info);
        err_set(err, "%s: /%.*s/", (const char *)text, SV_ARG(pattern));
        return NULL;
    }
    arena_defer(a, regexp_free, re);
    re->source = arena_dup(a, pattern);
    return re;
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

enum regexp_result regexp_search(const struct regexp *re, struct sv text, size_t from, struct regexp_match *out_m)
{
    const OnigUChar *p = (const OnigUChar *)(text.n ? text.p : "");
    OnigMatchParam *param;
    OnigRegion *region;
    int r;

    if (from > text.n)
        return REGEXP_NO;
    param = limited_match();
    if (!param)
        return REGEXP_LIMIT;
    region = out_m ? onig_region_new() : NULL;
    r = onig_search_with_param(re->re, p, p + text.n, p + from, p + text.n, region, ONIG_OPTION_CHECK_VALIDITY_OF_STRING, param);
    if (r >= 0 && out_m)
        take_groups(region, out_m);
    if (region)
        onig_region_free(region, 1);
    onig_free_match_param(param);
    if (r >= 0)
        return REGEXP_YES;
    return r == ONIG_MISMATCH || r == ONIGERR_INVALID_WIDE_CHAR_VALUE ? REGEXP_NO : REGEXP_LIMIT;
}
