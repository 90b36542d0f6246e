/* semver: versions and version ranges (semver.org 1 and 2, ranges as npm writes them). In an arena. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TYPES_SEMVER_H
#define TYPES_SEMVER_H

#include "base/err.h"
#include "types/value.h"

struct semver {
    int64_t major, minor, patch;
    struct sv prerelease, build; /* without '-' and '+'; empty for none */
};

/* From min to max; without either it is open on that side. */
struct semver_bounds {
    struct semver min, max;
    bool has_min, has_max, exclude_min, exclude_max;
};

struct semver_range {
    struct sv text;            /* as written */
    struct semver_bounds *any; /* one of these must hold */
    uint32_t count;
};

bool semver_parse(struct arena *a, struct sv text, struct semver *out_v, struct err *err);
/* <0, 0, >0; the build part does not count. */
int semver_compare(const struct semver *x, const struct semver *y);
void semver_print(struct strbuf *out, const struct semver *v);
struct semver *semver_copy(struct arena *a, const struct semver *v);
/* ">=1.0.0 <2.0.0", "1.x", "~1.2", "^1.0.0", "1.0.0 - 2.0.0", joined by "||". NULL and err on a mistake. */
struct semver_range *semver_range_parse(struct arena *a, struct sv text, struct err *err);
struct semver_range *semver_range_copy(struct arena *a, const struct semver_range *r);
bool semver_range_includes(const struct semver_range *r, const struct semver *v);
/* Is every version of inner one of outer. */
bool semver_range_covers(const struct semver_range *outer, const struct semver_range *inner);
bool semver_range_equal(const struct semver_range *a, const struct semver_range *b);
/* From bounds; NULL: open. */
struct semver_range *semver_range_new(struct arena *a, const struct semver *min, const struct semver *max, bool exclude_max);
/* ">=1.0.0 <2.0.0", however it was written. */
void semver_range_print_bounds(struct strbuf *out, const struct semver_range *r);
void semver_range_print(struct strbuf *out, const struct semver_range *r);

#endif
