/* agenda: what the next meeting of a Potlac's leaders or of a service's owners is about. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/site.h"

static const struct entity *find_entity(struct site *s, const char *name, struct err *err)
{
    static const char *const kinds[] = { "potlac", "systemownership" };
    struct sv given = sv_of(name);
    bool has_kind = sv_find_char(given, ':', 0) != SIZE_MAX;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const struct entity *e = model_find(s->model, model_full_ref(s->arena, given, kinds[i], SV("default")));
        if (e && (e->kind == KIND_POTLAC || e->kind == KIND_SYSTEM_OWNERSHIP))
            return e;
        if (has_kind)
            break;
    }
    uint32_t n, m;
    const struct entity *const *potlacs = model_of_kind(s->model, KIND_POTLAC, &n);
    const struct entity *const *ownerships = model_of_kind(s->model, KIND_SYSTEM_OWNERSHIP, &m);
    struct sv *names = ARENA_ARRAY(s->arena, struct sv, n + m + 1);
    for (uint32_t i = 0; i < n + m; i++)
        names[i] = ref_short(s->arena, (i < n ? potlacs[i] : ownerships[i - n])->ref);
    struct sv wanted = has_kind ? given : arena_printf(s->arena, "potlac:%s", name);
    struct sv near = near_names(s->arena, wanted, names, n + m);
    err_set(err, "no Potlac or ownership is named '%s'%s%.*s%s", name, near.n ? "; did you mean " : "", SV_ARG(near), near.n ? "?" : "");
    return NULL;
}

static int print_agenda(struct cli *c, struct site *s)
{
    struct err err = { "" };
    const struct entity *e = s->model ? find_entity(s, c->args[0], &err) : NULL;
    if (!s->model)
        err_set(&err, "this site has no model/");
    if (!e || !site_open_store(s, &err))
        return cli_broken(&err);
    struct agenda *g = (e->kind == KIND_POTLAC ? agenda_potlac : agenda_checkup)(s->model, s->store, s->arena, e, s->now, &err);
    if (!g)
        return cli_broken(&err);
    AUTO_STRBUF out = STRBUF_HEAP;
    if (c->json)
        agenda_write_json(&out, g);
    else if (cli_flag(c, "html"))
        agenda_print_html(&out, g);
    else if (cli_flag(c, "markdown"))
        agenda_print_markdown(&out, g);
    else
        agenda_print(&out, g);
    cli_write(stdout, &out);
    return EXIT_OK;
}

static int agenda(struct cli *c)
{
    struct site s;
    if (c->arg_count != 1)
        return cli_misuse(c, "name one Potlac or ownership");
    if (!site_open(c, &s))
        return EXIT_BROKEN;
    int status = print_agenda(c, &s);
    site_close(&s);
    return status;
}

static const struct cli_option options[] = {
    SITE_OPTIONS,
    { "markdown", 0, NULL, "for a wiki or a chat" },
    { "html", 0, NULL, "a page" },
    { NULL, 0, NULL, NULL },
};

const struct verb verb_agenda = {
    .name = "agenda",
    .usage = "POTLAC|OWNERSHIP [--markdown|--html]",
    .summary = "Show what the next sync or checkup is about",
    .help = "Compiled from the history since the same people last met: deploys, drift, changes around a service, open topics,\n"
            "coming products, and who has brought no topic yet. Names are refs: potlac:search, systemownership:search-index.",
    .options = options,
    .run = agenda,
};
