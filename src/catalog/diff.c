/* diff: two catalogs of one subject, resource by resource, parameter by parameter. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "catalog/diff.h"

#include "base/hash.h"

static void add(struct arena *a, struct catalog_diff *d, struct change ch) { ARENA_PUSH(a, d->changes, d->count, d->cap, ch); }

static struct resource *same(const struct catalog *c, const struct resource *r) { return c ? catalog_find(c, r->type, r->title) : NULL; }

/* References count as the text they are written as. */
static bool equal(struct arena *a, struct value x, struct value y)
{
    if (x.kind == V_ARRAY && y.kind == V_ARRAY) {
        if (x.n != y.n)
            return false;
        for (uint32_t i = 0; i < x.n; i++)
            if (!equal(a, x.items[i], y.items[i]))
                return false;
        return true;
    }
    if (x.kind == V_TYPE || y.kind == V_TYPE) {
        struct sv p = value_text(a, x), q = value_text(a, y);
        size_t n = 0, m = 0; /* File['/a'] is File[/a] */
        for (;;) {
            while (n < p.n && p.p[n] == '\'')
                n++;
            while (m < q.n && q.p[m] == '\'')
                m++;
            if (n == p.n || m == q.n)
                return n == p.n && m == q.n;
            if (p.p[n++] != q.p[m++])
                return false;
        }
    }
    return value_same(x, y);
}

static void diff_params(struct arena *a, struct catalog_diff *d, const struct resource *was, const struct resource *now)
{
    for (uint32_t i = 0; i < now->param_count; i++) {
        const struct resource_param *p = &now->params[i], *old = resource_param(was, p->name->text);
        bool unset = p->value.kind == V_UNDEF, was_unset = !old || old->value.kind == V_UNDEF;
        if ((unset && was_unset) || (!unset && !was_unset && equal(a, old->value, p->value) && old->sensitive == p->sensitive))
            continue;
        add(a, d,
            (struct change){ CHANGE_PARAM, was, now, p->name->text, was_unset ? VALUE_UNSET : old->value, unset ? VALUE_UNSET : p->value,
                             p->sensitive || (old && old->sensitive) });
    }
    for (uint32_t i = 0; i < was->param_count; i++) {
        const struct resource_param *old = &was->params[i];
        if (old->value.kind != V_UNDEF && !resource_param(now, old->name->text))
            add(a, d, (struct change){ CHANGE_PARAM, was, now, old->name->text, old->value, VALUE_UNSET, old->sensitive });
    }
}

static bool left_out(const struct resource *r) { return (r->flags & RES_VIRTUAL) != 0; }

/* Values print the same on every host but for what is the host's own. */
static void digest(struct arena *a, struct catalog_diff *d)
{
    struct strbuf b = STRBUF_IN(a);
    for (uint32_t i = 0; i < d->count; i++) {
        const struct change *ch = &d->changes[i];
        const struct resource *r = ch->now ? ch->now : ch->was;
        strbuf_addf(&b, "%d %.*s[%.*s] %.*s ", (int)ch->kind, SV_ARG(r->type), SV_ARG(r->title), SV_ARG(ch->param));
        if (ch->before.kind != V_UNSET)
            value_inspect(&b, ch->before);
        strbuf_adds(&b, " -> ");
        if (ch->after.kind != V_UNSET)
            value_inspect(&b, ch->after);
        for (uint32_t j = 0; ch->kind == CHANGE_ADDED && j < r->param_count; j++) {
            strbuf_addf(&b, " %.*s=", SV_ARG(r->params[j].name->text));
            value_inspect(&b, r->params[j].value);
        }
        strbuf_addc(&b, '\n');
    }
    digest_bytes(DIGEST_SHA256, strbuf_sv(&b), d->digest);
}

struct catalog_diff *catalog_diff(struct arena *a, const struct catalog *was, const struct catalog *now)
{
    struct catalog_diff *d = ARENA_NEW(a, struct catalog_diff);
    for (uint32_t i = 0; i < now->resource_count; i++) {
        const struct resource *r = now->resources[i], *old = same(was, r);
        if (left_out(r))
            continue;
        if (old && !left_out(old))
            diff_params(a, d, old, r);
        else
            add(a, d, (struct change){ .kind = CHANGE_ADDED, .now = r });
    }
    for (uint32_t i = 0; was && i < was->resource_count; i++) {
        const struct resource *old = was->resources[i], *r = same(now, old);
        if (!left_out(old) && (!r || left_out(r)))
            add(a, d, (struct change){ .kind = CHANGE_REMOVED, .was = old });
    }
    digest(a, d);
    return d;
}
