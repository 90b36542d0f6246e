/* owners: who answers for an entity, and by which way. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/owners.h"

#include "cli/entity_ref.h"
#include "cli/show.h"

/* "oskar (Oskar Dahl, oskar@example.org)" */
static struct sv person_words(struct arena *a, const struct entity *who)
{
    struct sv name = entity_text(who, "profile.displayName"), mail = entity_text(who, "profile.email");
    struct sv shown = who->kind == KIND_USER ? who->name : ref_short(a, who->ref);
    if (!name.n && !mail.n)
        return shown;
    return arena_printf(a, "%.*s (%.*s%s%.*s)", SV_ARG(shown), SV_ARG(name), name.n && mail.n ? ", " : "", SV_ARG(mail));
}

static struct sv state_words(struct arena *a, const struct owner *o)
{
    struct sv until = o->absence ? entity_text(o->absence, "to") : SV("");
    switch (o->state) {
    case OWNER_COVERED:
        return arena_printf(a, "away until %.*s, %.*s stands in", SV_ARG(until), SV_ARG(o->stand_in->name));
    case OWNER_AWAY:
        return arena_printf(a, "away until %.*s, nobody stands in", SV_ARG(until));
    case OWNER_LEFT:
        return SV("has left");
    case OWNER_THERE:
        break;
    }
    return SV("");
}

static const char *state_name(enum owner_state state)
{
    static const char *const names[] = {
        [OWNER_THERE] = "there", [OWNER_COVERED] = "covered", [OWNER_AWAY] = "away", [OWNER_LEFT] = "left"
    };
    return names[state];
}

struct sv owners_on_call(const struct model *m, const struct entity *e)
{
    struct sv own = entity_annotation(e, "potlac/on-call");
    const struct entity *group = own.n ? NULL : model_one(m, e, REL_OWNED_BY);
    return group ? entity_annotation(group, "potlac/on-call") : own;
}

void owners_print(const struct cli *c, struct site *s, struct strbuf *out, const struct entity *e, const char *indent)
{
    uint32_t n;
    struct arena *a = s->arena;
    struct owner *owners = owners_of(s->model, a, e, s->today, &n);
    for (uint32_t i = 0; i < n; i++) {
        const struct owner *o = &owners[i];
        struct sv who = person_words(a, o->who), state = state_words(a, o), by = ref_short(a, o->by->ref), at = entity_place(s, a, o->by);
        bool bad = o->state == OWNER_AWAY || o->state == OWNER_LEFT;
        strbuf_addf(out, "%s%-7s %.*s", indent, o->side, SV_ARG(who));
        if (state.n)
            strbuf_addf(out, "; %s%.*s%s", bad ? cli_red(c) : cli_yellow(c), SV_ARG(state), cli_plain(c));
        strbuf_addf(out, "%s, by %.*s at %.*s%s\n", cli_dim(c), SV_ARG(by), SV_ARG(at), cli_plain(c));
    }
    struct sv on_call = owners_on_call(s->model, e);
    if (on_call.n)
        strbuf_addf(out, "%son call %.*s\n", indent, SV_ARG(on_call));
    if (!n)
        strbuf_addf(out, "%s%snobody%s\n", indent, cli_red(c), cli_plain(c));
}

void owners_write_json(struct json_out *j, struct site *s, const struct entity *e)
{
    uint32_t n;
    struct owner *owners = owners_of(s->model, s->arena, e, s->today, &n);
    json_open(j, '[');
    for (uint32_t i = 0; i < n; i++) {
        const struct owner *o = &owners[i];
        json_open(j, '{');
        json_kstr(j, "side", sv_of(o->side));
        json_kstr(j, "who", o->who->ref);
        json_kstr(j, "name", entity_text(o->who, "profile.displayName"));
        json_kstr(j, "email", entity_text(o->who, "profile.email"));
        json_kstr(j, "state", sv_of(state_name(o->state)));
        if (o->absence)
            json_kstr(j, "until", entity_text(o->absence, "to"));
        if (o->stand_in)
            json_kstr(j, "stand_in", o->stand_in->ref);
        json_key(j, SV("by"));
        json_open(j, '{');
        entity_json_place(j, o->by);
        json_close(j, '}');
        json_close(j, '}');
    }
    json_close(j, ']');
}

