/* compiled: reads stand once, sets of them once, and each subject names its set. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "store/compiled.h"

#include "base/hash.h"
#include "base/strbuf.h"
#include "store/shared_values.h"

static const struct shared_kind sets_kind = {
    .columns = 1,
    .add = "INSERT INTO read_set (hash, uses, reads) VALUES (?1, 1, ?2)"
           " ON CONFLICT (hash) DO UPDATE SET uses = read_set.uses + 1 RETURNING id",
    .use_less = "UPDATE read_set SET uses = uses - 1 WHERE id = ?1 RETURNING uses",
    .drop = "DELETE FROM read_set WHERE id = ?1",
};

/* ---- reading ---- */

struct loading {
    struct arena *arena;
    struct compiled_all *all;
    size_t cap, read_cap, set_cap;
};

static bool take_compiled(void *ctx, const struct sql_value *c, unsigned count, struct err *err)
{
    (void)count;
    (void)err;
    struct loading *l = ctx;
    struct compiled item = { arena_dup(l->arena, c[0].s), arena_dup(l->arena, c[1].s), arena_dup(l->arena, c[2].s), (unsigned)c[3].i,
                             c[4].i };
    ARENA_PUSH(l->arena, l->all->items, l->all->count, l->cap, item);
    return true;
}

static bool take_read(void *ctx, const struct sql_value *c, unsigned count, struct err *err)
{
    (void)count;
    (void)err;
    struct loading *l = ctx;
    struct compiled_read read = { c[0].i, (int)c[1].i, arena_dup(l->arena, c[2].s), arena_dup(l->arena, c[3].s) };
    ARENA_PUSH(l->arena, l->all->reads, l->all->read_count, l->read_cap, read);
    return true;
}

static bool take_set(void *ctx, const struct sql_value *c, unsigned count, struct err *err)
{
    (void)count;
    (void)err;
    struct loading *l = ctx;
    struct compiled_read_set set = { c[0].i, arena_dup(l->arena, c[1].s) };
    ARENA_PUSH(l->arena, l->all->sets, l->all->set_count, l->set_cap, set);
    return true;
}

bool compiled_load(struct store *s, struct arena *a, struct compiled_all *out, struct err *err)
{
    struct loading l = { .arena = a, .all = out };
    *out = (struct compiled_all){ 0 };
    return (store_run(s, "SELECT key, inputs, digest, flags, read_set FROM compiled ORDER BY key", SQL_KEPT, NULL, 0, take_compiled, &l,
                      err) &&
            store_run(s, "SELECT id, question, path, digest FROM site_read", SQL_KEPT, NULL, 0, take_read, &l, err) &&
            store_run(s, "SELECT id, reads FROM read_set", SQL_KEPT, NULL, 0, take_set, &l, err)) ||
           err_wrap(err, "cannot read what catalogs were compiled from");
}

/* ---- writing ---- */

bool compiled_put_reads(struct store *s, struct compiled_read *reads, size_t count, struct err *err)
{
    for (size_t i = 0; i < count; i++) {
        const struct sql_value args[] = { sql_int(reads[i].question), sql_text(reads[i].path), sql_text(reads[i].digest) };
        if (!sv_is_utf8(reads[i].path)) /* such a file is always read again */
            continue;
        if (!store_run(s,
                       "INSERT INTO site_read (question, path, digest) VALUES (?1, ?2, ?3)"
                       " ON CONFLICT (path, question) DO UPDATE SET digest = excluded.digest RETURNING id",
                       SQL_KEPT, args, 3, sql_take_int, &reads[i].id, err))
            return err_wrap(err, "cannot store what was read");
    }
    return true;
}

static bool former_set(struct store *s, struct sv key, int64_t *out_set, struct err *err)
{
    const struct sql_value args[] = { sql_text(key) };
    *out_set = 0;
    return store_run(s, "SELECT read_set FROM compiled WHERE key = ?1", SQL_KEPT, args, 1, sql_take_int, out_set, err);
}

bool compiled_put(struct store *s, struct arena *scratch, const struct compiled *c, const int64_t *read_ids, size_t read_count,
                  struct err *err)
{
    struct strbuf ids = STRBUF_IN(scratch);
    int64_t set;
    for (size_t i = 0; i < read_count; i++)
        strbuf_addf(&ids, "%s%lld", i ? "," : "", (long long)read_ids[i]);
    struct sv text = ids.n ? strbuf_sv(&ids) : SV("");
    const struct shared_value value = { digest_hex(scratch, DIGEST_SHA1, text), { sql_text(text) } };
    if (!former_set(s, c->key, &set, err) || !shared_value_swap(s, &sets_kind, &value, &set, err))
        return err_wrap(err, "cannot store what '%.*s' was compiled from", SV_ARG(c->key));
    const struct sql_value args[] = { sql_text(c->key), sql_text(c->inputs), sql_text(c->digest), sql_int(c->flags), sql_int(set) };
    return store_run(s,
                     "INSERT INTO compiled (key, inputs, digest, flags, read_set) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (key) DO UPDATE"
                     " SET inputs = excluded.inputs, digest = excluded.digest, flags = excluded.flags, read_set = excluded.read_set",
                     SQL_KEPT, args, 5, NULL, NULL, err) ||
           err_wrap(err, "cannot store what '%.*s' was compiled from", SV_ARG(c->key));
}

bool compiled_delete(struct store *s, struct sv key, struct err *err)
{
    const struct sql_value args[] = { sql_text(key) };
    int64_t set;
    return former_set(s, key, &set, err) && store_run(s, "DELETE FROM compiled WHERE key = ?1", SQL_KEPT, args, 1, NULL, NULL, err) &&
           (!set || shared_value_release(s, &sets_kind, set, err));
}
