/* reads: what an answer depends on, also where it was made earlier for somebody else, and whether that still holds. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "snapshot/reads.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fs.h"
#include "snapshot/snapshot.h"

struct world {
    struct arena *arena;
    struct sv root;
    struct snapshot *s;
};

static void put(struct world *w, const char *name, const char *text)
{
    struct err err;
    const char *path = path_join(w->arena, w->root, sv_of(name)).p;
    assert_true(fs_mkdirs(arena_cstr(w->arena, path_dir(sv_of(path))), 0755, &err));
    assert_true(fs_write_atomic(path, sv_of(text), 0644, &err));
}

static struct world *world_new(void)
{
    struct world *w = calloc(1, sizeof *w);
    char dir[] = "/tmp/potlac-reads-XXXXXX";
    struct err err;
    w->arena = arena_new(0);
    assert_non_null(mkdtemp(dir));
    w->root = arena_dup(w->arena, sv_of(dir));
    put(w, "manifests/site.pp", "node default { }\n");
    put(w, "modules/a/manifests/init.pp", "class a { }\n");
    put(w, "data/common.yaml", "a: 1\n");
    struct snapshot_options o = { .site = w->root, .record_reads = true };
    w->s = snapshot_open(&o, &err);
    assert_non_null(w->s);
    return w;
}

static void world_free(struct world *w)
{
    snapshot_free(w->s);
    fs_remove_tree(w->root.p, NULL);
    arena_free(w->arena);
    free(w);
}

static void ask(struct world *w, const char *class)
{
    struct found found;
    struct err err;
    snapshot_class(w->s, intern(snapshot_symtab(w->s), sv_of(class)), &found, NULL);
    snapshot_data(w->s, path_join(w->arena, w->root, SV("data/common.yaml")), &err);
    snapshot_exists(w->s, path_join(w->arena, w->root, SV("data/nodes/x.yaml")));
}

static bool depends(struct world *w, const uint32_t *list, uint32_t count, enum read_question question, const char *name)
{
    struct sv path = path_join(w->arena, w->root, sv_of(name));
    for (uint32_t i = 0; i < count; i++) {
        struct read_fact f = reads_at(snapshot_reads(w->s), list[i]);
        if (f.question == question && sv_eq(f.path, path))
            return true;
    }
    return false;
}

static const uint32_t *recorded(struct world *w, const char *class, uint32_t *out_count)
{
    struct reads *r = snapshot_reads(w->s);
    struct recording *rec = reads_begin(r);
    ask(w, class);
    return reads_end(r, rec, w->arena, out_count);
}

/* Whoever comes second gets what was made for the first, and depends on the same. */
static void test_dependence(void **state)
{
    (void)state;
    struct world *w = world_new();
    uint32_t first_count, count;
    const uint32_t *first = recorded(w, "a", &first_count), *second = recorded(w, "a", &count);
    assert_true(depends(w, first, first_count, READ_TEXT, "modules/a/manifests/init.pp"));
    assert_true(depends(w, first, first_count, READ_TEXT, "data/common.yaml"));
    assert_true(depends(w, first, first_count, READ_KIND, "data/nodes/x.yaml"));
    assert_int_equal(first_count, count);
    assert_memory_equal(first, second, count * sizeof *first);
    const uint32_t *other = recorded(w, "nothing", &count);
    assert_false(depends(w, other, count, READ_TEXT, "modules/a/manifests/init.pp"));
    const uint32_t *common = reads_common(snapshot_reads(w->s), w->arena, &count); /* of opening */
    assert_true(depends(w, common, count, READ_LIST, "modules"));
    assert_true(depends(w, common, count, READ_TEXT, "environment.conf"));
    world_free(w);
}

static unsigned changed(struct world *w)
{
    struct source_tree tree = source_tree_folder();
    struct reads *r = snapshot_reads(w->s);
    unsigned n = 0;
    for (uint32_t i = 0; i < reads_count(r); i++) {
        struct read_fact f = reads_at(r, i);
        n += !sv_eq(f.digest, read_digest(w->arena, &tree, f.question, f.path));
    }
    return n;
}

static void test_change(void **state)
{
    (void)state;
    struct world *w = world_new();
    uint32_t count;
    recorded(w, "a", &count);
    assert_int_equal(changed(w), 0);
    put(w, "data/other.yaml", "b: 1\n"); /* nobody asked */
    assert_int_equal(changed(w), 0);
    put(w, "data/common.yaml", "a: 2\n");
    assert_int_equal(changed(w), 1);
    put(w, "data/nodes/x.yaml", "a: 2\n"); /* was not there */
    assert_int_equal(changed(w), 2);
    put(w, "modules/b/manifests/init.pp", "class b { }\n"); /* the list of modules */
    assert_int_equal(changed(w), 3);
    world_free(w);
}

/* A recording inside another; one that is common; one that a failure left open. */
static void test_nesting(void **state)
{
    (void)state;
    struct world *w = world_new();
    struct reads *r = snapshot_reads(w->s);
    uint32_t outer_count, inner_count, common_count, before;
    reads_common(r, w->arena, &before);
    struct recording *outer = reads_begin(r), *inner = reads_begin(r);
    ask(w, "a");
    reads_end(r, inner, w->arena, &inner_count);
    inner = reads_begin(r);
    snapshot_exists(w->s, path_join(w->arena, w->root, SV("for all")));
    reads_end_common(r, inner);
    reads_begin(r);
    snapshot_exists(w->s, path_join(w->arena, w->root, SV("left")));
    const uint32_t *list = reads_end(r, outer, w->arena, &outer_count);
    assert_int_equal(outer_count, inner_count + 2);
    assert_true(depends(w, list, outer_count, READ_KIND, "left"));
    const uint32_t *common = reads_common(r, w->arena, &common_count);
    assert_int_equal(common_count, before + 1);
    assert_true(depends(w, common, common_count, READ_KIND, "for all"));
    snapshot_exists(w->s, path_join(w->arena, w->root, SV("nobody records")));
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_dependence), cmocka_unit_test(test_change), cmocka_unit_test(test_nesting) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
