/* backup_postgres: PostgreSQL's own programs write and read its dumps. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/command.h"
#include "base/fs.h"
#include "base/source_tree.h"
#include "store/backend.h"
#include "store/backup_internal.h"
#include "store/libpq.h"

extern char **environ;

/* How pg_dump and pg_restore find the database: by variables, as arguments can be read by everyone on the machine. */
struct connection {
    const char **env;
    size_t count, cap;
    const char *database;
};

static bool read_connection(struct arena *a, const char *where, struct connection *out, struct err *err)
{
    struct libpq pq;
    char *text = NULL;
    *out = (struct connection){ .database = "postgres" };
    if (!libpq_load(&pq, err))
        return false;
    PQconninfoOption *options = pq.PQconninfoParse(where, &text);
    if (!options)
        return err_set(err, "the store's URL is wrong: %s", text ? text : "no memory");
    for (char **e = environ; *e; e++)
        ARENA_PUSH(a, out->env, out->count, out->cap, *e);
    for (PQconninfoOption *o = options; o->keyword; o++) {
        if (!o->val || !o->envvar)
            continue;
        const char *variable = arena_printf(a, "%s=%s", o->envvar, o->val).p;
        ARENA_PUSH(a, out->env, out->count, out->cap, variable);
        if (strcmp(o->keyword, "dbname") == 0)
            out->database = arena_dup(a, sv_of(o->val)).p;
    }
    pq.PQconninfoFree(options);
    ARENA_PUSH(a, out->env, out->count, out->cap, NULL);
    return true;
}

static bool run(struct arena *a, const struct connection *to, const char *const *argv, struct err *err)
{
    struct command_result result;
    if (!command_find(a, argv[0], NULL))
        return err_set(err, "%s is not installed (Debian's package is postgresql-client)", argv[0]);
    if (!command_run(a, COMMAND(.argv = argv, .env = to->env), &result, err))
        return false;
    struct sv said = sv_trim(result.output);
    return result.status == 0 || err_set(err, "%s failed: %.*s", argv[0], SV_ARG(said));
}

bool backup_postgres(struct arena *a, const char *where, const char *file, struct err *err)
{
    struct connection to;
    struct sv whole = path_clean(a, sv_of(file));
    const char *temporary = arena_printf(a, "%.*s.part", SV_ARG(whole)).p, *path = arena_cstr(a, whole);
    const char *const argv[] = {
        "pg_dump", "--format=custom", "--no-owner", "--no-privileges", "--no-password", "--file", temporary, NULL
    };
    if (!read_connection(a, where, &to, err) || !make_private_file(temporary, err))
        return false;
    bool ok = run(a, &to, argv, err) && settle_file(temporary, path, err);
    if (!ok)
        unlink(temporary);
    return ok;
}

/* --- restoring --- */

static bool take_text(void *ctx, const struct sql_value *c, unsigned count, struct err *err)
{
    (void)count;
    (void)err;
    struct strbuf *out = ctx;
    strbuf_add(out, c[0].s);
    return true;
}

static bool sql(struct store *s, struct arena *a, struct err *err, const char *text, struct sv x, struct sv y)
{
    /* Names of schemas are ours or the database's own: a quote in one is doubled. */
    struct strbuf out = STRBUF_IN(a);
    for (const char *p = text; *p; p++) {
        struct sv name = *p == '\1' ? x : y;
        if (*p != '\1' && *p != '\2') {
            strbuf_addc(&out, *p);
            continue;
        }
        strbuf_addc(&out, '"');
        for (size_t i = 0; i < name.n; i++)
            strbuf_addf(&out, name.p[i] == '"' ? "\"\"" : "%c", name.p[i]);
        strbuf_addc(&out, '"');
    }
    return store_run(s, strbuf_cstr(&out), SQL_ONCE, NULL, 0, NULL, NULL, err);
}

/* The schema that holds the store steps aside as a whole, and an empty one takes its place. */
static bool step_aside(struct store *s, struct restoring *r, struct sv schema, struct sv aside, struct err *err)
{
    if (!store_begin(s, err))
        return false;
    bool ok = sql(s, r->arena, err, "ALTER SCHEMA \1 RENAME TO \2", schema, aside);
    /* pg_dump writes no command to make this one. */
    ok = ok && (!sv_is(schema, "public") || sql(s, r->arena, err, "CREATE SCHEMA \1", schema, aside));
    if (ok && store_commit(s, err))
        return true;
    store_rollback(s);
    return false;
}

static void step_back(struct store *s, struct restoring *r, struct sv schema, struct sv aside)
{
    sql(s, r->arena, NULL, "DROP SCHEMA IF EXISTS \1 CASCADE", schema, aside);
    sql(s, r->arena, NULL, "ALTER SCHEMA \2 RENAME TO \1", schema, aside);
}

static bool load(struct restoring *r, const struct connection *to, struct err *err)
{
    const char *file = arena_cstr(r->arena, path_clean(r->arena, sv_of(r->file)));
    const char *const argv[] = {
        "pg_restore", "--no-owner", "--no-privileges", "--no-password", "--exit-on-error", "--single-transaction", "--dbname", to->database,
        file,         NULL
    };
    if (!run(r->arena, to, argv, err))
        return false;
    struct store *s = store_open(r->where, err); /* the schema comes forward */
    bool ok = s && store_must_be_sound(s, r->arena, err);
    store_close(s);
    return ok || err_wrap(err, "'%s'", r->file);
}

/* Does pg_restore know the file? Looked at before anything is moved. */
static bool is_dump(struct restoring *r, const struct connection *to, struct err *err)
{
    const char *file = arena_cstr(r->arena, path_clean(r->arena, sv_of(r->file)));
    const char *const argv[] = { "pg_restore", "--list", file, NULL };
    return run(r->arena, to, argv, err);
}

bool restore_postgres(struct restoring *r, struct err *err)
{
    struct connection to;
    struct strbuf schema = STRBUF_IN(r->arena);
    bool has = false;
    if (!read_connection(r->arena, r->where, &to, err) || !is_dump(r, &to, err))
        return false;
    struct store *s = store_open(r->where, err);
    bool ok =
        s && store_has_content(s, &has, err) && store_run(s, "SELECT current_schema()::text", SQL_ONCE, NULL, 0, take_text, &schema, err);
    if (ok && has && !r->force)
        ok = err_set(err, "the store has content: with --force it is put aside and kept");
    struct sv aside = arena_printf(r->arena, "%.*s_%.*s", SV_ARG(strbuf_sv(&schema)), SV_ARG(r->suffix));
    if (ok && (ok = step_aside(s, r, strbuf_sv(&schema), aside, err)) && !(ok = load(r, &to, err)))
        step_back(s, r, strbuf_sv(&schema), aside);
    else if (ok && has)
        r->kept = arena_printf(r->arena, "schema %.*s", SV_ARG(aside));
    else if (ok)
        ok = sql(s, r->arena, err, "DROP SCHEMA \2 CASCADE", strbuf_sv(&schema), aside);
    store_close(s);
    return ok;
}
