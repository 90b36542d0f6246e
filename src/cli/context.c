/* context: why things are as they are, told to those whom it concerns, until it is out of date. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"
#include "cli/actor.h"
#include "cli/people_verb.h"

static bool add(struct cli *c, struct site *s, struct proposals *all, struct err *err)
{
    struct sv ref, about = people_argument(c, 0);
    const struct entity *author = actor_get(c, s->model, err);
    if (!author || !people_new_name(c, s, "context", "c", &ref, err))
        return false;
    if (!model_find(s->model, model_full_ref(c->arena, about, "product", SV("default"))))
        return err_set(err, "the model has no '%.*s'; context is about a product, or KIND:NAME", SV_ARG(about));
    struct proposal *p = proposals_make(c->arena, all, ref, NULL, sv_of(cli_value(c, "title")), err);
    return p && people_set_text(c, p, "about", about, err) && people_set_text(c, p, "author", ref_short(c->arena, author->ref), err) &&
           people_set_list(c, p, "audience", cli_value(c, "audience"), err) &&
           people_set_text(c, p, "validUntil", sv_of(cli_value(c, "until")), err) &&
           people_set_text(c, p, "text", people_argument(c, 1), err);
}

static bool is_expired(const struct entity *e, struct date today)
{
    struct date until;
    return date_parse(entity_text(e, "validUntil"), &until) && date_to_days(until) < date_to_days(today);
}

/* "potlac:search, user:eva"; empty: everybody. */
static struct sv audience_of(struct cli *c, const struct entity *e)
{
    const struct data *list = entity_field(e, "audience");
    struct strbuf out = STRBUF_IN(c->arena);
    for (uint32_t i = 0; list && list->kind == DATA_LIST && i < list->count; i++)
        strbuf_addf(&out, "%s%.*s", i ? ", " : "", SV_ARG(data_text(&list->items[i])));
    return list && list->kind == DATA_STRING ? list->s : strbuf_sv(&out);
}

static void print_context(struct cli *c, struct strbuf *out, const struct entity *e, bool expired)
{
    struct sv until = entity_text(e, "validUntil"), audience = audience_of(c, e), by = ref_short(c->arena, entity_text(e, "author"));
    strbuf_addf(out, "%s%.*s%s  about %.*s, by %.*s, for %.*s", cli_bold(c), SV_ARG(e->name), cli_plain(c), SV_ARG(entity_text(e, "about")),
                SV_ARG(by), SV_ARG(audience.n ? audience : SV("everybody")));
    if (until.n)
        strbuf_addf(out, ", %s %.*s", expired ? "out of date since" : "until", SV_ARG(until));
    strbuf_addf(out, "\n  %.*s\n", SV_ARG(sv_trim(entity_text(e, "text"))));
}

static void json_context(struct json_out *j, const struct entity *e, bool expired)
{
    static const char *const fields[] = { "about", "author", "text", "audience", "validUntil" };
    json_open(j, '{');
    json_kstr(j, "ref", e->ref);
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        const struct data *d = entity_field(e, fields[i]);
        if (!d)
            continue;
        json_key(j, sv_of(fields[i]));
        json_data(j, d);
    }
    json_kbool(j, "expired", expired);
    json_close(j, '}');
}

static bool list(struct cli *c, struct site *s, struct proposals *all, struct err *err)
{
    AUTO_STRBUF out = STRBUF_HEAP;
    struct json_out j = json_to(&out, true);
    uint32_t n;
    (void)all;
    (void)err;
    const struct entity *const *contexts = model_of_kind(s->model, KIND_CONTEXT, &n);
    if (c->json)
        json_open(&j, '[');
    for (uint32_t i = 0; i < n; i++) {
        bool expired = is_expired(contexts[i], s->today);
        if (expired && !cli_flag(c, "all"))
            continue;
        if (c->json)
            json_context(&j, contexts[i], expired);
        else
            print_context(c, &out, contexts[i], expired);
    }
    if (c->json) {
        json_close(&j, ']');
        strbuf_addc(&out, '\n');
    } else if (!out.n) {
        strbuf_adds(&out, "There is no context that holds.\n");
    }
    cli_write(stdout, &out);
    return true;
}

/* The last day it held is yesterday. */
static bool expire(struct cli *c, struct site *s, struct proposals *all, struct err *err)
{
    struct strbuf day = STRBUF_IN(c->arena);
    date_print(&day, date_from_days(date_to_days(s->today) - 1));
    for (unsigned i = 0; i + 1 < c->arg_count; i++) {
        const struct entity *e = people_entity(s, KIND_CONTEXT, people_argument(c, i), err);
        if (!e)
            return false;
        if (is_expired(e, s->today)) {
            printf("%.*s is out of date already, since %.*s\n", SV_ARG(e->name), SV_ARG(entity_text(e, "validUntil")));
            continue;
        }
        struct proposal *p = people_change(c, s, all, e, err);
        if (!p || !people_set_text(c, p, "validUntil", strbuf_sv(&day), err))
            return false;
    }
    return true;
}

static const struct people_action actions[] = {
    { "add", "ABOUT TEXT", 2, 2, "told", add },
    { "list", "no argument", 0, 0, NULL, list },
    { "expire", "one CONTEXT or more", 1, 1000, "out of date", expire },
    { NULL, NULL, 0, 0, NULL, NULL },
};

static int context(struct cli *c) { return people_run(c, actions); }

static const struct cli_option options[] = {
    SITE_OPTIONS,
    CHANGE_OPTIONS,
    { "audience", 0, "REF,...", "whom it concerns: potlac:NAME, group:NAME, user:NAME [everybody]" },
    { "until", 0, "DATE", "the last day it holds [until it is expired]" },
    { "title", 0, "TEXT", "what people call it [its name]" },
    { "name", 0, "NAME", "its name [c-YEAR-NUMBER]" },
    { "all", 0, NULL, "list what is out of date too" },
    { NULL, 0, NULL, NULL },
};

const struct verb verb_context = {
    .name = "context",
    .usage = "add ABOUT TEXT | list | expire CONTEXT...",
    .summary = "Tell why things are as they are, to whom it concerns",
    .help = "ABOUT is a product, or KIND:NAME of anything in the model. Agendas show it to its audience while it holds, and to its author "
            "when\n"
            "it is out of date.",
    .options = options,
    .run = context,
};
