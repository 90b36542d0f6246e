/* commit: transactions of the model committed a second, durably, one after the other: bench-commit STORE [COUNT]. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "store/change.h"

static double seconds_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static bool commit_one(struct store *s, int i, struct err *err)
{
    struct arena *a = arena_new(0);
    struct data value = { .kind = DATA_STRING, .s = arena_printf(a, "1.0.%d", i) };
    struct field_change field = { SV("version"), &value };
    struct entity_change e = { .ref = arena_printf(a, "deployment:default/d%d", i % 100), .fields = &field, .count = 1 };
    struct transaction t = { .at = i, .actor = SV("bench"), .reason = SV("bench"), .changes = &e, .count = 1 };
    struct change_result r;
    bool ok = change_newest(s, &t.seen, err) && change_version(s, e.ref, &e.expect, err) &&
              change_commit(s, a, &t, &r, err) == CHANGE_DONE && r.id > 0;
    arena_free(a);
    return ok;
}

int main(int argc, char **argv)
{
    struct err err = { "" };
    int count = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 2000;
    struct store *s = argc > 1 ? store_open(argv[1], &err) : NULL;
    double start = seconds_now();
    bool ok = s != NULL;
    for (int i = 1; ok && i <= count; i++)
        ok = commit_one(s, i, &err);
    double seconds = seconds_now() - start;
    store_close(s);
    if (!ok) {
        fprintf(stderr, "bench-commit: %s\n", argc > 1 ? err.text : "name a store");
        return 1;
    }
    printf("%.0f\n", count / seconds);
    return 0;
}
