/* orphans: what nobody answers for, and what stands alone. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/entity_ref.h"
#include "cli/owners.h"
#include "cli/show.h"

/* One finding: what is wrong, with which entity, and where it is said. */
struct orphan {
    const char *problem;
    const struct entity *entity, *said_by;
    struct sv text;
};

struct search {
    struct site *s;
    struct arena *arena;
    struct orphan *found;
    uint32_t count;
    size_t cap;
};

static void add(struct search *f, const char *problem, const struct entity *e, const struct entity *said_by, struct sv text)
{
    struct orphan o = { problem, e, said_by, text };
    ARENA_PUSH(f->arena, f->found, f->count, f->cap, o);
}

static struct sv day_words(struct arena *a, const struct owner *o)
{
    return arena_printf(a, "is away until %.*s and nobody stands in", SV_ARG(entity_text(o->absence, "to")));
}

static void look_at_side(struct search *f, const struct entity *service, const struct owner *owners, uint32_t n, const char *side)
{
    bool named = false;
    for (uint32_t i = 0; i < n; i++) {
        const struct owner *o = &owners[i];
        if (strcmp(o->side, side) != 0)
            continue;
        named = true;
        if (o->state == OWNER_LEFT || o->state == OWNER_AWAY)
            add(f, "service-without-owner", service, o->by,
                arena_printf(f->arena, "its %s owner %.*s %.*s", side, SV_ARG(o->who->name),
                             SV_ARG(o->state == OWNER_LEFT ? SV("has left") : day_words(f->arena, o))));
    }
    if (!named)
        add(f, "service-without-owner", service, service, arena_printf(f->arena, "no SystemOwnership names a %s owner", side));
}

static void look_at_services(struct search *f)
{
    uint32_t n, count;
    const struct entity *const *all = model_of_kind(f->s->model, KIND_COMPONENT, &n);
    for (uint32_t i = 0; i < n; i++) {
        if (!sv_is(entity_text(all[i], "type"), "service"))
            continue;
        struct owner *owners = owners_of(f->s->model, f->arena, all[i], f->s->today, &count);
        look_at_side(f, all[i], owners, count, "dev");
        look_at_side(f, all[i], owners, count, "ops");
    }
}

static bool is_gone(const struct entity *host) { return sv_is(entity_text(host, "status"), "retired"); }

static void look_at_hosts(struct search *f)
{
    uint32_t n;
    const struct entity *const *all = model_of_kind(f->s->model, KIND_HOST, &n);
    for (uint32_t i = 0; i < n; i++)
        if (!is_gone(all[i]) && !model_one(f->s->model, all[i], REL_HOSTS))
            add(f, "host-without-cluster", all[i], all[i], SV("it is in no cluster"));
}

static void look_at_clusters(struct search *f)
{
    uint32_t n, count;
    const struct entity *const *all = model_of_kind(f->s->model, KIND_CLUSTER, &n);
    for (uint32_t i = 0; i < n; i++) {
        const struct entity **hosts = model_related(f->s->model, f->arena, all[i], REL_RUNS_ON, &count);
        uint32_t there = 0;
        for (uint32_t k = 0; k < count; k++)
            there += !is_gone(hosts[k]);
        if (!there)
            add(f, "cluster-without-hosts", all[i], all[i], count ? SV("all of its hosts are retired") : SV("no host is in it"));
    }
}

/* Members, groups below it, and roles that are held today make a group. */
static void look_at_groups(struct search *f)
{
    uint32_t n, count;
    const struct entity *const *all = model_of_kind(f->s->model, KIND_GROUP, &n);
    for (uint32_t i = 0; i < n; i++) {
        const struct edge_to *edges = model_edges(f->s->model, all[i], &count);
        bool alive = false;
        for (uint32_t k = 0; k < count && !alive; k++) {
            bool person =
                edges[k].relation == REL_HAS_MEMBER || (edges[k].relation == REL_ROLE_HELD_BY && entity_on(edges[k].via, f->s->today));
            alive = edges[k].relation == REL_PARENT_OF || (person && owner_living(f->s->model, edges[k].to, f->s->today));
        }
        if (!alive)
            add(f, "group-without-members", all[i], all[i], SV("it has no members and no groups below it"));
    }
}

