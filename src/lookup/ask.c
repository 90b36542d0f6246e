/* ask: one lookup from outside of any code, answered and explained, and the files that a key is searched in. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "lookup/internal.h"

struct asking {
    struct call call; /* as of lookup() */
    const struct lookup_question *question;
    struct explainer *explainer; /* NULL: no explanation */
    struct value value;
    bool found;
};

static struct value checked(struct asking *g, const struct type *t, const char *subject, struct value v)
{
    if (!t || compile_type_match(g->call.c, t, v))
        return v;
    struct strbuf text = STRBUF_IN(g->call.arena);
    type_mismatch(g->call.arena, &text, arena_printf(g->call.arena, "%s has wrong type,", subject), t, v);
    call_fail(&g->call, "%.*s", SV_ARG(strbuf_sv(&text)));
}

static const struct type *wanted_type(struct asking *g)
{
    struct err err = { "" };
    struct compile *c = g->call.c;
    if (!g->question->type.n)
        return NULL;
    const struct type *t = type_parse(g->call.arena, snapshot_symtab(compile_snapshot(c)), compile_type_loader(c), g->question->type, &err);
    if (!t)
        call_fail(&g->call, "%s", err.text);
    return t;
}

static void ask_all(void *ctx)
{
    struct asking *g = ctx;
    const struct lookup_question *q = g->question;
    struct lookup_state *st = lookup_state_of(g->call.c, &g->call);
    const struct type *type = wanted_type(g);
    lookup_start(st);
    struct merge m = merge_parse(st, q->merge);
    bool by_options = q->merge.kind == V_UNDEF || q->merge.kind == V_UNSET;
    st->explainer = g->explainer;
    for (uint32_t i = 0; i < q->count && !g->found; i++) {
        if (g->explainer && g->explainer->only_options)
            lookup_options_explained(st, value_sv(q->names[i]));
        else
            g->found = lookup_key_value(st, value_sv(q->names[i]), by_options ? NULL : &m, &g->value);
    }
    st->explainer = NULL;
    if (g->found) {
        g->value = checked(g, type, "Found value", g->value);
    } else if (q->fallback.kind != V_UNSET) {
        g->value = checked(g, type, "Default value", q->fallback);
        g->found = true;
    }
}

static struct sv not_found(struct arena *a, const struct lookup_question *q)
{
    struct strbuf out = STRBUF_IN(a);
    strbuf_addf(&out, "Function lookup() did not find a value for %s", q->count == 1 ? "the name " : "any of the names [");
    for (uint32_t i = 0; i < q->count; i++)
        strbuf_addf(&out, "%s'%.*s'", i ? ", " : "", SV_ARG(value_sv(q->names[i])));
    strbuf_adds(&out, q->count == 1 ? "" : "]");
    return strbuf_sv(&out);
}

void lookup_ask(struct call *k, const struct lookup_question *q, struct lookup_answer *out)
{
    struct arena *a = k->arena;
    struct explainer explainer;
    struct asking g = { .call = *k, .question = q };
    *out = (struct lookup_answer){ .value = VALUE_UNDEF };
    if (q->explain || q->options) {
        explainer_init(&explainer, a, !q->explain);
        g.explainer = &explainer;
    }
    out->is_failure = !call_try(&g.call, ask_all, &g, &out->error);
    lookup_start(lookup_state_of(k->c, NULL));
    out->found = g.found && !out->is_failure;
    out->value = g.value;
    if (!out->found && !out->is_failure)
        out->error = not_found(a, q);
    if (!g.explainer)
        return;
    explain_back(g.explainer);
    if (!out->found && !g.explainer->only_options)
        explain_text_add(g.explainer, out->error);
    struct strbuf text = STRBUF_IN(a);
    explain_print(&text, g.explainer);
    out->explanation = text.n ? strbuf_sv(&text) : SV("");
}

/* ---- where a key is searched ---- */

static void add_located(struct lookup_state *st, struct strbuf *out, const char *layer, const struct located *l)
{
    struct sv last = SV_NONE;
    for (uint32_t i = 0; l->made && i < l->hierarchy->count; i++)
        for (uint32_t k = 0; k < l->entries[i].count; k++) {
            struct sv path = l->entries[i].locations[k].path;
            if (sv_eq(path, last))
                continue;
            last = path;
            strbuf_addf(out, "%s layer, \"%.*s\": %.*s%s\n", layer, SV_ARG(l->entries[i].entry->name), SV_ARG(path),
                        snapshot_exists(st->snapshot, path) ? "" : " (no such file)");
        }
}

struct sv lookup_searched(struct compile *c, struct sv key)
{
    struct lookup_key parsed;
    struct lookup_state *st = lookup_state_of(c, NULL);
    struct strbuf out = STRBUF_IN(st->arena);
    add_located(st, &out, "global", &st->global.main);
    add_located(st, &out, "environment", &st->environment.main);
    struct layer *l = key_parse(st->arena, key, &parsed) && parsed.module.n ? map_find(&st->modules, parsed.module) : NULL;
    if (l && l->config) {
        add_located(st, &out, "module", &l->main);
        add_located(st, &out, "module's defaults", &l->fallback);
    }
    return out.n ? strbuf_sv(&out) : SV("");
}
