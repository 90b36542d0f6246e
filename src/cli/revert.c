/* revert: takes back a transaction by another one. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/change.h"
#include "cli/site.h"
#include "cli/state.h"
#include "cli/tell.h"

struct reversal {
    struct cli *c;
    struct store *store;
    struct event event; /* of the transaction */
    struct overlay *now;
    struct proposals all;
    unsigned lost; /* later changes that would be */
};

/* By its own number, or by that of one of its changes. */
static bool find_transaction(struct reversal *r, int64_t id, struct err *err)
{
    struct arena *a = r->c->arena;
    if (!change_event(r->store, a, id, &r->event, err))
        return err->text[0] ? false : err_set(err, "there is no event %lld; 'potlac history' shows their numbers", (long long)id);
    const struct data *of = data_get(tell_body(a, &r->event), "transaction");
    if (of && of->kind == DATA_INT && of->i < id)
        return find_transaction(r, of->i, err);
    if (sv_is(r->event.kind, "transaction"))
        return true;
    struct strbuf what = STRBUF_IN(a);
    tell_what(&what, a, &r->event);
    return err_set(err, "event %lld is no transaction (%.*s): what came from files is taken back in git", (long long)id,
                   SV_ARG(strbuf_sv(&what)));
}

static struct proposal *proposal_of(struct reversal *r, struct sv ref, struct err *err)
{
    for (size_t i = 0; i < r->all.count; i++)
        if (sv_eq(r->all.items[i].ref, ref))
            return &r->all.items[i];
    struct proposal *p = proposals_add(r->c->arena, &r->all, ref, NULL, err);
    if (!p || !change_version(r->store, ref, &p->expect, err))
        return NULL;
    p->has_expect = true; /* what comes after this look at it is found when committing */
    return p;
}

/* field empty: any. */
static bool touches(struct reversal *r, const struct event *e, struct sv field)
{
    const struct data *body = tell_body(r->c->arena, e), *fields = data_get(body, "fields");
    if (!data_get(body, "transaction") || !change_is_kind(e->kind))
        return false;
    if (!field.n)
        return true;
    if (sv_is(e->kind, "deploy"))
        return sv_is(field, "version");
    for (uint32_t i = 0; fields && fields->kind == DATA_LIST && i < fields->count; i++)
        if (sv_eq(data_text(data_get(&fields->items[i], "path")), field))
            return true;
    return false;
}

/* Is the field what the transaction made it? Then nothing that came after it would be lost. */
static bool still_there(struct reversal *r, struct sv ref, struct sv field, const struct data *to)
{
    const struct data *now = overlay_get(r->now, ref, field);
    return now ? data_equal(now, to) : to->kind == DATA_NULL;
}

/* Names what was changed after the transaction. */
static bool look_for_later(struct reversal *r, struct sv ref, struct sv field, struct err *err)
{
    struct arena *a = r->c->arena;
    struct event *events;
    size_t n;
    if (!store_events(r->store, a, &(struct event_query){ .subject = ref, .since_id = r->event.id }, &events, &n, err))
        return false;
    for (size_t i = 0; i < n; i++) {
        const struct data *of = data_get(tell_body(a, &events[i]), "transaction");
        struct strbuf line = STRBUF_IN(a);
        struct sv name = ref_short(a, ref);
        if (!touches(r, &events[i], field) || of->i == r->event.id)
            continue;
        if (!r->lost++)
            fprintf(stderr, "potlac: nothing is reverted: later changes would be lost:\n");
        tell_event(&line, a, &events[i]);
        fprintf(stderr, "  %s [%.*s]\n", strbuf_cstr(&line), SV_ARG(name));
    }
    return true;
}

/* What was made is deleted, what was deleted is made again, as it was. */
static bool reverse_whole(struct reversal *r, const struct data *change, struct err *err)
{
    struct sv ref = data_text(data_get(change, "ref"));
    const struct data *made = data_get(change, "made"), *deleted = data_get(change, "deleted");
    const struct data_doc *now = overlay_made(r->now, ref);
    struct proposal *p = proposal_of(r, ref, err);
    if (!p || (!(made ? now && data_equal(&now->root, made) : !now) && !look_for_later(r, ref, SV(""), err)))
        return false;
    p->what = made ? CHANGE_DELETE : CHANGE_MAKE;
    p->entity = deleted;
    return true;
}

static bool reverse_field(struct reversal *r, const struct data *change, struct err *err)
{
    const struct data *from = data_get(change, "from"), *to = data_get(change, "to");
    struct sv ref = data_text(data_get(change, "ref")), field = data_text(data_get(change, "field"));
    struct proposal *p = proposal_of(r, ref, err);
    return p && to && (still_there(r, ref, field, to) || look_for_later(r, ref, field, err)) &&
           proposal_set(r->c->arena, p, field, from && from->kind != DATA_NULL ? from : NULL, err);
}

static bool reverse(struct reversal *r, struct err *err)
{
    int64_t newest;
    r->now = overlay_new(r->c->arena);
    const struct data *changes = data_get(tell_body(r->c->arena, &r->event), "changes");
    /* Versions first, values after them: what comes in between is found when committing. */
    for (uint32_t i = 0; changes && changes->kind == DATA_LIST && i < changes->count; i++)
        if (!proposal_of(r, data_text(data_get(&changes->items[i], "ref")), err))
            return false;
    if (!change_overlay(r->store, r->c->arena, r->now, &newest, err))
        return false;
    for (uint32_t i = 0; changes && changes->kind == DATA_LIST && i < changes->count; i++) {
        const struct data *change = &changes->items[i];
        bool whole = data_get(change, "made") || data_get(change, "deleted");
        if (!(whole ? reverse_whole : reverse_field)(r, change, err))
            return false;
    }
    r->all.reverts = r->event.id;
    return true;
}

static int revert(struct cli *c)
{
    struct reversal r = { .c = c };
    struct err err = { "" };
    int64_t id;
    if (c->arg_count != 1 || !sv_to_int(sv_of(c->args[0]), &id))
        return cli_misuse(c, "the number of a transaction is expected; 'potlac history' shows it");
    r.store = state_open_store(c, &err);
    bool ok = r.store && find_transaction(&r, id, &err) && reverse(&r, &err);
    store_close(r.store);
    if (!ok)
        return cli_broken(&err);
    return r.lost ? EXIT_BROKEN : change_run(c, &r.all);
}

static const struct cli_option options[] = {
    SITE_OPTIONS,
    CHANGE_OPTIONS,
    { NULL, 0, NULL, NULL },
};

const struct verb verb_revert = {
    .name = "revert",
    .usage = "TRANSACTION --reason TEXT",
    .summary = "Take back a transaction by a new one",
    .help = "Each field gets the value that it had before. Refused where a later transaction changed one of the fields: its change would "
            "be lost.",
    .options = options,
    .run = revert,
};
