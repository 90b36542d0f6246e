/* history: what happened to an entity, in words: who, what, when, why. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"
#include "base/time.h"
#include "cli/state.h"
#include "cli/tell.h"
#include "model/model.h"
#include "store/change.h"
#include "store/record.h"

struct telling_of {
    struct cli *c;
    struct store *store;
    struct arena *a;
    struct sv ref; /* full; empty: everything */
    struct event *events, *snapshots;
    size_t count, snapshot_count;
};

/* --- which entity, which time --- */

static bool is_known(struct telling_of *t, struct sv ref, struct err *err)
{
    struct sv json;
    int64_t version = 0;
    err->text[0] = '\0';
    if (store_get(t->store, t->a, RECORD_ENTITY, ref, &json, err))
        return true;
    return !err->text[0] && change_version(t->store, ref, &version, err) && version > 0;
}

/* Without a kind: the most usual one that the store knows of that name. What is gone from the model has a history too. */
static bool find_ref(struct telling_of *t, struct sv written, struct err *err)
{
    static const char *const usual[] = { "host", "component", "cluster", "deployment", "user", "group", "potlac" };
    if (sv_find_char(written, ':', 0) != SIZE_MAX) {
        t->ref = model_full_ref(t->a, written, "", SV("default"));
        return t->ref.n > 0 || err_set(err, "'%.*s' is no reference", SV_ARG(written));
    }
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) {
        struct sv ref = model_full_ref(t->a, written, usual[i], SV("default"));
        if (ref.n && is_known(t, ref, err)) {
            t->ref = ref;
            return true;
        }
        if (err->text[0])
            return false;
    }
    return err_set(err, "nothing is known of '%.*s'; say its kind, as in host:%.*s", SV_ARG(written), SV_ARG(written));
}

static bool read_since(struct cli *c, struct event_query *q, struct err *err)
{
    const char *since = cli_value(c, "since");
    struct date day;
    struct sv text = sv_of(since);
    if (!since)
        return true;
    if (date_parse(text, &day)) {
        q->since_at = date_to_days(day) * 86400 - 1;
        return true;
    }
    if (utc_parse(text, &q->since_at)) {
        q->since_at--;
        return true;
    }
    return (sv_to_int(text, &q->since_id) && q->since_id >= 0) ||
           err_set(err, "--since '%s' is neither a day (2027-02-15), a UTC time (2027-02-15T08:00:00Z) nor the number of an event", since);
}

/* --- events of one entity: those about it, and those that name it: deploys of a service, hosts of a cluster --- */

static bool names_others(struct sv ref)
{
    static const char *const kinds[] = { "component:", "cluster:", "systemownership:", "user:" };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (sv_starts(ref, sv_of(kinds[i])))
            return true;
    return false;
}

static bool concerns(struct telling_of *t, const struct event *e)
{
    static const char *const fields[] = { "service", "cluster", "ownership", "from", "to" };
    if (!t->ref.n)
        return !sv_is(e->kind, "transaction"); /* each of its changes has an event of its own */
    if (sv_eq(e->subject, t->ref))
        return true;
    if (sv_is(e->kind, "transaction") || sv_find(e->body, t->ref, 0) == SIZE_MAX)
        return false;
    const struct data *body = tell_body(t->a, e);
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (sv_eq(data_text(data_get(body, fields[i])), t->ref))
            return true;
    return false;
}

static bool read_events(struct telling_of *t, struct err *err)
{
    struct event_query q = { 0 }, snapshots = { .kind = SV("snapshot") };
    size_t kept = 0;
    if (!read_since(t->c, &q, err))
        return false;
    snapshots.since_id = q.since_id;
    snapshots.since_at = q.since_at;
    if (t->ref.n && !names_others(t->ref))
        q.subject = t->ref;
    if (!store_events(t->store, t->a, &q, &t->events, &t->count, err) ||
        !store_events(t->store, t->a, &snapshots, &t->snapshots, &t->snapshot_count, err))
        return false;
    for (size_t i = 0; i < t->count; i++)
        if (concerns(t, &t->events[i]))
            t->events[kept++] = t->events[i];
    t->count = kept;
    return true;
}

/* --- why: the reason of a transaction, or the commit that an apply recorded right after its changes --- */

