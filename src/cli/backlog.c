/* backlog: what dev and ops want to automate, ranked by ops, one of each working on it side by side. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "base/json.h"
#include "cli/actor.h"
#include "cli/people_verb.h"
#include "cli/ranking.h"

static const struct entity *service_named(struct site *s, struct sv written, struct err *err)
{
    return people_entity(s, KIND_COMPONENT, written, err);
}

static bool assign_people(struct cli *c, struct site *s, struct proposal *p, const struct entity *item, struct err *err)
{
    static const char *const sides[] = { "dev", "ops" };
    const struct entity *who[2] = { NULL, NULL };
    for (int i = 0; i < 2; i++) {
        const char *given = cli_value(c, sides[i]);
        struct sv before = item ? entity_text(item, sides[i]) : SV_NONE;
        if (given && !(who[i] = actor_named(s->model, c->arena, sv_of(given), err)))
            return false;
        if (given && !people_set_text(c, p, sides[i], ref_short(c->arena, who[i]->ref), err))
            return false;
        if (!given && before.n)
            who[i] = actor_find(s->model, c->arena, model_full_ref(c->arena, before, "user", item->ns));
    }
    return !who[0] || who[0] != who[1] || err_set(err, "%.*s cannot be both: one of dev and one of ops work on it", SV_ARG(who[0]->name));
}

static bool add(struct cli *c, struct site *s, struct proposals *all, struct err *err)
{
    struct sv ref;
    const struct entity *service = service_named(s, people_argument(c, 0), err);
    if (!service || !people_new_name(c, s, "backlogitem", "b", &ref, err))
        return false;
    struct proposal *p = proposals_make(c->arena, all, ref, NULL, SV_NONE, err);
    return p && people_set_text(c, p, "service", ref_short(c->arena, service->ref), err) &&
           people_set_text(c, p, "title", people_argument(c, 1), err) &&
           people_set_int(c, p, "opsRank", ranking_last(s->model, c->arena, service->ref, NULL) + 1, err) &&
           people_set_text(c, p, "state", SV("todo"), err) && assign_people(c, s, p, NULL, err);
}

/* --- listing --- */

static int by_service_and_rank(const void *x, const void *y)
{
    const struct entity *a = *(const struct entity *const *)x, *b = *(const struct entity *const *)y;
    int by_service = sv_cmp(entity_text(a, "service"), entity_text(b, "service"));
    int64_t r = entity_int(a, "opsRank", INT64_MAX), t = entity_int(b, "opsRank", INT64_MAX);
    return by_service ? by_service : r != t ? (r < t ? -1 : 1) : sv_cmp(a->ref, b->ref);
}

static void print_item(struct cli *c, struct strbuf *out, const struct entity *e)
{
    struct sv title = entity_text(e, "title"), service = ref_short(c->arena, ranking_service(c->arena, e));
    struct sv dev = entity_text(e, "dev"), ops = entity_text(e, "ops");
    strbuf_addf(out, "%.*s  %lld  %s%.*s%s  %.*s: %.*s (dev %.*s, ops %.*s)\n", SV_ARG(service), (long long)entity_int(e, "opsRank", 0),
                cli_bold(c), SV_ARG(e->name), cli_plain(c), SV_ARG(entity_text(e, "state")), SV_ARG(title.n ? title : e->title),
                SV_ARG(dev.n ? dev : SV("nobody")), SV_ARG(ops.n ? ops : SV("nobody")));
}

static void json_item(struct json_out *j, const struct entity *e)
{
    json_open(j, '{');
    json_kstr(j, "ref", e->ref);
    json_key(j, SV("spec"));
    json_data(j, e->spec);
    json_close(j, '}');
}

static bool list(struct cli *c, struct site *s, struct proposals *all, struct err *err)
{
    AUTO_STRBUF out = STRBUF_HEAP;
    struct json_out j = json_to(&out, true);
    struct sv wanted = people_argument(c, 0);
    const struct entity *service = wanted.n ? service_named(s, wanted, err) : NULL;
    uint32_t n, kept = 0;
    (void)all;
    if (wanted.n && !service)
        return false;
    const struct entity *const *items = model_of_kind(s->model, KIND_BACKLOG_ITEM, &n);
    const struct entity **shown = ARENA_ARRAY(c->arena, const struct entity *, n + 1);
    for (uint32_t i = 0; i < n; i++)
        if ((ranking_is_open(items[i]) || cli_flag(c, "all")) && (!service || sv_eq(ranking_service(c->arena, items[i]), service->ref)))
            shown[kept++] = items[i];
    qsort(shown, kept, sizeof *shown, by_service_and_rank);
    if (c->json)
        json_open(&j, '[');
    for (uint32_t i = 0; i < kept; i++) {
        if (c->json)
            json_item(&j, shown[i]);
        else
            print_item(c, &out, shown[i]);
    }
    if (c->json) {
        json_close(&j, ']');
        strbuf_addc(&out, '\n');
    } else if (!out.n) {
        strbuf_adds(&out, "The backlog is empty.\n");
    }
    cli_write(stdout, &out);
    return true;
}

