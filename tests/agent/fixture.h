/* fixture: a catalog built by hand in a temp folder, and its convergence. One fixture a test; fixture_done removes all. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_AGENT_FIXTURE_H
#define TESTS_AGENT_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "agent/agent.h"
#include "base/fs.h"

struct fixture {
    struct arena *arena;
    struct symtab *syms;
    struct catalog *catalog;
    struct run run;
    struct report *report;
    char dir[64];
};

static inline struct fixture *fixture_new(void)
{
    struct fixture *f = calloc(1, sizeof *f);
    snprintf(f->dir, sizeof f->dir, "/tmp/potlac-test-XXXXXX");
    assert_non_null(mkdtemp(f->dir));
    f->arena = arena_new(0);
    f->syms = symtab_new();
    f->catalog = catalog_new(f->arena, f->syms, SV("test"));
    f->run.arena = f->arena;
    return f;
}

static inline void fixture_done(struct fixture *f)
{
    fs_remove_tree(f->dir, NULL);
    arena_free(f->arena);
    symtab_free(f->syms);
    free(f);
}

static inline struct sv in_dir(struct fixture *f, const char *name) { return arena_printf(f->arena, "%s/%s", f->dir, name); }
static inline const char *in_dir_c(struct fixture *f, const char *name) { return in_dir(f, name).p; }

static inline void give(struct fixture *f, struct resource *r, const char *name, struct value v)
{
    struct resource_param p = { .name = intern(f->syms, sv_of(name)), .value = v };
    ARENA_PUSH(f->arena, r->params, r->param_count, r->param_cap, p);
}

/* Attribute names and texts in turn, ended by NULL. "true" and "false" are booleans. */
static inline struct resource *add(struct fixture *f, const char *type, struct sv title, ...)
{
    struct resource *r = ARENA_NEW(f->arena, struct resource);
    *r = (struct resource){ .type = sv_of(type), .title = title, .flags = RES_BUILTIN, .index = f->catalog->resource_count };
    va_list ap;
    va_start(ap, title);
    for (const char *name; (name = va_arg(ap, const char *));) {
        const char *text = va_arg(ap, const char *);
        bool is = strcmp(text, "true") == 0, is_not = strcmp(text, "false") == 0;
        give(f, r, name, is || is_not ? value_bool(is) : value_str(arena_dup(f->arena, sv_of(text))));
    }
    va_end(ap);
    ARENA_PUSH(f->arena, f->catalog->resources, f->catalog->resource_count, f->catalog->resource_cap, r);
    map_put(&f->catalog->by_ref, resource_ref(f->arena, r), r);
    return r;
}

static inline struct report *converge(struct fixture *f)
{
    f->run.writes = 0;
    memset(f->run.caches, 0, sizeof f->run.caches);
    f->report = agent_converge(&f->run, f->catalog, NULL, NULL);
    if (f->report->error.n)
        print_message("run refused: %.*s\n", SV_ARG(f->report->error));
    return f->report;
}

/* The message of the n-th event. */
static inline const char *message(struct fixture *f, uint32_t n)
{
    assert_true(n < f->report->event_count);
    return arena_cstr(f->arena, f->report->events[n].message);
}

/* A second run finds nothing to do and writes nothing. */
static inline void assert_settled(struct fixture *f)
{
    converge(f);
    if (f->report->event_count)
        print_message("unexpected: %s\n", message(f, 0));
    assert_int_equal(f->report->event_count, 0);
    assert_int_equal(f->run.writes, 0);
}

static inline void put(struct fixture *f, const char *name, const char *text)
{
    struct err err;
    assert_true(fs_write_atomic(in_dir_c(f, name), sv_of(text), 0644, &err));
}

static inline void assert_text(struct fixture *f, const char *name, const char *text)
{
    struct sv got;
    struct err err = { "" };
    if (!fs_read(f->arena, in_dir_c(f, name), 0, &got, &err))
        fail_msg("%s", err.text);
    assert_string_equal(arena_cstr(f->arena, got), text);
}

static inline mode_t mode_of(struct fixture *f, const char *name)
{
    struct stat st;
    assert_int_equal(lstat(in_dir_c(f, name), &st), 0);
    return st.st_mode;
}

static inline bool there(struct fixture *f, const char *name)
{
    struct stat st;
    return lstat(in_dir_c(f, name), &st) == 0;
}

#endif
