/* store: looking after the store: is it sound, copies of it, what is old. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store.h"

#include <stdlib.h>

#include "base/json.h"
#include "base/time.h"
#include "cli/state.h"
#include "store/backup.h"
#include "store/upkeep.h"

#define DAY_MS 86400000

/* One invocation: where the store is, and the store itself. */
struct upkeep {
    struct cli *c;
    struct sv place;
    struct store *store;
    int64_t now; /* UTC seconds */
};

/* --- check --- */

static int check(struct upkeep *u, struct err *err)
{
    struct sv *faults;
    uint32_t n;
    if (!store_check(u->store, u->c->arena, &faults, &n, err))
        return cli_broken(err);
    if (u->c->json) {
        AUTO_STRBUF out = STRBUF_HEAP;
        struct json_out j = json_to(&out, true);
        json_open(&j, '{');
        json_kbool(&j, "sound", n == 0);
        json_key(&j, SV("faults"));
        json_open(&j, '[');
        for (uint32_t i = 0; i < n; i++)
            json_str(&j, faults[i]);
        json_close(&j, ']');
        json_close(&j, '}');
        printf("%s\n", strbuf_cstr(&out));
    } else if (!n) {
        printf("The store is sound (%s, schema %d).\n", store_backend_name(u->store), store_schema_version(u->store));
    }
    for (uint32_t i = 0; !u->c->json && i < n; i++)
        fprintf(stderr, "potlac: the store is not sound: %.*s\n", SV_ARG(faults[i]));
    if (n && !u->c->json)
        fprintf(stderr, "Restore the last backup ('potlac store restore FILE --force' keeps this one beside it).\n");
    return n ? EXIT_BROKEN : EXIT_OK;
}

/* --- gc --- */

/* Days of an option, as milliseconds before now. */
static bool read_days(struct upkeep *u, const char *option, int64_t otherwise, int64_t *out_before)
{
    const char *given = cli_value(u->c, option);
    int64_t days = otherwise;
    if (given && (!sv_to_int(sv_of(given), &days) || days < 0 || days > 100000)) {
        cli_misuse(u->c, "--%s is a number of days, not '%s'", option, given);
        return false;
    }
    *out_before = u->now * 1000 - days * DAY_MS;
    return true;
}

static int gc(struct upkeep *u, struct err *err)
{
    enum { REPORT_DAYS = 14, PURGE_DAYS = 14 }; /* PuppetDB's report-ttl and node-purge-ttl */
    struct store_gc gc;
    struct store_gc_result r;
    if (!read_days(u, "keep", REPORT_DAYS, &gc.reports_before) || !read_days(u, "purge", PURGE_DAYS, &gc.nodes_before))
        return EXIT_BROKEN;
    if (!store_collect(u->store, &gc, &r, err))
        return cli_broken(err);
    if (u->c->json)
        printf("{\"reports\": %llu, \"nodes\": %llu, \"values\": %llu, \"reads\": %llu}\n", (unsigned long long)r.reports,
               (unsigned long long)r.nodes, (unsigned long long)r.values, (unsigned long long)r.reads);
    else
        printf("Let go: %llu reports, %llu nodes that are no more, %llu unused values, %llu unused records of what catalogs were compiled "
               "from. The history is whole.\n",
               (unsigned long long)r.reports, (unsigned long long)r.nodes, (unsigned long long)r.values, (unsigned long long)r.reads);
    return EXIT_OK;
}

/* --- stats --- */

static void add_count(struct strbuf *out, const struct store_count *count)
{
    if (count->is_time && !count->n)
        strbuf_adds(out, "none");
    else if (count->is_time)
        utc_print(out, count->n / 1000);
    else
        strbuf_addf(out, "%lld", (long long)count->n);
}

static int stats(struct upkeep *u, struct err *err)
{
    struct store_count *list;
    uint32_t n;
    AUTO_STRBUF out = STRBUF_HEAP;
    struct json_out j = json_to(&out, true);
    if (!store_counts(u->store, u->c->arena, &list, &n, err))
        return cli_broken(err);
    if (u->c->json) {
        json_open(&j, '{');
        json_kstr(&j, "backend", sv_of(store_backend_name(u->store)));
        for (uint32_t i = 0; i < n; i++)
            if (!list[i].is_time) {
                json_kint(&j, list[i].name, list[i].n);
            } else if (list[i].n) {
                struct strbuf time = STRBUF_IN(u->c->arena);
                utc_print(&time, list[i].n / 1000);
                json_kstr(&j, list[i].name, strbuf_sv(&time));
            }
        json_close(&j, '}');
        strbuf_addc(&out, '\n');
    } else {
        strbuf_addf(&out, "%22s  backend\n", store_backend_name(u->store));
        for (uint32_t i = 0; i < n; i++) {
            struct strbuf value = STRBUF_IN(u->c->arena);
            add_count(&value, &list[i]);
            strbuf_addf(&out, "%22.*s  %s\n", SV_ARG(strbuf_sv(&value)), list[i].words);
        }
    }
    cli_write(stdout, &out);
    return EXIT_OK;
}