/* --- ranks --- */

static bool set_rank(struct cli *c, struct site *s, struct proposals *all, const struct entity *item, int64_t rank, struct err *err)
{
    struct proposal *p = people_change(c, s, all, item, err);
    return p && people_set_int(c, p, "opsRank", rank, err);
}

/* An item of the same service that has the rank. */
static const struct entity *at_rank(struct site *s, const struct entity *item, int64_t rank)
{
    uint32_t n;
    const struct entity *const *items = model_of_kind(s->model, KIND_BACKLOG_ITEM, &n);
    struct sv service = ranking_service(s->arena, item);
    for (uint32_t i = 0; i < n; i++)
        if (items[i] != item && ranking_is_open(items[i]) && entity_int(items[i], "opsRank", 0) == rank &&
            sv_eq(ranking_service(s->arena, items[i]), service))
            return items[i];
    return NULL;
}

/* Who has the rank makes room, and so on until there is some: all in one transaction. */
static bool rank(struct cli *c, struct site *s, struct proposals *all, struct err *err)
{
    int64_t wanted;
    const struct entity *item = people_entity(s, KIND_BACKLOG_ITEM, people_argument(c, 0), err);
    if (!item)
        return false;
    if (!sv_to_int(people_argument(c, 1), &wanted) || wanted < 1)
        return err_set(err, "'%.*s' is no rank: 1 is the first", SV_ARG(people_argument(c, 1)));
    if (!set_rank(c, s, all, item, wanted, err))
        return false;
    for (const struct entity *other = at_rank(s, item, wanted); other;) {
        const struct entity *next = at_rank(s, item, ++wanted);
        if (!set_rank(c, s, all, other, wanted, err))
            return false;
        other = next;
    }
    return true;
}

/* --- who works on it, and how far they are --- */

static bool assign(struct cli *c, struct site *s, struct proposals *all, struct err *err)
{
    const struct entity *item = people_entity(s, KIND_BACKLOG_ITEM, people_argument(c, 0), err);
    if (!item)
        return false;
    if (!cli_value(c, "dev") && !cli_value(c, "ops"))
        return err_set(err, "say who: --dev USER, --ops USER");
    struct proposal *p = people_change(c, s, all, item, err);
    return p && assign_people(c, s, p, item, err);
}

static bool state(struct cli *c, struct site *s, struct proposals *all, struct err *err)
{
    const struct entity *item = people_entity(s, KIND_BACKLOG_ITEM, people_argument(c, 0), err);
    struct proposal *p = item ? people_change(c, s, all, item, err) : NULL;
    return p && people_set_text(c, p, "state", people_argument(c, 1), err);
}

static const struct people_action actions[] = {
    { "add", "SERVICE TITLE", 2, 2, "wished for", add },
    { "list", "a SERVICE at most", 0, 1, NULL, list },
    { "rank", "ITEM RANK", 2, 2, "ranked", rank },
    { "assign", "ITEM", 1, 1, "assigned", assign },
    { "state", "ITEM todo|doing|done|dropped", 2, 2, "as it is", state },
    { NULL, NULL, 0, 0, NULL, NULL },
};

static int backlog(struct cli *c) { return people_run(c, actions); }

static const struct cli_option options[] = {
    SITE_OPTIONS,
    CHANGE_OPTIONS,
    { "dev", 0, "USER", "who of dev works on it" },
    { "ops", 0, "USER", "who of ops works on it" },
    { "name", 0, "NAME", "its name [b-YEAR-NUMBER]" },
    { "all", 0, NULL, "list done and dropped ones too" },
    { NULL, 0, NULL, NULL },
};

const struct verb verb_backlog = {
    .name = "backlog",
    .usage = "add SERVICE TITLE | list [SERVICE] | rank ITEM RANK | assign ITEM | state ITEM STATE",
    .summary = "What dev and ops automate next, as ops ranks it",
    .help =
        "A new item comes last. It is ranked by those who hold the role ops or are the service's ops owner, and by nobody else; the item\n"
        "that has the rank moves behind it. One of dev and one of ops work on an item. What a file declares is changed there.",
    .options = options,
    .run = backlog,
};
