/* topic: what people bring to their meetings: raised, carried to the next one, closed, dropped. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"
#include "cli/actor.h"
#include "cli/people_verb.h"
#include "people/topics.h"

static bool add(struct cli *c, struct site *s, struct proposals *all, struct err *err)
{
    const char *by = cli_value(c, "by");
    struct sv ritual = people_argument(c, 0), ref, who = sv_of(by), name;
    const struct entity *user = NULL;
    if (sv_starts(ritual, SV("ritual:")))
        ritual = sv_slice(ritual, 7, ritual.n);
    if (!model_ritual(s->model, ritual, SV("default"), &name))
        return err_set(err, "there is no ritual '%.*s'; it is NAME.sync of a Potlac or NAME.checkup of an ownership", SV_ARG(ritual));
    if (!sv_starts(who, SV("bot:"))) {
        user = by ? actor_named(s->model, c->arena, who, err) : actor_get(c, s->model, err);
        if (!user)
            return false;
        who = ref_short(c->arena, user->ref);
    }
    if (!people_new_name(c, s, "topic", "t", &ref, err))
        return false;
    struct proposal *p = proposals_make(c->arena, all, ref, NULL, SV_NONE, err);
    return p && people_set_text(c, p, "for", arena_printf(c->arena, "ritual:%.*s", SV_ARG(ritual)), err) &&
           people_set_text(c, p, "raisedBy", who, err) && people_set_text(c, p, "title", people_argument(c, 1), err) &&
           people_set_text(c, p, "text", sv_of(cli_value(c, "text")), err) &&
           people_set_text(c, p, "due", sv_of(cli_value(c, "due")), err) && people_set_list(c, p, "about", cli_value(c, "about"), err);
}

/* --- listing --- */

static void print_topic(struct cli *c, struct strbuf *out, const struct topic_state *t)
{
    struct sv due = entity_text(t->entity, "due"), by = ref_short(c->arena, entity_text(t->entity, "raisedBy"));
    struct sv ritual = entity_text(t->entity, "for");
    strbuf_addf(out, "%s%.*s%s  %s  %.*s  %.*s: %.*s", cli_bold(c), SV_ARG(t->entity->name), cli_plain(c), topic_word(t), SV_ARG(ritual),
                SV_ARG(by), SV_ARG(entity_text(t->entity, "title")));
    if (due.n && topic_is_open(t))
        strbuf_addf(out, " (%s %.*s)", t->overdue ? "overdue since" : "due", SV_ARG(due));
    if (t->carried)
        strbuf_addf(out, t->carried == 1 ? " (carried once)" : " (carried %u times)", t->carried);
    strbuf_addc(out, '\n');
}

static void json_topic(struct cli *c, struct json_out *j, const struct topic_state *t)
{
    struct sv due = entity_text(t->entity, "due");
    (void)c;
    json_open(j, '{');
    json_kstr(j, "ref", t->entity->ref);
    json_kstr(j, "for", entity_text(t->entity, "for"));
    json_kstr(j, "raisedBy", entity_text(t->entity, "raisedBy"));
    json_kstr(j, "title", entity_text(t->entity, "title"));
    json_kstr(j, "state", sv_of(topic_word(t)));
    if (due.n)
        json_kstr(j, "due", due);
    json_kbool(j, "overdue", t->overdue);
    json_kint(j, "carried", t->carried);
    json_close(j, '}');
}

static bool list(struct cli *c, struct site *s, struct proposals *all, struct err *err)
{
    struct sv wanted = people_argument(c, 0), ritual, of;
    const struct entity *subject = wanted.n ? model_ritual(s->model, wanted, SV("default"), &ritual) : NULL;
    AUTO_STRBUF out = STRBUF_HEAP;
    struct json_out j = json_to(&out, true);
    uint32_t n;
    (void)all;
    if (wanted.n && !subject)
        return err_set(err, "there is no ritual '%.*s'; it is NAME.sync of a Potlac or NAME.checkup of an ownership", SV_ARG(wanted));
    struct topic_state *topics = topics_read(s->model, s->early_store, c->arena, s->today, &n, err);
    if (!topics)
        return false;
    if (c->json)
        json_open(&j, '[');
    for (uint32_t i = 0; i < n; i++) {
        const struct entity *at = model_ritual(s->model, entity_text(topics[i].entity, "for"), topics[i].entity->ns, &of);
        if ((!topic_is_open(&topics[i]) && !cli_flag(c, "all")) || (subject && (at != subject || !sv_eq(of, ritual))))
            continue;
        if (c->json)
            json_topic(c, &j, &topics[i]);
        else
            print_topic(c, &out, &topics[i]);
    }
    if (c->json) {
        json_close(&j, ']');
        strbuf_addc(&out, '\n');
    } else if (!out.n) {
        strbuf_adds(&out, "No topic is open.\n");
    }
    cli_write(stdout, &out);
    return true;
}

