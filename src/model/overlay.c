/* overlay: what transactions recorded, laid over what files declare: fields, and whole entities. A field has one writer at a time, the file
 * where it names the field; an entity has one for good. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "model/internal.h"

struct recorded {
    struct sv field;
    const struct data *value;
    bool proposed;
};

struct recorded_entity {
    struct recorded *items;
    size_t count, cap;
};

/* A whole entity that no file declares. */
struct made_entity {
    const struct data_doc *doc; /* NULL: no more */
    bool proposed;
};

struct overlay {
    struct arena *arena;
    struct map by_ref; /* struct recorded_entity */
    struct map made;   /* struct made_entity, in the order in which they are added to a model */
};

struct overlay *overlay_new(struct arena *a)
{
    struct overlay *o = ARENA_NEW(a, struct overlay);
    *o = (struct overlay){ a, map_in(a), map_in(a) };
    return o;
}

static void put(struct overlay *o, struct sv ref, struct recorded r)
{
    struct recorded_entity *e = map_find(&o->by_ref, ref);
    size_t at = 0;
    if (!e) {
        e = ARENA_NEW(o->arena, struct recorded_entity);
        map_put(&o->by_ref, ref, e);
    }
    while (at < e->count && !sv_eq(e->items[at].field, r.field))
        at++;
    if (at == e->count)
        ARENA_PUSH(o->arena, e->items, e->count, e->cap, r);
    e->items[at] = r;
}

void overlay_set(struct overlay *o, struct sv ref, struct sv field, const struct data *value)
{
    put(o, ref, (struct recorded){ field, value, false });
}

void overlay_propose(struct overlay *o, struct sv ref, struct sv field, const struct data *value)
{
    put(o, ref, (struct recorded){ field, value, true });
}

static const struct data *declared_field(const struct data *spec, struct sv field)
{
    for (uint32_t i = 0; spec && spec->kind == DATA_MAP && i < spec->count; i++)
        if (sv_eq(data_text(&spec->pairs[i].key), field))
            return &spec->pairs[i].value;
    return NULL;
}

const struct data *overlay_get(const struct overlay *o, struct sv ref, struct sv field)
{
    const struct recorded_entity *e = map_find(&o->by_ref, ref);
    const struct data_doc *made = overlay_made(o, ref);
    for (size_t i = 0; e && i < e->count; i++)
        if (sv_eq(e->items[i].field, field))
            return e->items[i].value;
    return made ? declared_field(data_get(&made->root, "spec"), field) : NULL;
}

static void put_made(struct overlay *o, struct sv ref, const struct data_doc *doc, bool proposed)
{
    struct made_entity *e = ARENA_NEW(o->arena, struct made_entity);
    *e = (struct made_entity){ doc, proposed };
    map_put(&o->made, ref, e);
}

void overlay_make(struct overlay *o, struct sv ref, const struct data_doc *doc) { put_made(o, ref, doc, false); }
void overlay_propose_made(struct overlay *o, struct sv ref, const struct data_doc *doc) { put_made(o, ref, doc, true); }

const struct data_doc *overlay_made(const struct overlay *o, struct sv ref)
{
    const struct made_entity *e = map_find(&o->made, ref);
    return e ? e->doc : NULL;
}

void model_set_overlay(struct model *m, const struct overlay *o) { m->overlay = o; }

/* A copy that says it stands where another node does: messages about it point into the file of the entity. */
static struct data placed(struct arena *a, const struct data *d, const struct data *where)
{
    struct data copy = *d;
    copy.from = where->from;
    copy.to = where->to;
    if (d->kind == DATA_LIST) {
        copy.items = ARENA_ARRAY(a, struct data, d->count + 1);
        for (uint32_t i = 0; i < d->count; i++)
            copy.items[i] = placed(a, &d->items[i], where);
    } else if (d->kind == DATA_MAP) {
        copy.pairs = ARENA_ARRAY(a, struct data_pair, d->count + 1);
        for (uint32_t i = 0; i < d->count; i++)
            copy.pairs[i] = (struct data_pair){ placed(a, &d->pairs[i].key, where), placed(a, &d->pairs[i].value, where) };
    }
    return copy;
}

const struct data *entity_declared(const struct entity *e, struct sv field)
{
    return e->made ? NULL : declared_field(data_get(&e->doc->root, "spec"), field);
}

