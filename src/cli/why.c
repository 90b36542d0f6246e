/* why: where each value of a resource came from: the line, the data level and key, the default that gave it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"
#include "cli/show.h"
#include "cli/site.h"
#include "people/plan.h"

static const char *const kinds[] = {
    [ORIGIN_CODE] = "code",
    [ORIGIN_DEFAULT_STATEMENT] = "resource default",
    [ORIGIN_PARAM_DEFAULT] = "parameter default",
    [ORIGIN_DATA] = "data",
    [ORIGIN_COLLECTOR] = "collector",
    [ORIGIN_OVERRIDE] = "override",
    [ORIGIN_METAPARAM] = "container",
    [ORIGIN_TITLE] = "title",
};

/* "data/common.yaml, key motd::banner", "manifests/init.pp:12"; empty where nothing is known. */
static struct sv place(struct arena *a, const struct origin *o)
{
    unsigned line, column;
    if (o->kind == ORIGIN_DATA)
        return arena_printf(a, "%.*s, key %.*s", SV_ARG(o->level), SV_ARG(o->key));
    if (!o->span.src)
        return SV("");
    span_position(o->span, &line, &column);
    return arena_printf(a, "%.*s:%u", SV_ARG(o->span.src->path), line);
}

static struct sv shown_value(struct arena *a, const struct resource_param *p)
{
    enum { LONGEST = 60 };
    struct strbuf text = STRBUF_IN(a);
    if (p->sensitive)
        return SV("[redacted]");
    value_inspect(&text, p->value);
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] == '\n')
            text.p[i] = ' ';
    struct sv all = strbuf_sv(&text);
    return all.n > LONGEST ? arena_printf(a, "%.*s...", LONGEST, all.p) : all;
}

static void print_text(struct cli *c, const struct resource *r)
{
    printf("%s%.*s[%.*s]%s", cli_bold(c), SV_ARG(r->type), SV_ARG(r->title), cli_plain(c));
    if (r->file.n)
        printf(" declared at %.*s:%u", SV_ARG(r->file), r->line);
    struct sv path = show_path(c->arena, r);
    printf("\n  in %.*s\n", SV_ARG(path));
    for (uint32_t i = 0; i < r->param_count; i++) {
        const struct resource_param *p = &r->params[i];
        struct sv value = shown_value(c->arena, p), from = place(c->arena, &p->origin);
        printf("  %-14.*s %.*s\n  %-14s %s%s%s%.*s%s\n", SV_ARG(p->name->text), SV_ARG(value), "", cli_dim(c), kinds[p->origin.kind],
               from.n ? ": " : "", SV_ARG(from), cli_plain(c));
    }
}

static void print_json(struct cli *c, const struct resource *r)
{
    AUTO_STRBUF out = STRBUF_HEAP;
    struct json_out j = json_to(&out, true);
    json_open(&j, '{');
    json_kstr(&j, "type", r->type);
    json_kstr(&j, "title", r->title);
    json_kstr(&j, "file", r->file);
    json_kint(&j, "line", r->line);
    json_key(&j, SV("parameters"));
    json_open(&j, '{');
    for (uint32_t i = 0; i < r->param_count; i++) {
        const struct resource_param *p = &r->params[i];
        json_key(&j, p->name->text);
        json_open(&j, '{');
        json_kstr(&j, "from", sv_of(kinds[p->origin.kind]));
        json_kstr(&j, "place", place(c->arena, &p->origin));
        json_kbool(&j, "sensitive", p->sensitive);
        if (!p->sensitive) {
            json_key(&j, SV("value"));
            show_json_value(&j, p->value);
        }
        json_close(&j, '}');
    }
    json_close(&j, '}');
    json_close(&j, '}');
    printf("%s\n", strbuf_cstr(&out));
}

