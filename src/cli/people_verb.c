/* people_verb: from words of people to proposals. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/people_verb.h"

static const struct people_action *find_action(const struct people_action *actions, const char *name)
{
    for (; actions->name; actions++)
        if (strcmp(actions->name, name) == 0)
            return actions;
    return NULL;
}

static int unknown_action(struct cli *c, const struct people_action *actions)
{
    struct strbuf all = STRBUF_IN(c->arena);
    for (const struct people_action *a = actions; a->name; a++)
        strbuf_addf(&all, "%s%s", all.n ? (a[1].name ? ", " : " or ") : "", a->name);
    if (!c->arg_count)
        return cli_misuse(c, "one of %s is expected", strbuf_cstr(&all));
    return cli_misuse(c, "'%s' is no action: it is %s", c->args[0], strbuf_cstr(&all));
}

static bool look(struct cli *c, const struct people_action *action, struct proposals *p, struct err *err)
{
    struct site s;
    if (!site_open(c, &s))
        return false;
    bool ok = s.model ? action->act(c, &s, p, err) : err_set(err, "'%.*s' has no model/", SV_ARG(s.dir));
    site_close(&s);
    return ok;
}

int people_run(struct cli *c, const struct people_action *actions)
{
    struct proposals all = { 0 };
    struct err err = { "" };
    const struct people_action *action = c->arg_count ? find_action(actions, c->args[0]) : NULL;
    if (!action)
        return unknown_action(c, actions);
    if (c->arg_count - 1 < action->least || c->arg_count - 1 > action->most)
        return cli_misuse(c, "%s takes %s", action->name, action->arguments);
    if (!look(c, action, &all, &err))
        return err.text[0] ? cli_broken(&err) : EXIT_BROKEN;
    if (!all.count)
        return EXIT_OK;
    if (!cli_value(c, "reason") && action->reason)
        cli_override(c, "reason", action->reason);
    return change_run(c, &all);
}

struct sv people_argument(const struct cli *c, unsigned i) { return i + 1 < c->arg_count ? sv_of(c->args[i + 1]) : SV_NONE; }

/* The highest number that a name with the prefix has. */
static int64_t highest(struct site *s, enum model_kind kind, struct sv prefix)
{
    uint32_t n;
    int64_t most = 0, number;
    const struct entity *const *all = model_of_kind(s->model, kind, &n);
    for (uint32_t i = 0; i < n; i++) {
        struct sv name = all[i]->name;
        if (sv_starts(name, prefix) && sv_to_int(sv_slice(name, prefix.n, name.n), &number) && number > most)
            most = number;
    }
    return most;
}

bool people_new_name(struct cli *c, struct site *s, const char *kind, const char *prefix, struct sv *out_ref, struct err *err)
{
    struct sv given = sv_of(cli_value(c, "name"));
    struct sv start = arena_printf(c->arena, "%s-%04d-", prefix, (int)s->today.year);
    int64_t number = highest(s, model_kind_of(sv_of(kind)), start), version = 1;
    if (given.n) {
        *out_ref = arena_printf(c->arena, "%s:%.*s", kind, SV_ARG(given));
        return true;
    }
    while (version) { /* the name of one that was deleted has a history */
        *out_ref = arena_printf(c->arena, "%s:%.*s%04lld", kind, SV_ARG(start), (long long)++number);
        version = 0;
        if (s->early_store && !change_version(s->early_store, model_full_ref(c->arena, *out_ref, kind, SV("default")), &version, err))
            return false;
    }
    return true;
}

const struct entity *people_entity(struct site *s, enum model_kind kind, struct sv written, struct err *err)
{
    const char *name = model_kind_name(kind);
    const struct entity *e = model_find(s->model, model_full_ref(s->arena, written, name, SV("default")));
    uint32_t n;
    if (e && e->kind == kind)
        return e;
    const struct entity *const *all = model_of_kind(s->model, kind, &n);
    struct sv *names = ARENA_ARRAY(s->arena, struct sv, n + 1);
    for (uint32_t i = 0; i < n; i++)
        names[i] = all[i]->name;
    struct sv near = near_names(s->arena, written, names, n);
    err_set(err, "there is no %s '%.*s'%s%.*s%s", name, SV_ARG(written), near.n ? "; did you mean " : "", SV_ARG(near), near.n ? "?" : "");
    return NULL;
}

bool people_set_text(struct cli *c, struct proposal *p, const char *field, struct sv text, struct err *err)
{
    struct data *d = ARENA_NEW(c->arena, struct data);
    *d = (struct data){ .kind = DATA_STRING, .s = arena_dup(c->arena, text) };
    return !text.n || proposal_set(c->arena, p, sv_of(field), d, err);
}

bool people_set_int(struct cli *c, struct proposal *p, const char *field, int64_t value, struct err *err)
{
    struct data *d = ARENA_NEW(c->arena, struct data);
    *d = (struct data){ .kind = DATA_INT, .i = value };
    return proposal_set(c->arena, p, sv_of(field), d, err);
}

bool people_set_list(struct cli *c, struct proposal *p, const char *field, const char *words, struct err *err)
{
    struct data *d = ARENA_NEW(c->arena, struct data);
    struct sv rest = sv_of(words), word;
    if (!words)
        return true;
    *d = (struct data){ .kind = DATA_LIST, .items = ARENA_ARRAY(c->arena, struct data, rest.n + 1) };
    while (rest.p && sv_cut(&rest, ',', &word))
        if (sv_trim(word).n)
            d->items[d->count++] = (struct data){ .kind = DATA_STRING, .s = sv_trim(word) };
    return proposal_set(c->arena, p, sv_of(field), d, err);
}

struct proposal *people_change(struct cli *c, struct site *s, struct proposals *all, const struct entity *e, struct err *err)
{
    struct proposal *p = proposals_add(c->arena, all, e->ref, NULL, err);
    if (!p)
        return NULL;
    p->has_expect = s->early_store != NULL;
    return !s->early_store || change_version(s->early_store, e->ref, &p->expect, err) ? p : NULL;
}
