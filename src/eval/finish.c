/* finish: what happens to the whole catalog at the end: waiting overrides, secrets, unknown attributes, inherited metaparameters and tags.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "eval/internal.h"

static void pending_overrides(struct compile *c, struct eres *r)
{
    for (struct pending_override *o = c->overrides; o; o = o->next) {
        if (o->applied || find_resource(c, o->type, o->title) != r)
            continue;
        o->applied = true;
        resource_merge(c, r, o->params, o->count, o->scope->source, o->file, o->line);
    }
}

static void unwrap_secrets(struct eres *r)
{
    for (uint32_t i = 0; i < r->r.param_count; i++) {
        struct resource_param *p = &r->r.params[i];
        if (p->value.kind != V_SENSITIVE)
            continue;
        p->value = *p->value.inner;
        p->sensitive = true;
    }
}

static bool native_knows(struct compile *c, const struct rtype_info *t, const struct sym *name)
{
    for (uint32_t i = 0; i < t->param_count; i++)
        if (t->params[i] == name)
            return true;
    return name == c->names.name_ || is_metaparam(c, name) || sv_is(name->text, "provider");
}

static void check_native(struct compile *c, struct eres *r)
{
    for (uint32_t i = 0; i < r->r.param_count; i++) {
        const struct sym *name = r->r.params[i].name;
        if (r->type->info->open || native_knows(c, r->type->info, name))
            continue;
        struct sv at = location_text(c, r->r.file, r->r.line, 0);
        help_param_unknown(c, r, name->text);
        raise_plain(c, r->r.file, r->r.line, "no parameter named '%.*s'%s%.*s on %.*s[%.*s]", SV_ARG(name->text), at.n ? " " : "",
                    SV_ARG(at), SV_ARG(r->r.type), SV_ARG(r->r.title));
    }
}

/* Overrides may have brought a define or class what it does not take. */
static void check_defined(struct compile *c, struct eres *r)
{
    const struct definition *d = r->entry->def;
    uint32_t at = 0;
    for (uint32_t i = 0; i < r->r.param_count; i++) {
        const struct sym *name = r->r.params[i].name;
        bool known = false;
        for (uint32_t j = 0; j < d->param_count && !known; j++) { /* mostly they stand in the same order */
            at = at >= d->param_count ? 0 : at;
            known = d->params[at++].name == name;
        }
        known = known || is_metaparam(c, name) || name == c->names.name_;
        if (!known)
            help_param_unknown(c, r, name->text);
        if (!known)
            raise_plain(c, SV_NONE, 0, "%.*s[%.*s]: has no parameter named '%.*s'", SV_ARG(r->r.type), SV_ARG(r->r.title),
                        SV_ARG(name->text));
    }
}

/* What the title gives stands first; what was given as well wins. */
static void add_title_parts(struct compile *c, struct eres *r)
{
    struct resource_param *own = r->r.params;
    uint32_t count = r->r.param_count;
    r->r.params = NULL;
    r->r.param_count = 0;
    r->r.param_cap = 0;
    for (uint32_t i = 0; i < r->parts->count; i++) {
        struct resource_param p = { .name = intern(c->syms, value_sv(r->parts->pairs[i].key)),
                                    .value = r->parts->pairs[i].value,
                                    .origin = { .kind = ORIGIN_TITLE } };
        ARENA_PUSH(c->arena, r->r.params, r->r.param_count, r->r.param_cap, p);
    }
    for (uint32_t i = 0; i < count; i++) {
        struct resource_param *part = param_find(r, own[i].name);
        if (!part)
            ARENA_PUSH(c->arena, r->r.params, r->r.param_count, r->r.param_cap, own[i]);
        else if (own[i].value.kind != V_UNDEF)
            *part = own[i];
    }
}

static void finish_one(struct compile *c, struct eres *r)
{
    if (c->overrides)
        pending_overrides(c, r);
    tags_from_scope(c, r);
    unwrap_secrets(r);
    check_size(c, r);
    if (r->r.flags & RES_BUILTIN)
        check_native(c, r);
    else if (r->entry && r->entry->def && (r->r.flags & (RES_CLASS | RES_DEFINE)))
        check_defined(c, r);
    if (r->parts)
        add_title_parts(c, r);
}

/* Metaparameters but relationships, and tags, flow along containment from Class[main]. Returns whether the target changed. */
static bool flow(struct compile *c, const struct eres *from, struct eres *to)
{
    const struct names *n = &c->names;
    const struct sym *const flowing[] = { n->noop_, n->schedule_, n->audit_, n->loglevel_, n->alias_, n->tag_, n->stage_ };
    uint32_t tags = to->r.tag_count;
    bool changed = false;
    for (size_t i = 0; i < COUNT(flowing) && from->r.param_count; i++) {
        const struct resource_param *p = param_find(from, flowing[i]);
        if (!p || p->value.kind == V_UNDEF)
            continue;
        struct resource_param *own = param_find(to, flowing[i]);
        if (own && own->value.kind != V_UNDEF)
            continue;
        struct resource_param set = *p;
        set.origin.kind = ORIGIN_METAPARAM;
        param_set(c, to, &set);
        changed = true;
    }
    tags_add_syms(c, to, from->r.tags, from->r.tag_count);
    return changed || to->r.tag_count != tags;
}

static void flow_metaparams(struct compile *c)
{
    struct eres **queue = NULL;
    uint32_t count = 0;
    size_t cap = 0;
    struct ptrmap seen = { .arena = c->arena };
    ARENA_PUSH(c->arena, queue, count, cap, c->main->resource);
    for (uint32_t at = 0; at < count; at++)
        for (uint32_t i = 0; i < queue[at]->child_count; i++) {
            struct eres *to = queue[at]->children[i];
            bool changed = flow(c, queue[at], to);
            if (!changed && ptrmap_find(&seen, to))
                continue;
            ptrmap_put(&seen, to, to);
            ARENA_PUSH(c->arena, queue, count, cap, to);
        }
}

static void check_unresolved(struct compile *c)
{
    struct strbuf b = STRBUF_IN(c->arena);
    for (struct pending_override *o = c->overrides; o; o = o->next)
        if (!o->applied)
            strbuf_addf(&b, "%s%.*s[%.*s]", b.n ? ", " : "", SV_ARG(o->type), SV_ARG(o->title));
    if (b.n)
        raise_plain(c, SV_NONE, 0, "Could not find resource(s) %.*s for overriding", SV_ARG(strbuf_sv(&b)));
    for (struct collector *col = c->collectors; col; col = col->next)
        for (uint32_t i = 0; i < col->ref_count; i++) {
            struct sv type, title;
            strbuf_adds(&b, b.n ? ", " : "");
            if (ref_parts(c, col->refs[i], &type, &title))
                strbuf_addf(&b, "%.*s[%.*s]", SV_ARG(type), SV_ARG(title));
            else
                value_print(&b, col->refs[i]);
        }
    if (b.n)
        raise_plain(c, SV_NONE, 0, "Failed to realize virtual resources %.*s", SV_ARG(strbuf_sv(&b)));
}

void finish_catalog(struct compile *c)
{
    c->site = (struct site){ 0 };
    c->lazy = NULL;
    relations_run(c);
    for (uint32_t i = 0; i < c->all_count; i++)
        finish_one(c, c->all[i]);
    flow_metaparams(c);
    check_unresolved(c);
    relations_check(c);
}