/* --- what becomes of them --- */

static bool set_state(struct cli *c, struct site *s, struct proposals *all, const char *state, struct err *err)
{
    for (unsigned i = 0; i + 1 < c->arg_count; i++) {
        const struct entity *t = people_entity(s, KIND_TOPIC, people_argument(c, i), err);
        struct proposal *p = t ? people_change(c, s, all, t, err) : NULL;
        if (!p || !people_set_text(c, p, "state", sv_of(state), err))
            return false;
    }
    return true;
}

static bool do_close(struct cli *c, struct site *s, struct proposals *all, struct err *err) { return set_state(c, s, all, "closed", err); }
static bool drop(struct cli *c, struct site *s, struct proposals *all, struct err *err) { return set_state(c, s, all, "dropped", err); }

/* What was carried before changes no field when it is carried again: that is an event alone. */
static bool carry(struct cli *c, struct site *s, struct proposals *all, struct err *err)
{
    const char *reason = cli_value(c, "reason");
    for (unsigned i = 0; i + 1 < c->arg_count; i++) {
        const struct entity *t = people_entity(s, KIND_TOPIC, people_argument(c, i), err);
        if (!t)
            return false;
        if (!sv_is(entity_text(t, "state"), "carried")) {
            struct proposal *p = people_change(c, s, all, t, err);
            if (!p || !people_set_text(c, p, "state", SV("carried"), err))
                return false;
            continue;
        }
        if (cli_flag(c, "noop"))
            continue;
        if (!site_open_store(s, err) ||
            !topic_carry(s->store, c->arena, t, change_author(c), s->now, sv_of(reason ? reason : "again"), err))
            return false;
        printf("%.*s carried again\n", SV_ARG(t->name));
    }
    return true;
}

static const struct people_action actions[] = {
    { "add", "RITUAL TITLE", 2, 2, "raised", add },
    { "list", "a RITUAL at most", 0, 1, NULL, list },
    { "carry", "one TOPIC or more", 1, 1000, "to the next meeting", carry },
    { "close", "one TOPIC or more", 1, 1000, "talked about", do_close },
    { "drop", "one TOPIC or more", 1, 1000, "not worth a meeting any more", drop },
    { NULL, NULL, 0, 0, NULL, NULL },
};

static int topic(struct cli *c) { return people_run(c, actions); }

static const struct cli_option options[] = {
    SITE_OPTIONS,
    CHANGE_OPTIONS,
    { "by", 0, "USER", "who raises it, or bot:NAME [the author]" },
    { "text", 0, "TEXT", "more than the title" },
    { "due", 0, "DATE", "when it has to be talked about" },
    { "about", 0, "REF,...", "what it is about" },
    { "name", 0, "NAME", "its name [t-YEAR-NUMBER]" },
    { "all", 0, NULL, "list closed and dropped ones too" },
    { NULL, 0, NULL, NULL },
};

const struct verb verb_topic = {
    .name = "topic",
    .usage = "add RITUAL TITLE | list [RITUAL] | carry TOPIC... | close TOPIC... | drop TOPIC...",
    .summary = "Bring topics to a meeting, and say what became of them",
    .help =
        "RITUAL is search.sync (of a Potlac) or search-index.checkup (of an ownership). A topic comes back in every agenda until it is\n"
        "closed or dropped. Those that a file of the model declares have their state there, unless it leaves 'state' out.",
    .options = options,
    .run = topic,
};