/* "file[/a]" and "File['/a']" too. */
static const struct resource *find_resource(struct arena *a, const struct catalog *catalog, const char *given, struct err *err)
{
    struct sv ref = sv_of(given);
    size_t open = sv_find_char(ref, '[', 0);
    if (open == SIZE_MAX || !sv_ends(ref, SV("]"))) {
        err_set(err, "'%s' is no reference such as 'File[/etc/motd]'", given);
        return NULL;
    }
    struct sv type = type_name_normal(a, sv_slice(ref, 0, open)), title = sv_slice(ref, open + 1, ref.n - 1);
    if (title.n > 1 && (title.p[0] == '\'' || title.p[0] == '"'))
        title = sv_slice(title, 1, title.n - 1);
    if (sv_is(type, "Class"))
        title = type_name_normal(a, title);
    const struct resource *r = catalog_find(catalog, type, title);
    if (r)
        return r;
    struct sv *names = ARENA_ARRAY(a, struct sv, catalog->resource_count + 1);
    for (uint32_t i = 0; i < catalog->resource_count; i++)
        names[i] = resource_ref(a, catalog->resources[i]);
    struct sv near = near_names(a, arena_printf(a, "%.*s[%.*s]", SV_ARG(type), SV_ARG(title)), names, catalog->resource_count);
    err_set(err, "the catalog has no %.*s[%.*s]%s%.*s%s", SV_ARG(type), SV_ARG(title), near.n ? "; did you mean " : "", SV_ARG(near),
            near.n ? "?" : "");
    return NULL;
}

/* Of a meeting: why it is when it is, and what becomes of it in the weeks ahead. False where no plan has that title. */
static bool explain_meeting(struct cli *c, struct site *s, const char *given)
{
    struct sv ref = sv_of(given), title;
    size_t open = sv_find_char(ref, '[', 0);
    if (open == SIZE_MAX || !sv_ends(ref, SV("]")) || !s->model || !sv_eq_nocase(sv_slice(ref, 0, open), SV("calendar_event")))
        return false;
    title = sv_slice(ref, open + 1, ref.n - 1);
    if (title.n > 1 && (title.p[0] == '\'' || title.p[0] == '"'))
        title = sv_slice(title, 1, title.n - 1);
    AUTO_STRBUF out = STRBUF_HEAP;
    if (!people_explain(&out, people_plan_new(&s->people, s->arena, SV_NONE), title))
        return false;
    if (!c->json)
        printf("%s%.*s%s\n%s", cli_bold(c), SV_ARG(title), cli_plain(c), strbuf_cstr(&out));
    return true;
}

static int explain(struct cli *c, struct site *s)
{
    struct err err = { "" };
    struct subject subject;
    if (!site_open_store(s, &err) || !site_subject(s, sv_of(c->args[0]), &subject, &err))
        return cli_broken(&err);
    struct compile_result *result = site_compile(s, s->arena, &subject);
    if (!result->catalog) {
        show_failure(c, result->error, &result->diags);
        compile_result_free(result);
        return EXIT_BROKEN;
    }
    bool meeting = !subject.is_host && explain_meeting(c, s, c->args[1]);
    const struct resource *r = find_resource(c->arena, result->catalog, c->args[1], &err);
    if (r)
        (c->json ? print_json : print_text)(c, r);
    compile_result_free(result);
    return r || meeting ? EXIT_OK : cli_broken(&err);
}

static int why(struct cli *c)
{
    struct site s;
    if (c->arg_count != 2)
        return cli_misuse(c, "name a node and a resource");
    if (!site_open(c, &s))
        return EXIT_BROKEN;
    int status = explain(c, &s);
    site_close(&s);
    return status;
}

static const struct cli_option options[] = { SITE_OPTIONS, { NULL, 0, NULL, NULL } };

const struct verb verb_why = {
    .name = "why",
    .usage = "NODE 'TYPE[TITLE]' [--site DIR]",
    .summary = "Show where each value of a resource comes from",
    .help = "For every parameter: its value, and the line of code, the data file and key, or the default that gave it.\n"
            "Of a meeting (NODE is a Potlac or an ownership, the resource Calendar_event[RITUAL]) first why it is when it is: the slot, "
            "the weeks\n"
            "in which it is skipped or at another time, and what is in the way where it has no time at all.",
    .options = options,
    .run = why,
};
