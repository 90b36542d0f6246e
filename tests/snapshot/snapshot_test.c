/* snapshot: module trees made in a temporary folder; expected names and messages are the reference's. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "snapshot/snapshot.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fs.h"
#include "types/value.h"

struct world {
    struct arena *arena;
    struct sv root;
    struct snapshot *s;
};

static int setup(void **state)
{
    static struct world w;
    char dir[] = "/tmp/potlac-snapshot-XXXXXX";
    w.arena = arena_new(0);
    assert_non_null(mkdtemp(dir));
    w.root = arena_dup(w.arena, sv_of(dir));
    w.s = NULL;
    *state = &w;
    return 0;
}

static int teardown(void **state)
{
    struct world *w = *state;
    snapshot_free(w->s);
    fs_remove_tree(w->root.p, NULL);
    arena_free(w->arena);
    return 0;
}

static const char *at(struct world *w, const char *name) { return path_join(w->arena, w->root, sv_of(name)).p; }

static void put(struct world *w, const char *name, const char *text)
{
    struct err err;
    const char *path = at(w, name);
    assert_true(fs_mkdirs(arena_cstr(w->arena, path_dir(sv_of(path))), 0755, &err));
    assert_true(fs_write_atomic(path, sv_of(text), 0644, &err));
}

static struct snapshot *open_site(struct world *w)
{
    struct err err = { 0 };
    struct snapshot_options o = { .site = w->root };
    w->s = snapshot_open(&o, &err);
    assert_non_null(w->s);
    return w->s;
}

static const struct sym *name(struct world *w, const char *text) { return intern(snapshot_symtab(w->s), sv_of(text)); }

static void assert_sv(struct sv got, const char *want) { assert_string_equal(got.p ? got.p : "", want); }

static void assert_error(struct world *w, const struct diags *d, const char *want)
{
    assert_true(d->errors > 0);
    assert_string_equal(arena_cstr(w->arena, d->first->message), want);
}

static void test_modules(void **state)
{
    struct world *w = *state;
    size_t count;
    put(w, "environment.conf", "# a comment\nmodulepath = one:two\n");
    put(w, "one/b/manifests/init.pp", "class b { }");
    put(w, "one/b/metadata.json", "{\"name\": \"x-b\", \"version\": \"1.2.3\"}");
    put(w, "two/b/manifests/init.pp", "class b { notify { 'second': } }");
    put(w, "two/a/manifests/init.pp", "class a { }");
    put(w, "two/Not-one/x", "");
    put(w, "elsewhere/c/x", "");
    assert_int_equal(symlink(at(w, "elsewhere/c"), at(w, "two/c")), 0);
    open_site(w);
    const struct module *const *all = snapshot_modules(w->s, &count);
    assert_int_equal(count, 3);
    assert_sv(all[0]->name, "b");
    assert_sv(all[1]->name, "a");
    assert_sv(all[2]->name, "c");
    assert_sv(snapshot_module(w->s, SV("b"))->dir, at(w, "one/b"));
    const struct module *b = snapshot_module(w->s, SV("b"));
    assert_non_null(b->metadata);
    assert_string_equal(arena_cstr(w->arena, data_text(data_get(&b->metadata->root, "version"))), "1.2.3");
    assert_null(snapshot_module(w->s, SV("a"))->metadata);
    assert_null(snapshot_module(w->s, SV("nope")));
}

static void test_no_site(void **state)
{
    struct world *w = *state;
    struct err err = { 0 };
    struct snapshot_options o = { .site = path_join(w->arena, w->root, SV("missing")) };
    assert_null(snapshot_open(&o, &err));
    assert_non_null(strstr(err.text, "missing' is no folder"));
}

static void test_classes(void **state)
{
    struct world *w = *state;
    struct found f, g;
    struct diags d = diags_in(w->arena);
    put(w, "modules/m/manifests/init.pp", "class m { class inner { } }\nclass m::helper { }");
    put(w, "modules/m/manifests/a.pp", "class m::a { }\ndefine m::a::deep { }");
    put(w, "modules/m/manifests/a/own.pp", "class m::a::own { }");
    open_site(w);
    assert_true(snapshot_class(w->s, name(w, "m"), &f, &d));
    assert_int_equal(f.node->kind, AST_CLASS);
    assert_sv(f.module->name, "m");
    assert_true(snapshot_class(w->s, name(w, "m::inner"), &f, &d));
    assert_true(snapshot_class(w->s, name(w, "m::helper"), &f, &d));
    assert_true(snapshot_class(w->s, name(w, "m::a::own"), &f, &d));
    assert_true(snapshot_define(w->s, name(w, "m::a::deep"), &g, &d));
    assert_int_equal(g.node->kind, AST_DEFINE);
    assert_true(snapshot_class(w->s, name(w, "m::a"), &f, &d));
    assert_ptr_equal(f.unit, g.unit);
    assert_false(snapshot_define(w->s, name(w, "m::a"), &f, &d));
    assert_false(snapshot_class(w->s, name(w, "m::nope"), &f, &d));
    assert_false(snapshot_class(w->s, name(w, "nope::x"), &f, &d));
    assert_int_equal(d.errors, 0);
}

static void test_wrong_place(void **state)
{
    struct world *w = *state;
    struct found f;
    struct diags d = diags_in(w->arena), e = diags_in(w->arena), g = diags_in(w->arena);
    put(w, "modules/m/manifests/x.pp", "class m::y { }");
    put(w, "modules/n/manifests/init.pp", "class n { }\nnotify { 'a': }");
    put(w, "modules/o/manifests/init.pp", "class o { ");
    open_site(w);
    assert_false(snapshot_class(w->s, name(w, "m::x"), &f, &d));
    assert_null(f.node);
    assert_error(
        w, &d,
        arena_printf(w->arena, "Unacceptable location. The name 'm::y' is unacceptable in file '%s'", at(w, "modules/m/manifests/x.pp")).p);
    assert_false(snapshot_class(w->s, name(w, "n"), &f, &e));
    assert_error(w, &e, "This Resource Statement is unacceptable as a top level construct in this location");
    assert_false(snapshot_class(w->s, name(w, "o::any"), &f, &g));
    assert_true(g.errors > 0);
}

static void test_functions_and_types(void **state)
{
    struct world *w = *state;
    struct found f;
    struct diags d = diags_in(w->arena), e = diags_in(w->arena), g = diags_in(w->arena), h = diags_in(w->arena);
    put(w, "modules/m/functions/a/b.pp", "function m::a::b() { 1 }");
    put(w, "modules/m/functions/two.pp", "function m::two() { 1 }\nfunction m::two::more() { 2 }");
    put(w, "modules/m/functions/wrong.pp", "function m::wrongly() { 1 }");
    put(w, "modules/m/functions/empty.pp", "# nothing\n");
    put(w, "modules/m/types/port.pp", "type M::Port = Integer[1, 65535]");
    put(w, "modules/m/types/bad.pp", "type M::Good = Integer");
    put(w, "functions/local.pp", "function environment::local() { 3 }");
    open_site(w);
    assert_true(snapshot_function(w->s, name(w, "m::a::b"), &f, &d));
    assert_true(snapshot_function(w->s, name(w, "environment::local"), &f, &d));
    assert_true(snapshot_type_alias(w->s, name(w, "m::port"), &f, &d));
    assert_int_equal(f.node->kind, AST_TYPE_ALIAS);
    assert_false(snapshot_function(w->s, name(w, "m::none"), &f, &d));
    assert_int_equal(d.errors, 0);
    assert_false(snapshot_function(w->s, name(w, "m::two"), &f, &e));
    assert_error(w, &e,
                 arena_printf(w->arena, "The code loaded from %s must contain only the function 'm::two' - it has additional definitions.",
                              at(w, "modules/m/functions/two.pp"))
                     .p);
    assert_false(snapshot_function(w->s, name(w, "m::wrong"), &f, &g));
    assert_error(w, &g,
                 arena_printf(w->arena,
                              "The code loaded from %s produced function with the wrong name, expected m::wrong, actual m::wrongly",
                              at(w, "modules/m/functions/wrong.pp"))
                     .p);
    assert_false(snapshot_function(w->s, name(w, "m::empty"), &f, &h));
    assert_error(w, &h,
                 arena_printf(w->arena, "The code loaded from %s does not define the function 'm::empty' - it is empty.",
                              at(w, "modules/m/functions/empty.pp"))
                     .p);
    struct diags t = diags_in(w->arena);
    assert_false(snapshot_type_alias(w->s, name(w, "m::bad"), &f, &t));
    assert_true(t.errors > 0);
}

static void test_site(void **state)
{
    struct world *w = *state;
    uint32_t count;
    struct found f;
    struct diags d = diags_in(w->arena);
    put(w, "manifests/b.pp", "class from_b { }");
    put(w, "manifests/a/z.pp", "$x = 1");
    put(w, "manifests/10.pp", "node default { }");
    put(w, "manifests/note.txt", "not read");
    open_site(w);
    const struct unit **units = snapshot_site_units(w->s, &count, &d);
    assert_int_equal(count, 3);
    assert_string_equal(units[0]->src->path.p, at(w, "manifests/10.pp"));
    assert_string_equal(units[1]->src->path.p, at(w, "manifests/a/z.pp"));
    assert_string_equal(units[2]->src->path.p, at(w, "manifests/b.pp"));
    assert_true(snapshot_class(w->s, name(w, "from_b"), &f, &d));
    assert_null(f.module);
}

static void test_data(void **state)
{
    struct world *w = *state;
    struct err err = { 0 };
    put(w, "data/a.yaml", "k: [1, yes, 0755]\n");
    put(w, "data/b.json", "{\"k\": 2}");
    put(w, "data/empty.yaml", "");
    put(w, "data/date.yaml", "when: 2026-01-02\n");
    put(w, "data/bad.yaml", "a: [1\nb: 2\n");
    open_site(w);
    const struct value *v = snapshot_data(w->s, sv_of(at(w, "data/a.yaml")), &err);
    assert_non_null(v);
    const struct value *k = hash_find_sv(v->h, SV("k"));
    assert_int_equal(k->items[0].i, 1);
    assert_true(k->items[1].kind == V_BOOL && k->items[1].b);
    assert_int_equal(k->items[2].i, 493);
    assert_ptr_equal(v, snapshot_data(w->s, sv_of(at(w, "data/a.yaml")), &err));
    assert_int_equal(hash_find_sv(snapshot_data(w->s, sv_of(at(w, "data/b.json")), &err)->h, SV("k"))->i, 2);
    assert_int_equal(snapshot_data(w->s, sv_of(at(w, "data/empty.yaml")), &err)->kind, V_UNDEF);
    assert_null(snapshot_data(w->s, sv_of(at(w, "data/none.yaml")), &err));
    assert_string_equal(err.text, "");
    assert_null(snapshot_data(w->s, sv_of(at(w, "data/date.yaml")), &err));
    assert_non_null(strstr(err.text, "Tried to load unspecified class: Date"));
    assert_null(snapshot_data(w->s, sv_of(at(w, "data/bad.yaml")), &err));
    assert_non_null(strstr(err.text, "bad.yaml"));
}

static void assert_glob(struct world *w, const char *pattern, const char *want)
{
    uint32_t count;
    struct strbuf got = STRBUF_IN(w->arena);
    const struct sv *names = snapshot_glob(w->s, sv_of(at(w, pattern)), &count);
    for (uint32_t i = 0; i < count; i++)
        strbuf_addf(&got, "%s%s", i ? " " : "", names[i].p + w->root.n + 1);
    assert_string_equal(strbuf_cstr(&got), want);
}

static void test_glob(void **state)
{
    struct world *w = *state;
    put(w, "g/a.yaml", "");
    put(w, "g/b.yaml", "");
    put(w, "g/b.json", "");
    put(w, "g/.hidden.yaml", "");
    put(w, "g/sub/c.yaml", "");
    put(w, "g/sub/deep/d.yaml", "");
    open_site(w);
    assert_glob(w, "g/*.yaml", "g/a.yaml g/b.yaml");
    assert_glob(w, "g/**/*.yaml", "g/a.yaml g/b.yaml g/sub/c.yaml g/sub/deep/d.yaml");
    assert_glob(w, "g/{b,a}.{yaml,json}", "g/a.yaml g/b.json g/b.yaml");
    assert_glob(w, "g/[ab].yaml", "g/a.yaml g/b.yaml");
    assert_glob(w, "g/*/c.yaml", "g/sub/c.yaml");
    assert_glob(w, "g/a.yaml", "g/a.yaml");
    assert_glob(w, "g/none*", "");
    assert_glob(w, "g/{unclosed", "");
}

