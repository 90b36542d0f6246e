/* attr: a resource's attributes in the shape that providers want. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "system/internal.h"

#define ATTR_LIST_DEPTH 16

struct value attr_value(const struct resource *r, const char *name)
{
    const struct resource_param *p = resource_param(r, sv_of(name));
    if (!p || p->value.kind == V_UNSET)
        return VALUE_UNDEF;
    return p->value.kind == V_SENSITIVE ? *p->value.inner : p->value;
}

bool attr_sensitive(const struct resource *r, const char *name)
{
    const struct resource_param *p = resource_param(r, sv_of(name));
    return p && (p->sensitive || p->value.kind == V_SENSITIVE);
}

static struct sv text_of(struct run *run, struct value v)
{
    if (v.kind == V_STRING || v.kind == V_BINARY)
        return value_sv(v);
    if (v.kind == V_SENSITIVE)
        return text_of(run, *v.inner);
    return v.kind == V_UNDEF ? SV_NONE : value_text(run->arena, v);
}

struct sv attr_text(struct run *run, const struct resource *r, const char *name)
{
    struct value v = attr_value(r, name);
    if (v.kind == V_ARRAY && v.n == 1) /* Puppet takes the first of a list for what is single */
        v = v.items[0];
    return text_of(run, v);
}

struct sv attr_name(struct run *run, const struct resource *r, const char *namevar)
{
    struct sv s = attr_text(run, r, namevar);
    return s.p ? s : r->title;
}

bool attr_bool(const struct resource *r, const char *name, bool fallback)
{
    struct value v = attr_value(r, name);
    if (v.kind == V_BOOL)
        return v.b;
    if (v.kind != V_STRING)
        return fallback;
    struct sv s = value_sv(v);
    if (sv_is(s, "true") || sv_is(s, "yes"))
        return true;
    return sv_is(s, "false") || sv_is(s, "no") ? false : fallback;
}

struct collected {
    struct run *run;
    struct sv *items;
    uint32_t count;
    size_t cap;
};

static void collect(struct collected *c, struct value v, int depth)
{
    if (v.kind == V_UNDEF || depth > ATTR_LIST_DEPTH)
        return;
    if (v.kind != V_ARRAY) {
        struct sv s = text_of(c->run, v);
        ARENA_PUSH(c->run->arena, c->items, c->count, c->cap, s);
        return;
    }
    for (uint32_t i = 0; i < v.n; i++)
        collect(c, v.items[i], depth + 1);
}

struct sv *attr_list(struct run *run, const struct resource *r, const char *name, uint32_t *out_count)
{
    struct collected c = { .run = run };
    collect(&c, attr_value(r, name), 0);
    *out_count = c.count;
    return c.items;
}

bool attr_int(struct run *run, const struct resource *r, const char *name, int64_t *out_n)
{
    struct value v = attr_value(r, name);
    if (v.kind == V_INT) {
        *out_n = v.i;
        return true;
    }
    return v.kind == V_STRING && sv_to_int(attr_text(run, r, name), out_n);
}

bool attr_one_of(struct run *run, const struct resource *r, const char *name, const char *const *words, struct err *err)
{
    struct sv s = attr_text(run, r, name);
    if (!s.p)
        return true;
    struct strbuf list = STRBUF_IN(run->arena);
    for (size_t i = 0; words[i]; i++) {
        if (sv_is(s, words[i]))
            return true;
        strbuf_addf(&list, "%s%s", i ? ", " : "", words[i]);
    }
    return err_set(err, "Invalid value \"%.*s\". Valid values are %s.", SV_ARG(s), strbuf_cstr(&list));
}

struct sv list_shown(struct run *run, const struct sv *items, uint32_t count)
{
    struct strbuf b = STRBUF_IN(run->arena);
    strbuf_addc(&b, '[');
    for (uint32_t i = 0; i < count; i++)
        strbuf_addf(&b, "%s'%.*s'", i ? ", " : "", SV_ARG(items[i]));
    strbuf_addc(&b, ']');
    return strbuf_sv(&b);
}

static int text_cmp(const void *a, const void *b) { return sv_cmp(*(const struct sv *)a, *(const struct sv *)b); }

void sort_texts(struct sv *items, uint32_t count)
{
    if (count > 1)
        qsort(items, count, sizeof *items, text_cmp);
}
