/* base: views, arenas, buffers, maps, interning, diagnostics, files, digests. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/fs.h"
#include "base/hash.h"
#include "base/intern.h"
#include "base/map.h"
#include "base/shared_map.h"

static void views(void **state)
{
    int64_t n;
    struct sv rest = SV("a,,b"), piece;
    (void)state;
    assert_true(sv_to_int(SV("-9223372036854775808"), &n) && n == INT64_MIN);
    assert_false(sv_to_int(SV("9223372036854775808"), &n));
    assert_false(sv_to_int(SV(""), &n) || sv_to_int(SV("-"), &n) || sv_to_int(SV("1x"), &n));
    assert_true(sv_cut(&rest, ',', &piece) && sv_is(piece, "a"));
    assert_true(sv_cut(&rest, ',', &piece) && piece.n == 0);
    assert_true(sv_cut(&rest, ',', &piece) && sv_is(piece, "b"));
    assert_false(sv_cut(&rest, ',', &piece));
    assert_true(sv_is_utf8(SV("\xc3\xa4\xf0\x9f\x98\x80")));
    assert_false(sv_is_utf8(SV("\xc0\x80")) || sv_is_utf8(SV("\xed\xa0\x80")) || sv_is_utf8(SV("\xf5\x80\x80\x80")) ||
                 sv_is_utf8(SV("\xc3")));
    assert_int_equal(sv_distance(SV("verison"), SV("version"), 3), 2);
    assert_int_equal(sv_distance(SV("a"), SV("abcdef"), 2), 3);
    assert_true(sv_is(sv_trim(SV(" \t x\n")), "x"));
    assert_true(sv_is(sv_without_mark(SV("\xef\xbb\xbf"
                                         "x")),
                      "x"));
    assert_true(sv_is(sv_without_mark(SV("\xef\xbb")), "\xef\xbb"));
    assert_true(sv_find(SV("abcabc"), SV("c"), 3) == 5 && sv_find(SV("abc"), SV("x"), 0) == SIZE_MAX);
}

static void count(void *object) { ++*(int *)object; }

static jmp_buf limit_hit;
static void on_limit(void *ctx)
{
    (void)ctx;
    longjmp(limit_hit, 1);
}

static void arenas(void **state)
{
    int runs = 0;
    struct arena *a = arena_new(0);
    (void)state;
    char *big = arena_alloc(a, 3 << 20), *p = NULL;
    memset(big, 1, 3 << 20);
    for (size_t n = 0; n < 100000; n += 100) {
        p = arena_grow(a, p, n, n + 100);
        memset(p + n, 'x', 100);
    }
    for (size_t i = 0; i < 100000; i++)
        assert_int_equal(p[i], 'x');
    arena_defer(a, count, &runs);
    assert_true(sv_is(arena_printf(a, "%s-%d", "a", 7), "a-7"));
    arena_free(a);
    assert_int_equal(runs, 1);
    struct arena *small = arena_new(100000);
    arena_on_limit(small, on_limit, NULL);
    if (setjmp(limit_hit) == 0) {
        for (;;)
            arena_alloc(small, 1000);
    }
    assert_true(arena_used(small) <= 200000);
    arena_free(small);
}

static void maps(void **state)
{
    struct arena *a = arena_new(0);
    struct map m = map_in(a);
    (void)state;
    for (uintptr_t i = 1; i <= 1000; i++)
        map_put(&m, arena_printf(a, "k%d", (int)i), (void *)i);
    assert_int_equal((uintptr_t)map_find(&m, SV("k777")), 777);
    assert_int_equal((uintptr_t)map_remove(&m, SV("k500")), 500);
    assert_null(map_find(&m, SV("k500")));
    assert_null(map_put(&m, SV("k500"), (void *)1));
    uintptr_t seen = 0, last = 0;
    for (struct map_entry *e = NULL; (e = map_next(&m, e)); seen++)
        last = (uintptr_t)e->value;
    assert_int_equal(seen, 1000);
    assert_int_equal(last, 1000);
    assert_null(map_next(&(struct map){ .arena = a }, NULL));
    arena_free(a);
}

static void names(void **state)
{
    struct symtab *t = symtab_new();
    (void)state;
    const struct sym *first = intern(t, SV("alpha"));
    for (int i = 0; i < 5000; i++) {
        char text[16];
        snprintf(text, sizeof text, "n%d", i);
        assert_int_equal(intern(t, sv_of(text))->id, i + 1);
    }
    assert_ptr_equal(first, intern(t, SV("alpha")));
    assert_null(intern_find(t, SV("nowhere")));
    assert_int_equal(symtab_count(t), 5001);
    symtab_free(t);
}

/* Each thread adds the same names in an order of its own, and finds those of the others. */
struct namer {
    struct symtab *table;
    unsigned step;
    const struct sym *syms[2003];
};

enum { NAMES = 2003 }; /* a prime: each step goes through all */

static void *name_all(void *arg)
{
    struct namer *n = arg;
    for (unsigned k = 0, i = 0; k < NAMES; k++, i = (i + n->step) % NAMES) {
        char text[16];
        snprintf(text, sizeof text, "n%u", i);
        n->syms[i] = intern(n->table, sv_of(text));
    }
    return NULL;
}