static void test_ruby_type(void **state)
{
    struct world *w = *state;
    put(w, "modules/m/lib/puppet/type/thing.rb",
        "Puppet::Type.newtype(:thing) do\n"
        "  @doc = <<-EOS\n    newparam(:not_this)\n  EOS\n"
        "=begin\n  newparam(:nor_this)\n=end\n"
        "  ensurable\n"
        "  newparam(:path, :namevar => true) do\n    desc 'a path'\n  end\n"
        "  newproperty('mode', :parent => X) do\n  end\n"
        "  # newparam(:commented)\n"
        "  [:one, :two].each do |p|\n    newparam(p) do\n    end\n  end\n"
        "  def newproperty(x); end\n"
        "end\n");
    put(w, "modules/m/lib/puppet/type/other.rb",
        "Puppet::Type.newtype :other do\n newparam :id do\n  isnamevar\n end\n newparam :name\nend\n");
    open_site(w);
    const struct ruby_type *t = snapshot_ruby_type(w->s, SV("thing"));
    assert_non_null(t);
    static const char *const want[] = { "ensure", "path", "mode", "one", "two" };
    assert_int_equal(t->param_count, 5);
    for (size_t i = 0; i < 5; i++)
        assert_string_equal(t->params[i].p, want[i]);
    assert_string_equal(t->namevar.p, "path");
    assert_string_equal(snapshot_ruby_type(w->s, SV("other"))->namevar.p, "id");
    assert_null(snapshot_ruby_type(w->s, SV("none")));
}

