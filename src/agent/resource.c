/* resource: one resource through reading, comparing, the gate, changing, and the words for it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/internal.h"

#define REDACTED SV("[redacted]")

/* What is wanted may say itself how it is shown. */
static struct sv quoted(struct run *run, const struct property *p, bool as_wanted)
{
    if (p->sensitive)
        return REDACTED;
    if (as_wanted && p->shown.p)
        return p->shown;
    bool bare = (p->flags & PROP_BARE) && (as_wanted || !sv_is(p->text, "notrun"));
    return bare ? p->text : arena_printf(run->arena, "'%.*s'", SV_ARG(p->text));
}

static bool differs(const struct property *is, const struct property *should)
{
    return (should->flags & PROP_ALWAYS) || !sv_eq(is->text, should->text);
}

static struct sv change_words(struct run *run, const struct property *is, const struct property *should, struct sv before, struct sv after)
{
    if (should->sensitive)
        return arena_printf(run->arena, "changed %.*s to %.*s", SV_ARG(before), SV_ARG(after));
    if (should->message.p)
        return should->message;
    if (strcmp(should->name, "ensure") == 0) {
        if (sv_is(is->text, "absent"))
            return SV("created");
        if (sv_is(should->text, "absent"))
            return SV("removed");
    }
    if (strcmp(should->name, "content") == 0)
        return arena_printf(run->arena, "content changed '%.*s' to '%.*s'", SV_ARG(is->text), SV_ARG(should->text));
    if (sv_is(is->text, "absent"))
        return arena_printf(run->arena, "defined '%s' as %.*s", should->name, SV_ARG(after));
    if (sv_is(should->text, "absent"))
        return arena_printf(run->arena, "undefined '%s' from %.*s", should->name, SV_ARG(before));
    return arena_printf(run->arena, "%s changed %.*s to %.*s", should->name, SV_ARG(before), SV_ARG(after));
}

static struct resource_event event_of(struct converge *c, const struct node_state *s, struct property *is, const struct property *should,
                                      enum resource_outcome outcome, const char *why)
{
    struct run *run = c->run;
    is->sensitive = should->sensitive;
    is->flags = should->flags & PROP_BARE;
    struct sv before = quoted(run, is, false), after = quoted(run, should, true);
    struct resource_event e = {
        .resource = s->resource, .outcome = outcome, .property = sv_of(should->name), .no_write = s->provider->no_write
    };
    e.before = should->sensitive ? REDACTED : is->text;
    e.after = should->sensitive ? REDACTED : should->text;
    switch (outcome) {
    case OUT_WOULD_CHANGE:
        e.message = arena_printf(run->arena, "current_value %.*s, should be %.*s (noop)", SV_ARG(before), SV_ARG(after));
        break;
    case OUT_PLANNED_ONLY:
        e.message = arena_printf(run->arena, "current_value %.*s, should be %.*s (planned: cannot be set in a root)", SV_ARG(before),
                                 SV_ARG(after));
        break;
    case OUT_FAILED:
        e.message = arena_printf(run->arena, "change from %.*s to %.*s failed: %s", SV_ARG(before), SV_ARG(after), why);
        break;
    default:
        e.message = change_words(run, is, should, before, after);
        break;
    }
    return e;
}

static void fail_whole(struct converge *c, struct node_state *s, const char *prefix, const char *why)
{
    s->failed = true;
    emit(c, (struct resource_event){
                .resource = s->resource, .outcome = OUT_FAILED, .message = arena_printf(c->run->arena, "%s%s", prefix, why) });
}

/* What cannot act in a root is not even read: what stands on this machine says nothing about the root. */
static void plan_whole(struct converge *c, struct node_state *s)
{
    struct sv ensure = resource_text(s->resource, "ensure");
    struct sv words = ensure.n ? arena_printf(c->run->arena, "ensure should be '%.*s' (planned: cannot act in a root)", SV_ARG(ensure))
                               : SV("planned: cannot act in a root");
    emit(c, (struct resource_event){ .resource = s->resource,
                                     .outcome = OUT_PLANNED_ONLY,
                                     .property = ensure.n ? SV("ensure") : SV_NONE,
                                     .after = ensure,
                                     .message = words });
}