static void names_of_threads(void **state)
{
    struct symtab *t = symtab_new();
    struct namer namers[4];
    pthread_t threads[4];
    bool seen[NAMES] = { false };
    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        namers[i].table = t;
        namers[i].step = i * 7 + 1;
        assert_int_equal(pthread_create(&threads[i], NULL, name_all, &namers[i]), 0);
    }
    for (unsigned i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(symtab_count(t), NAMES);
    for (unsigned i = 0; i < NAMES; i++) {
        const struct sym *s = namers[0].syms[i];
        assert_true(namers[1].syms[i] == s && namers[2].syms[i] == s && namers[3].syms[i] == s);
        assert_true(s->id < NAMES && !seen[s->id]);
        seen[s->id] = true;
    }
    symtab_free(t);
}

static void shared_maps(void **state)
{
    struct arena *a = arena_new(0);
    struct shared_map m;
    (void)state;
    shared_map_init(&m, a);
    assert_null(shared_map_find(&m, SV("a")));
    for (uintptr_t i = 1; i <= 1000; i++)
        shared_map_add(&m, arena_printf(a, "k%zu", (size_t)i), (void *)i);
    assert_int_equal(m.count, 1000);
    assert_int_equal((uintptr_t)shared_map_find(&m, SV("k777")), 777);
    assert_null(shared_map_find(&m, SV("k1001")));
    arena_free(a);
}

static void diagnostics(void **state)
{
    struct arena *a = arena_new(0);
    struct source src = { SV("a.pp"), SV("one\n\ttwo \xc3\xa4 three\n") };
    struct diags d = diags_in(a);
    struct strbuf out = STRBUF_IN(a);
    (void)state;
    d.max_errors = 1;
    diag_error(&d, (struct span){ &src, 12, 17 }, "unknown word '%s'", "three");
    diag_hint(&d, "write '%s'", "drei");
    diag_error(&d, (struct span){ 0 }, "not shown");
    diag_hint(&d, "not shown either");
    diags_print(&out, &d, false);
    assert_string_equal(
        strbuf_cstr(&out),
        "a.pp:2:8: error: unknown word 'three'\n   two \xc3\xa4 three\n         ^~~~~\n  hint: write 'drei'\n... and 1 more error\n");
    struct sv known[] = { SV_INIT("component"), SV_INIT("compartment"), SV_INIT("cluster") };
    assert_true(sv_is(near_names(a, SV("componnet"), known, 3), "'component'"));
    assert_int_equal(near_names(a, SV("xyz"), known, 3).n, 0);
    arena_free(a);
}

static void files(void **state)
{
    struct arena *a = arena_new(0);
    char dir[] = "/tmp/potlac-base-XXXXXX";
    struct err err;
    struct sv text;
    struct stat st;
    (void)state;
    assert_non_null(mkdtemp(dir));
    const char *sub = arena_printf(a, "%s/x/y", dir).p, *file = arena_printf(a, "%s/f", sub).p;
    assert_true(fs_mkdirs(sub, 0755, &err));
    assert_true(fs_write_atomic(file, SV("hello"), 0640, &err));
    assert_true(fs_read(a, file, 0, &text, &err) && sv_is(text, "hello"));
    assert_int_equal(stat(file, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0640);
    assert_false(fs_read(a, file, 3, &text, &err));
    assert_non_null(strstr(err.text, "it has 5 bytes, at most 3 are allowed"));
    assert_false(fs_read(a, dir, 0, &text, &err));
    assert_false(fs_write_atomic(arena_printf(a, "%s/no/f", dir).p, SV("x"), 0644, &err));
    assert_non_null(strstr(err.text, "No such file"));
    struct fs_entry *list;
    size_t n;
    assert_true(fs_list(a, sub, &list, &n, &err) && n == 1 && sv_is(list[0].name, "f"));
    assert_int_equal(symlink("/etc", arena_printf(a, "%s/link", dir).p), 0);
    assert_true(fs_remove_tree(dir, &err) && !fs_exists(dir) && fs_exists("/etc"));
    assert_null(sv_path(a, SV("a\0b"), &err));
    assert_true(sv_is(path_dir(SV("/a/b")), "/a") && sv_is(path_base(SV("/a/b")), "b") && sv_is(path_join(a, SV("a"), SV("b")), "a/b"));
    arena_free(a);
}

static void digests(void **state)
{
    struct arena *a = arena_new(0);
    struct sv out;
    /* RFC 9562, appendix A.4: the DNS namespace and www.example.com. */
    static const unsigned char dns[16] = { 0x6b, 0xa7, 0xb8, 0x10, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8 };
    (void)state;
    assert_true(sv_is(uuid_v5(a, dns, SV("www.example.com")), "2ed6657d-e927-568b-95e1-2665a8aea6a2"));
    assert_true(sv_is(digest_hex(a, DIGEST_MD5, SV("")), "d41d8cd98f00b204e9800998ecf8427e"));
    /* RFC 4231, test case 2 */
    assert_true(sv_is(digest_hmac_hex(a, DIGEST_SHA256, SV("Jefe"), SV("what do ya want for nothing?")),
                      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"));
    assert_true(sv_is(base64_encode(a, SV("potlac")), "cG90bGFj"));
    assert_true(base64_decode(a, SV("cG90\nbGE="), &out) && sv_is(out, "potla"));
    assert_false(base64_decode(a, SV("cG9*"), &out));
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(views),   cmocka_unit_test(arenas),           cmocka_unit_test(maps),
                                        cmocka_unit_test(names),   cmocka_unit_test(diagnostics),      cmocka_unit_test(files),
                                        cmocka_unit_test(digests), cmocka_unit_test(names_of_threads), cmocka_unit_test(shared_maps) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