static void test_module_files(void **state)
{
    struct world *w = *state;
    struct sv text;
    struct err err;
    put(w, "modules/m/templates/x/a.epp", "hello");
    put(w, "modules/m/files/f", "content");
    open_site(w);
    assert_string_equal(snapshot_module_file(w->s, SV("m/x/a.epp"), "templates").p, at(w, "modules/m/templates/x/a.epp"));
    assert_int_equal(snapshot_module_file(w->s, SV("m/x/b.epp"), "templates").n, 0);
    assert_int_equal(snapshot_module_file(w->s, SV("m/f"), "templates").n, 0);
    assert_string_equal(snapshot_module_file(w->s, SV("/abs"), "templates").p, "/abs");
    assert_true(snapshot_read(w->s, snapshot_module_file(w->s, SV("m/f"), "files"), &text, &err));
    assert_string_equal(text.p, "content");
    assert_false(snapshot_read(w->s, SV("/nonexistent/x"), &text, &err));
    assert_string_equal(err.text, "'/nonexistent/x' does not exist");
}

static void *ask_many(void *arg)
{
    struct world *w = arg;
    struct found f = { 0 };
    struct diags d = { 0 };
    struct arena *a = arena_new(0);
    d = diags_in(a);
    for (int i = 0; i < 200; i++)
        assert_true(snapshot_class(w->s, name(w, i % 2 ? "m::a" : "m"), &f, &d));
    arena_free(a);
    return (void *)f.unit;
}

static void test_threads(void **state)
{
    struct world *w = *state;
    pthread_t threads[4];
    void *units[4];
    put(w, "modules/m/manifests/init.pp", "class m { }");
    put(w, "modules/m/manifests/a.pp", "class m::a { }");
    open_site(w);
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, ask_many, w), 0);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], &units[i]);
    for (int i = 1; i < 4; i++)
        assert_ptr_equal(units[0], units[i]);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_modules), TEST(test_no_site), TEST(test_classes), TEST(test_wrong_place), TEST(test_functions_and_types),
        TEST(test_site),    TEST(test_data),    TEST(test_glob),    TEST(test_ruby_type),   TEST(test_module_files),
        TEST(test_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