/* --- backup and restore --- */

static int backup(struct upkeep *u, struct err *err)
{
    if (!store_backup(u->store, u->place.p, u->c->args[1], err))
        return cli_broken(err);
    if (!u->c->json)
        printf("The store is in %s.\n", u->c->args[1]);
    return EXIT_OK;
}

static int restore(struct upkeep *u, struct err *err)
{
    struct sv kept;
    if (!store_restore(u->place.p, u->c->args[1], cli_flag(u->c, "force"), u->now, u->c->arena, &kept, err))
        return cli_broken(err);
    if (!u->c->json)
        printf("The store is what %s holds.%s%.*s%s\n", u->c->args[1], kept.n ? " The former one is kept: " : "", SV_ARG(kept),
               kept.n ? "." : "");
    return EXIT_OK;
}

static const struct {
    const char *name;
    int (*run)(struct upkeep *u, struct err *err);
    bool takes_file;
    bool opens; /* the store, which must be there */
} words[] = {
    { "check", check, false, true }, { "backup", backup, true, true }, { "restore", restore, true, false },
    { "gc", gc, false, true },       { "stats", stats, false, true },
};
enum { WORD_COUNT = sizeof words / sizeof *words };

static int run_word(struct upkeep *u, size_t i)
{
    struct err err = { "" };
    const char *now = cli_value(u->c, "now");
    u->now = now_utc();
    if (u->c->arg_count != (words[i].takes_file ? 2u : 1u))
        return cli_misuse(u->c, words[i].takes_file ? "%s needs one FILE" : "%s takes no argument", words[i].name);
    if (now && !utc_parse(sv_of(now), &u->now))
        return cli_misuse(u->c, "'%s' is no UTC time such as 2027-02-15T08:00:00Z", now);
    if (!state_store_place(u->c, &u->place, &err) || (words[i].opens && !(u->store = state_open_store(u->c, &err))))
        return cli_broken(&err);
    int status = words[i].run(u, &err);
    store_close(u->store);
    return status;
}

static int store(struct cli *c)
{
    struct upkeep u = { .c = c };
    struct sv names[WORD_COUNT], word = sv_of(c->arg_count ? c->args[0] : "");
    for (size_t i = 0; i < WORD_COUNT; i++) {
        names[i] = sv_of(words[i].name);
        if (sv_eq(names[i], word))
            return run_word(&u, i);
    }
    struct sv near = near_names(c->arena, word, names, WORD_COUNT);
    return cli_misuse(c, "expected check, backup, restore, gc or stats, not '%.*s'%s%.*s%s", SV_ARG(word), near.n ? "; did you mean " : "",
                      SV_ARG(near), near.n ? "?" : "");
}

static const struct cli_option options[] = {
    STATE_OPTIONS,
    { "keep", 0, "DAYS", "gc: how long reports are kept [14]" },
    { "purge", 0, "DAYS", "gc: how long nodes that are no more are kept [14]" },
    { "force", 0, NULL, "restore: put a store with content aside" },
    { "now", 0, "TIME", "take this UTC time for the clock: 2027-02-15T08:00:00Z" },
    { NULL, 0, NULL, NULL },
};

const struct verb verb_store = {
    .name = "store",
    .usage = "check | backup FILE | restore FILE [--force] | gc [--keep DAYS] [--purge DAYS] | stats",
    .summary = "Look after the store: is it sound, copies of it, what is old, how much there is",
    .help =
        "check    reads all of it: the database's own test, counts, links, digests, JSON, ids of events; exits with 1 where one is wrong\n"
        "backup   writes it into a new file while others write on; of PostgreSQL by pg_dump\n"
        "restore  makes it what a backup holds, which is checked first; a store with content is kept beside it, with --force only\n"
        "gc       lets reports and nodes that are no more go after some days, and values that no node has; of the history nothing\n"
        "stats    counts",
    .options = options,
    .run = store,
};