/* Events for all properties that set() was asked to change. */
static void emit_all(struct converge *c, struct node_state *s, struct property_list *is, struct property_list *should, uint32_t count,
                     enum resource_outcome outcome, const char *why)
{
    for (uint32_t i = 0; i < count; i++) {
        if (!differs(&is->items[i], &should->items[i]))
            continue;
        bool planned = should->items[i].flags & PROP_PLANNED;
        struct resource_event e = event_of(c, s, &is->items[i], &should->items[i], planned ? OUT_PLANNED_ONLY : outcome, why);
        if (!planned) {
            e.output = c->run->output;
            c->run->output = SV_NONE;
        }
        emit(c, e);
    }
}

/* The properties to look at: the one that stands for all of them while it differs, else all. */
static uint32_t relevant(struct property_list *is, struct property_list *should, bool *out_any)
{
    *out_any = false;
    for (uint32_t i = 0; i < should->count; i++) {
        bool d = differs(&is->items[i], &should->items[i]);
        *out_any = *out_any || (d && !(should->items[i].flags & PROP_PLANNED));
        if (d && (should->items[i].flags & PROP_WHOLE))
            return i + 1;
    }
    return should->count;
}

bool apply_resource(struct converge *c, struct node_state *s, bool noop)
{
    struct run *run = c->run;
    struct property_list is = { 0 }, should = { 0 };
    struct err err = { "" };
    const char *dead = map_find(&c->dead_types, s->resource->type);
    if (dead) {
        fail_whole(c, s, "", dead);
        return false;
    }
    if (run->root.n && !s->provider->in_root) {
        plan_whole(c, s);
        return false;
    }
    run->output = SV_NONE;
    if (!s->provider->get(run, s->resource, &is, &should, &err)) {
        bool has = sv_starts(sv_of(err.text), SV("Could not evaluate"));
        fail_whole(c, s, has ? "" : "Could not evaluate: ", err.text);
        return false;
    }
    bool any;
    uint32_t count = relevant(&is, &should, &any);
    if (!any) {
        emit_all(c, s, &is, &should, count, OUT_PLANNED_ONLY, NULL);
        return false;
    }
    if (noop || (!s->provider->no_write && !change_allowed(run))) {
        emit_all(c, s, &is, &should, count, OUT_WOULD_CHANGE, NULL);
        return true;
    }
    enum set_result res = s->provider->set(run, s->resource, &is, &should, &err);
    s->failed = res == SET_FAILED;
    emit_all(c, s, &is, &should, count, res == SET_DONE ? OUT_CHANGED : res == SET_FAILED ? OUT_FAILED : OUT_PLANNED_ONLY, err.text);
    return res == SET_DONE;
}

void refresh_resource(struct converge *c, struct node_state *s, bool noop)
{
    struct run *run = c->run;
    struct err err = { "" };
    const char *plural = s->refreshes == 1 ? "" : "s";
    struct resource_event e = { .resource = s->resource };
    if (!s->provider->refresh || s->failed)
        return;
    if (run->root.n && !s->provider->in_root) {
        e.outcome = OUT_PLANNED_ONLY;
        e.message = arena_printf(run->arena, "Would have triggered 'refresh' from %u event%s (planned: cannot act in a root)", s->refreshes,
                                 plural);
    } else if (noop || !change_allowed(run)) {
        e.outcome = OUT_WOULD_CHANGE;
        e.message = arena_printf(run->arena, "Would have triggered 'refresh' from %u event%s", s->refreshes, plural);
    } else {
        run->output = SV_NONE;
        enum set_result res = s->provider->refresh(run, s->resource, &err);
        s->failed = res == SET_FAILED;
        e.outcome = res == SET_FAILED ? OUT_FAILED : OUT_REFRESHED;
        e.output = run->output;
        e.message = res == SET_FAILED ? arena_printf(run->arena, "Failed to call refresh: %s", err.text)
                                      : arena_printf(run->arena, "Triggered 'refresh' from %u event%s", s->refreshes, plural);
    }
    emit(c, e);
}