static void warn_declared(const struct entity *e, const struct recorded *r, const struct data *declared, struct diags *diags)
{
    diag_warn(diags, "recorded-field", data_span(e->doc, declared),
              "'%.*s' of %.*s was set by a transaction and is declared here: the file counts", SV_ARG(r->field), SV_ARG(e->ref));
    diag_hint(diags, "take it out here, or give it up there: potlac set %.*s --unset %.*s --reason TEXT", SV_ARG(e->ref), SV_ARG(r->field));
}

/* What a transaction made it also changes: the value takes the place of the one before. */
static void change_made(struct data *spec, const struct data *key, const struct data *value)
{
    uint32_t i = 0;
    while (i < spec->count && !sv_eq(data_text(&spec->pairs[i].key), key->s))
        i++;
    if (value) {
        spec->pairs[i] = (struct data_pair){ *key, *value };
        spec->count += i == spec->count;
    } else if (i < spec->count) {
        memmove(&spec->pairs[i], &spec->pairs[i + 1], (spec->count - i - 1) * sizeof *spec->pairs);
        spec->count--;
    }
}

void overlay_apply(struct model *m, struct entity *e, struct diags *diags)
{
    const struct recorded_entity *known = m->overlay ? map_find(&m->overlay->by_ref, e->ref) : NULL;
    if (!known)
        return;
    const struct data *name = data_get(e->metadata, "name");
    uint32_t count = e->spec ? e->spec->count : 0;
    struct data *spec = ARENA_NEW(m->arena, struct data);
    *spec = e->spec ? *e->spec : (struct data){ .kind = DATA_MAP, .from = name->from, .to = name->to };
    spec->pairs = ARENA_ARRAY(m->arena, struct data_pair, count + known->count + 1);
    if (count)
        memcpy(spec->pairs, e->spec->pairs, sizeof *spec->pairs * count);
    for (size_t i = 0; i < known->count; i++) {
        const struct recorded *r = &known->items[i];
        const struct data *declared = e->made ? NULL : declared_field(e->spec, r->field);
        struct data key = { .kind = DATA_STRING, .from = name->from, .to = name->to, .s = r->field };
        struct data value = r->value ? placed(m->arena, r->value, name) : (struct data){ .kind = DATA_NULL };
        if (e->made)
            change_made(spec, &key, r->value ? &value : NULL);
        if (r->value && declared && !r->proposed)
            warn_declared(e, r, declared, diags);
        if (e->made || !r->value || declared)
            continue;
        spec->pairs[spec->count++] = (struct data_pair){ key, value };
    }
    e->spec = spec;
}

bool overlay_add_made(struct model *m, struct diags *diags)
{
    bool ok = true;
    for (struct map_entry *e = NULL; m->overlay && (e = map_next(&m->overlay->made, e));) {
        const struct made_entity *made = e->value;
        if (made->doc)
            ok &= model_add_made(m, made->doc, made->proposed, diags);
    }
    return ok;
}

/* --- who writes what --- */

enum model_kind model_kind_of(struct sv name) { return kind_find(name, true); }

enum field_writer model_field_writer(enum model_kind k, struct sv field, bool *out_text)
{
    for (const struct field *f = model_kinds[k].fields; f->name; f++) {
        if (!sv_is(field, f->name))
            continue;
        *out_text = f->type != FT_INT && f->type != FT_BOOL && f->type != FT_ANY && f->type != FT_MAP && f->type != FT_STRUCT &&
                    !(f->flags & (FIELD_LIST | FIELD_MAP_OF));
        return f->flags & FIELD_RECORDED ? FIELD_OF_EITHER : FIELD_OF_FILES;
    }
    return FIELD_UNKNOWN;
}

struct sv model_recorded_fields(struct arena *a, enum model_kind k)
{
    struct strbuf out = STRBUF_IN(a);
    for (const struct field *f = model_kinds[k].fields; f->name; f++)
        if (f->flags & FIELD_RECORDED)
            strbuf_addf(&out, "%s'%s'", out.n ? ", " : "", f->name);
    return strbuf_sv(&out);
}

struct sv model_near_fields(struct arena *a, enum model_kind k, struct sv wrong)
{
    struct sv names[64];
    size_t n = 0;
    for (const struct field *f = model_kinds[k].fields; f->name && n < 64; f++)
        names[n++] = sv_of(f->name);
    return near_names(a, wrong, names, n);
}
