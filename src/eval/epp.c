/* epp: templates: their parameters by name, their text as it comes. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "eval/internal.h"

static struct frame *template_frame(struct frame *f)
{
    while (f && !f->epp)
        f = f->outer;
    return f;
}

void epp_render(struct frame *f, struct value v, bool is_text)
{
    struct frame *t = template_frame(f);
    if (!t)
        return;
    if (!is_text && v.kind == V_SENSITIVE) {
        *t->epp_secret = VALUE_DEFAULT;
        v = *v.inner;
    }
    add_text(f, t->epp, v);
}

static void complain(struct strbuf *out, uint32_t *count, struct sv text)
{
    strbuf_addf(out, "\n%.*s", SV_ARG(text));
    (*count)++;
}

/* With declared parameters: unknown names are refused, missing ones too, undef means the default. */
static void bind_named(struct frame *f, const struct hash *given, const struct prepared *prep)
{
    struct compile *c = f->c;
    const struct definition *d = f->def;
    struct strbuf bad = STRBUF_IN(c->arena);
    uint32_t count = 0;
    for (uint32_t i = 0; given && i < given->count; i++) {
        struct sv name = given->pairs[i].key.kind == V_STRING ? value_sv(given->pairs[i].key) : SV("");
        bool known = false;
        for (uint32_t j = 0; j < d->param_count && !known; j++)
            if ((known = sv_eq(d->params[j].name->text, name)))
                f->slots[j] = given->pairs[i].value;
        if (!known)
            complain(&bad, &count, arena_printf(c->arena, "has no parameter named '%.*s'", SV_ARG(name)));
    }
    f->binding = true;
    f->binding_name = "lambda";
    for (uint32_t i = 0; i < d->param_count; i++) {
        const struct param *p = &d->params[i];
        f->binding_at = i;
        if (p->value && (f->slots[i].kind == V_UNSET || f->slots[i].kind == V_UNDEF)) {
            f->slots[i] = VALUE_UNSET;
            f->slots[i] = eval(f, p->value);
        }
        if (f->slots[i].kind == V_UNSET) {
            complain(&bad, &count, arena_printf(c->arena, "expects a value for parameter '%.*s'", SV_ARG(p->name->text)));
            continue;
        }
        const struct type *t = prep->dynamic[i] ? eval(f, p->type).t : prep->types[i];
        if (t && !compile_type_match(c, t, f->slots[i])) {
            struct strbuf b = STRBUF_IN(c->arena);
            type_mismatch(c->arena, &b, arena_printf(c->arena, "parameter '%.*s'", SV_ARG(p->name->text)), t, f->slots[i]);
            complain(&bad, &count, strbuf_sv(&b));
        }
    }
    f->binding = false;
    f->match = NULL;
    if (!count)
        return;
    struct strbuf all = STRBUF_IN(c->arena);
    struct sv rest = sv_slice(strbuf_sv(&bad), 1, bad.n), line;
    while (sv_cut(&rest, '\n', &line))
        strbuf_addf(&all, "%s%.*s", count == 1 ? " " : "\n  ", SV_ARG(sv_trim(line)));
    raise_error(c, "lambda:%.*s", SV_ARG(strbuf_sv(&all)));
}

/* Without: any name may be given. */
static struct map *loose_names(struct compile *c, const struct hash *given)
{
    struct map *m = ARENA_NEW(c->arena, struct map);
    *m = map_in(c->arena);
    for (uint32_t i = 0; given && i < given->count; i++)
        if (given->pairs[i].key.kind == V_STRING)
            map_put(m, value_sv(given->pairs[i].key), &given->pairs[i].value);
    return m;
}

struct value call_epp(struct call *k, const struct unit *u, const struct hash *params, bool locals)
{
    struct compile *c = k->c;
    struct strbuf out = STRBUF_IN(c->arena);
    struct value secret = VALUE_UNSET;
    struct definition bare = { 0 };
    const struct node *program = u->program;
    const struct definition *d = program->kind == AST_TEMPLATE ? program->def : &bare;
    struct scope *global = k->scope;
    while (global->kind != SCOPE_TOP && global->kind != SCOPE_NODE)
        global = global->inherited ? global->inherited : global->enclosing;
    struct frame f = { .c = c,
                       .scope = locals ? k->scope : global,
                       .unit = u,
                       .def = d,
                       .layout = &d->layout,
                       .outer = locals ? k->frame : NULL,
                       .kind = FRAME_TEMPLATE,
                       .epp = &out,
                       .epp_secret = &secret };
    f.slots = ARENA_ARRAY(c->arena, struct value, d->layout.count + 1);
    struct site site = c->site;
    if (d->has_params || d->param_count) {
        struct entry e = { .unit = u, .def = d };
        bind_named(&f, params, prepare(c, &e));
    } else {
        f.named = loose_names(c, params);
    }
    if (program->kind == AST_TEMPLATE)
        run_body(&f, d->body);
    else
        run_body(&f, program);
    c->site = site;
    struct value text = value_str(out.n ? strbuf_sv(&out) : SV(""));
    return secret.kind == V_UNSET ? text : value_sensitive(c->arena, text);
}