static const struct event *snapshot_of(const struct telling_of *t, const struct event *e)
{
    size_t low = 0, high = t->snapshot_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (t->snapshots[middle].id < e->id)
            low = middle + 1;
        else
            high = middle;
    }
    bool there = low < t->snapshot_count && t->snapshots[low].id != e->id && t->snapshots[low].at == e->at;
    bool recorded = change_is_kind(e->kind) || sv_is(e->kind, "owner.changed");
    return there && recorded ? &t->snapshots[low] : NULL;
}

struct why {
    int64_t transaction;
    struct sv commit, reason;
};

static struct why why_of(const struct telling_of *t, const struct event *e)
{
    const struct data *body = tell_body(t->a, e), *id = data_get(body, "transaction");
    struct why why = { .transaction = id && id->kind == DATA_INT ? id->i : 0, .reason = data_text(data_get(body, "reason")) };
    const struct event *snapshot = why.transaction ? NULL : snapshot_of(t, e);
    if (snapshot) {
        const struct data *of = tell_body(t->a, snapshot);
        why.commit = data_text(data_get(of, "commit"));
        why.reason = data_text(data_get(of, "summary"));
    }
    return why;
}

static void print_text(struct telling_of *t)
{
    AUTO_STRBUF out = STRBUF_HEAP;
    for (size_t i = 0; i < t->count; i++) {
        const struct event *e = &t->events[i];
        struct why why = why_of(t, e);
        tell_event(&out, t->a, e);
        if (!sv_eq(e->subject, t->ref) && !sv_is(e->subject, "model")) {
            struct sv subject = ref_short(t->a, e->subject);
            strbuf_addf(&out, " [%.*s]", SV_ARG(subject));
        }
        if (why.transaction)
            strbuf_addf(&out, " [transaction %lld]", (long long)why.transaction);
        else if (why.commit.n)
            strbuf_addf(&out, "%s%.*s [commit %.*s]", why.reason.n ? ": " : "", SV_ARG(why.reason), SV_ARG(sv_slice(why.commit, 0, 10)));
        strbuf_addc(&out, '\n');
    }
    cli_write(stdout, &out);
    if (!t->count)
        fputs("Nothing has happened.\n", stderr);
}

static void print_json(struct telling_of *t)
{
    AUTO_STRBUF out = STRBUF_HEAP;
    struct json_out j = json_to(&out, true);
    json_open(&j, '[');
    for (size_t i = 0; i < t->count; i++) {
        const struct event *e = &t->events[i];
        struct why why = why_of(t, e);
        struct strbuf text = STRBUF_IN(t->a);
        json_open(&j, '{');
        json_kint(&j, "id", e->id);
        utc_print(&text, e->at);
        json_kstr(&j, "at", strbuf_sv(&text));
        json_kstr(&j, "by", e->actor);
        json_kstr(&j, "kind", e->kind);
        json_kstr(&j, "subject", e->subject);
        strbuf_reset(&text);
        tell_what(&text, t->a, e);
        json_kstr(&j, "what", strbuf_sv(&text));
        if (why.reason.n)
            json_kstr(&j, "why", why.reason);
        if (why.transaction)
            json_kint(&j, "transaction", why.transaction);
        if (why.commit.n)
            json_kstr(&j, "commit", why.commit);
        json_key(&j, SV("body"));
        json_raw(&j, e->body);
        json_close(&j, '}');
    }
    json_close(&j, ']');
    printf("%s\n", strbuf_cstr(&out));
}

static int history(struct cli *c)
{
    struct telling_of t = { .c = c, .a = c->arena };
    struct err err = { "" };
    if (c->arg_count > 1)
        return cli_misuse(c, "one reference at a time");
    t.store = state_open_store(c, &err);
    bool ok = t.store && (!c->arg_count || find_ref(&t, sv_of(c->args[0]), &err)) && read_events(&t, &err);
    store_close(t.store);
    if (!ok)
        return cli_broken(&err);
    if (c->json)
        print_json(&t);
    else
        print_text(&t);
    return EXIT_OK;
}

static const struct cli_option options[] = {
    STATE_OPTIONS,
    { "since", 0, "WHEN", "from that day or UTC time on, or after that event" },
    { NULL, 0, NULL, NULL },
};

const struct verb verb_history = {
    .name = "history",
    .usage = "[REF]",
    .summary = "Tell what happened to an entity, or to all: who, what, when, why",
    .help = "Transactions, changes that an apply recorded, deploys, drift. Of a service also the deploys of it, of a cluster those on it "
            "and its\n"
            "hosts. The number before each line is that of the event; the last one that changed an entity is its version.",
    .options = options,
    .run = history,
};