/* What is still said of people who left. Services without an owner are told above. */
static void look_at_people(struct search *f)
{
    static const struct {
        enum relation relation;
        const char *words;
    } holds[] = { { REL_OWNER_OF, "owns" },
                  { REL_LEADS, "leads" },
                  { REL_HOLDS_ROLE, "holds a role in" },
                  { REL_DEV_OWNER_OF, "is dev owner of" },
                  { REL_OPS_OWNER_OF, "is ops owner of" } };
    uint32_t n, count = 0;
    const struct entity *const *all = model_of_kind(f->s->model, KIND_USER, &n);
    for (uint32_t i = 0; i < n; i++) {
        const struct edge_to *edges = owner_living(f->s->model, all[i], f->s->today) ? NULL : model_edges(f->s->model, all[i], &count);
        for (uint32_t k = 0; edges && k < count; k++)
            for (size_t h = 0; h < sizeof holds / sizeof *holds; h++) {
                bool over = edges[k].relation == REL_HOLDS_ROLE && !entity_on(edges[k].via, f->s->today);
                if (edges[k].relation == holds[h].relation && !over)
                    add(f, "owner-who-left", all[i], edges[k].via,
                        arena_printf(f->arena, "has left and %s %.*s", holds[h].words, SV_ARG(ref_short(f->arena, edges[k].to->ref))));
            }
    }
}

static const struct {
    const char *problem, *title;
    void (*look)(struct search *f);
} searches[] = {
    { "service-without-owner", "Services without a living dev or ops owner", look_at_services },
    { "host-without-cluster", "Hosts in no cluster", look_at_hosts },
    { "cluster-without-hosts", "Clusters without hosts", look_at_clusters },
    { "group-without-members", "Groups without members", look_at_groups },
    { "owner-who-left", "People who left and still own", look_at_people },
};

static void print_text(const struct cli *c, const struct search *f)
{
    AUTO_STRBUF out = STRBUF_HEAP;
    const char *problem = "";
    for (uint32_t i = 0; i < f->count; i++) {
        const struct orphan *o = &f->found[i];
        for (size_t k = 0; k < sizeof searches / sizeof *searches && strcmp(problem, o->problem) != 0; k++)
            if (strcmp(searches[k].problem, o->problem) == 0)
                strbuf_addf(&out, "%s%s%s\n", cli_bold(c), searches[k].title, cli_plain(c));
        problem = o->problem;
        struct sv ref = ref_short(f->arena, o->entity->ref), at = entity_place(f->s, f->arena, o->said_by);
        strbuf_addf(&out, "  %.*s: %.*s %s(%.*s)%s\n", SV_ARG(ref), SV_ARG(o->text), cli_dim(c), SV_ARG(at), cli_plain(c));
    }
    if (!f->count)
        strbuf_adds(&out, "Nothing is orphaned: services have living owners, hosts a cluster, clusters hosts, groups members.\n");
    cli_write(stdout, &out);
}

static void print_json(const struct search *f)
{
    AUTO_STRBUF out = STRBUF_HEAP;
    struct json_out j = json_to(&out, true);
    json_open(&j, '[');
    for (uint32_t i = 0; i < f->count; i++) {
        const struct orphan *o = &f->found[i];
        json_open(&j, '{');
        json_kstr(&j, "problem", sv_of(o->problem));
        json_kstr(&j, "ref", o->entity->ref);
        json_kstr(&j, "text", o->text);
        json_key(&j, SV("by"));
        json_open(&j, '{');
        entity_json_place(&j, o->said_by);
        json_close(&j, '}');
        json_close(&j, '}');
    }
    json_close(&j, ']');
    printf("%s\n", strbuf_cstr(&out));
}

static int orphans(struct cli *c)
{
    struct site s;
    if (c->arg_count)
        return cli_misuse(c, "no argument is expected: the whole model is searched");
    if (!entity_site_open(c, &s))
        return EXIT_BROKEN;
    struct search f = { .s = &s, .arena = c->arena };
    for (size_t i = 0; i < sizeof searches / sizeof *searches; i++)
        searches[i].look(&f);
    if (c->json)
        print_json(&f);
    else
        print_text(c, &f);
    site_close(&s);
    return f.count && cli_flag(c, "detailed-exitcodes") ? EXIT_CHANGES : EXIT_OK;
}

static const struct cli_option options[] = {
    SITE_OPTIONS,
    { "detailed-exitcodes", 0, NULL, "exit with 2 where something is orphaned" },
    { NULL, 0, NULL, NULL },
};

const struct verb verb_orphans = {
    .name = "orphans",
    .usage = "[--site DIR] [--detailed-exitcodes]",
    .summary = "List what nobody answers for: services, hosts, clusters, groups, people who left",
    .options = options,
    .run = orphans,
};
