/* layout: names are collected while a body is parsed; at its end reads find their slots, or go on to the body around a lambda. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/layout.h"

struct body {
    struct body *outer;
    struct definition *def;
    const struct sym **names; /* in order of declaration, a name may come again */
    size_t count, cap, mark;
    bool lambda;
};

void layout_open(struct layouts *l, struct definition *def, bool lambda)
{
    struct body *b = ARENA_NEW(l->scratch, struct body);
    *b = (struct body){ .outer = l->body, .def = def, .mark = l->read_count, .lambda = lambda };
    l->body = b;
}

void layout_declare(struct layouts *l, const struct sym *name)
{
    struct body *b = l->body;
    ARENA_PUSH(l->scratch, b->names, b->count, b->cap, name);
}

void layout_read(struct layouts *l, struct node *var) { ARENA_PUSH(l->scratch, l->reads, l->read_count, l->read_cap, var); }

void layout_jumps(struct layouts *l)
{
    if (l->body->def)
        l->body->def->jumps = true;
}

/* Slots by name: a table of slot + 1. */
struct finder {
    const struct sym **names;
    uint32_t *table, mask;
};

static uint32_t *find(const struct finder *f, const struct sym *name)
{
    uint32_t i = (name->id * 0x9e3779b1u) >> 7 & f->mask;
    while (f->table[i] && f->names[f->table[i] - 1] != name)
        i = (i + 1) & f->mask;
    return &f->table[i];
}

/* Gives each name its slot, the first time it comes. */
static struct layout number(struct layouts *l, const struct body *b, struct finder *f)
{
    struct layout out = { .names = b->count ? arena_alloc(l->arena, b->count * sizeof *out.names) : NULL };
    uint32_t size = 8;
    while (size < b->count * 2)
        size *= 2;
    *f = (struct finder){ out.names, ARENA_ARRAY(l->scratch, uint32_t, size), size - 1 };
    for (size_t i = 0; i < b->count; i++) {
        uint32_t *at = find(f, b->names[i]);
        if (*at)
            continue;
        out.names[out.count++] = b->names[i];
        *at = out.count;
    }
    return out;
}

struct layout layout_close(struct layouts *l)
{
    struct body *b = l->body;
    struct finder f = { 0 };
    struct layout out = { 0 };
    size_t kept = b->mark;
    if (b->count)
        out = number(l, b, &f);
    for (size_t i = b->mark; i < l->read_count; i++) {
        struct node *var = l->reads[i];
        uint32_t slot = b->count ? *find(&f, var->var.name) : 0;
        if (slot)
            var->var.slot = slot - 1;
        else if (b->lambda && var->depth < UINT8_MAX) {
            var->depth++;
            l->reads[kept++] = var;
        } else {
            var->depth = 0;
        }
    }
    l->read_count = kept;
    l->body = b->outer;
    return out;
}
