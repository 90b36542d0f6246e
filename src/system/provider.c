/* provider: the table of native providers, the gate, and small helpers for property lists. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "system/provider.h"

#include "system/internal.h"

static const struct provider *const natives[] = { &provider_cron,   &provider_exec,    &provider_file,    &provider_group,
                                                  &provider_notify, &provider_package, &provider_service, &provider_user };

bool change_allowed(struct run *run)
{
    if (run->noop || run->noop_soft)
        return false;
    run->writes++;
    return true;
}

const struct provider *const *provider_all(size_t *out_count)
{
    *out_count = sizeof natives / sizeof *natives;
    return natives;
}

static const struct provider *find_in(const struct provider *const *items, size_t count, struct sv type)
{
    for (size_t i = 0; i < count; i++)
        if (sv_eq_nocase(sv_of(items[i]->type.name), type))
            return items[i];
    return NULL;
}

const struct provider *provider_find(struct sv type) { return find_in(natives, sizeof natives / sizeof *natives, type); }

const struct provider *provider_for(const struct run *run, struct sv type)
{
    const struct provider *p = provider_find(type);
    if (!p && run->extra)
        p = find_in(run->extra->items, run->extra->count, type);
    return p;
}

const struct type_info *system_type_info(void *ctx, struct sv type)
{
    const struct provider_set *extra = ctx;
    const struct provider *p = provider_find(type);
    if (!p && extra)
        p = find_in(extra->items, extra->count, type);
    return p ? &p->type : known_type(type);
}

const char *system_type_name(void *ctx, uint32_t i)
{
    const struct provider_set *extra = ctx;
    uint32_t own = sizeof natives / sizeof *natives, more = extra ? (uint32_t)extra->count : 0;
    if (i < own)
        return natives[i]->type.name;
    return i < own + more ? extra->items[i - own]->type.name : known_name(i - own - more);
}

struct property *property_add(struct run *run, struct property_list *is, struct property_list *should, const char *name, struct sv is_text,
                              struct sv should_text)
{
    struct property have = { .name = name, .text = is_text };
    struct property want = { .name = name, .text = should_text };
    ARENA_PUSH(run->arena, is->items, is->count, is->cap, have);
    ARENA_PUSH(run->arena, should->items, should->count, should->cap, want);
    return &should->items[should->count - 1];
}

bool property_differs(const struct property_list *is, const struct property_list *should, const char *name)
{
    for (uint32_t i = 0; i < should->count; i++)
        if (strcmp(should->items[i].name, name) == 0)
            return !sv_eq(is->items[i].text, should->items[i].text);
    return false;
}
