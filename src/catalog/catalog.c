/* catalog: resources, references and edges of one compile. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "catalog/catalog.h"

struct catalog *catalog_new(struct arena *a, struct symtab *syms, struct sv name)
{
    struct catalog *c = ARENA_NEW(a, struct catalog);
    c->arena = a;
    c->syms = syms;
    c->name = name;
    c->by_ref = map_in(a);
    return c;
}

struct resource *catalog_find(const struct catalog *c, struct sv type, struct sv title)
{
    char small[256];
    size_t n = type.n + title.n + 2;
    char *p = n <= sizeof small ? small : arena_alloc(c->arena, n);
    memcpy(p, type.p, type.n);
    p[type.n] = '[';
    if (title.n)
        memcpy(p + type.n + 1, title.p, title.n);
    p[n - 1] = ']';
    return map_find(&c->by_ref, (struct sv){ p, n });
}

struct sv resource_ref(struct arena *a, const struct resource *r)
{
    char *p = arena_alloc(a, r->type.n + r->title.n + 3);
    memcpy(p, r->type.p, r->type.n);
    p[r->type.n] = '[';
    if (r->title.n)
        memcpy(p + r->type.n + 1, r->title.p, r->title.n);
    p[r->type.n + r->title.n + 1] = ']';
    p[r->type.n + r->title.n + 2] = 0;
    return (struct sv){ p, r->type.n + r->title.n + 2 };
}

const struct resource_param *resource_param(const struct resource *r, struct sv name)
{
    for (uint32_t i = 0; i < r->param_count; i++)
        if (sv_eq(r->params[i].name->text, name))
            return &r->params[i];
    return NULL;
}

struct sv resource_text(const struct resource *r, const char *name)
{
    const struct resource_param *p = resource_param(r, sv_of(name));
    return p && p->value.kind == V_STRING ? value_sv(p->value) : SV_NONE;
}

/* Each segment with its first letter in upper case, the rest in lower case. */
struct sv type_name_normal(struct arena *a, struct sv name)
{
    if (name.n > 2 && name.p[0] == ':' && name.p[1] == ':')
        name = sv_slice(name, 2, name.n);
    char *p = arena_alloc(a, name.n + 1);
    bool first = true;
    for (size_t i = 0; i < name.n; i++) {
        char ch = name.p[i];
        if (first && ch >= 'a' && ch <= 'z')
            ch = (char)(ch - 32);
        else if (!first && ch >= 'A' && ch <= 'Z')
            ch = (char)(ch + 32);
        first = ch == ':';
        p[i] = ch;
    }
    p[name.n] = 0;
    return (struct sv){ p, name.n };
}