static struct sv chain_words(struct arena *a, const struct owner_chain *chain)
{
    struct strbuf out = STRBUF_IN(a);
    for (uint32_t i = 0; i < chain->count; i++)
        strbuf_addf(&out, "%s%.*s", i ? " -> " : "", SV_ARG(ref_short(a, chain->links[i]->ref)));
    return strbuf_sv(&out);
}

static void print_text(const struct cli *c, struct site *s, const struct entity *e)
{
    uint32_t chain_count, own_count;
    AUTO_STRBUF out = STRBUF_HEAP;
    struct owner_chain *chains = owner_chains(s->model, s->arena, e, &chain_count);
    owners_of(s->model, s->arena, e, s->today, &own_count);
    /* A service is its own chain; what an entity says of itself comes first. */
    if (e->kind != KIND_COMPONENT && (own_count || !chain_count)) {
        strbuf_addf(&out, "%s%.*s%s\n", cli_bold(c), SV_ARG(ref_short(s->arena, e->ref)), cli_plain(c));
        owners_print(c, s, &out, e, "  ");
    }
    for (uint32_t i = 0; i < chain_count; i++) {
        struct sv words = chain_words(s->arena, &chains[i]);
        strbuf_addf(&out, "%s%.*s%s\n", cli_bold(c), SV_ARG(words), cli_plain(c));
        owners_print(c, s, &out, chains[i].links[chains[i].count - 1], "  ");
    }
    cli_write(stdout, &out);
}

static void print_json(struct site *s, const struct entity *e)
{
    uint32_t count;
    AUTO_STRBUF out = STRBUF_HEAP;
    struct json_out j = json_to(&out, true);
    struct owner_chain *chains = owner_chains(s->model, s->arena, e, &count);
    json_open(&j, '{');
    entity_json_place(&j, e);
    json_key(&j, SV("owners"));
    owners_write_json(&j, s, e);
    json_key(&j, SV("services"));
    json_open(&j, '[');
    for (uint32_t i = 0; i < count; i++) {
        const struct entity *service = chains[i].links[chains[i].count - 1];
        struct sv on_call = owners_on_call(s->model, service);
        json_open(&j, '{');
        json_kstr(&j, "service", service->ref);
        json_key(&j, SV("by_way_of"));
        json_open(&j, '[');
        for (uint32_t k = 0; k < chains[i].count; k++)
            json_str(&j, chains[i].links[k]->ref);
        json_close(&j, ']');
        json_key(&j, SV("owners"));
        owners_write_json(&j, s, service);
        if (on_call.n)
            json_kstr(&j, "on_call", on_call);
        json_close(&j, '}');
    }
    json_close(&j, ']');
    json_close(&j, '}');
    printf("%s\n", strbuf_cstr(&out));
}

static int owners(struct cli *c)
{
    struct site s;
    struct err err = { "" };
    if (c->arg_count != 1)
        return cli_misuse(c, "name one entity: a host, a cluster, a service ...");
    if (!entity_site_open(c, &s))
        return EXIT_BROKEN;
    const struct entity *e = entity_named(&s, sv_of(c->args[0]), &err);
    if (e && c->json)
        print_json(&s, e);
    else if (e)
        print_text(c, &s, e);
    site_close(&s);
    return e ? EXIT_OK : cli_broken(&err);
}

static const struct cli_option options[] = { SITE_OPTIONS, { NULL, 0, NULL, NULL } };

const struct verb verb_owners = {
    .name = "owners",
    .usage = "REF [--site DIR]",
    .summary = "Name who answers for a host, a service or anything else of the model",
    .help = "The two system owners of a service, who stands in while they are away, and by which entity they own it. A host, a cluster or\n"
            "a deployment leads to its services, and so to their owners. On call is what the annotation potlac/on-call of the service, or\n"
            "of the group that owns it, says.",
    .options = options,
    .run = owners,
};
