/* diff: two catalogs of one subject, resource by resource, parameter by parameter. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "catalog/diff.h"

#include "base/hash.h"
#include "catalog/rich.h"

static void add(struct arena *a, struct catalog_diff *d, struct change ch) { ARENA_PUSH(a, d->changes, d->count, d->cap, ch); }

static struct resource *same(const struct catalog *c, const struct resource *r) { return c ? catalog_find(c, r->type, r->title) : NULL; }

/* As they are written: references are text, and an object type's name is enough. */
static bool equal(struct arena *a, struct value x, struct value y)
{
    bool plain = x.kind == y.kind && x.kind <= V_STRING;
    return value_same(x, y) || (!plain && sv_eq(rich_text(a, x), rich_text(a, y)));
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

/* ---- the digest ---- */

/* Text in which the host's own names stand as placeholders, so that hosts which change alike have the same. */
static void add_neutral(struct strbuf *out, struct sv text, struct sv certname)
{
    struct sv host = sv_slice(certname, 0, sv_find_char(certname, '.', 0));
    for (size_t at = 0; at < text.n;) {
        size_t hit = host.n ? sv_find(text, host, at) : SIZE_MAX;
        if (hit == SIZE_MAX) {
            strbuf_add(out, sv_slice(text, at, text.n));
            return;
        }
        bool whole = sv_starts(sv_slice(text, hit, text.n), certname);
        strbuf_add(out, sv_slice(text, at, hit));
        strbuf_addc(out, whole ? '\1' : '\2');
        at = hit + (whole ? certname.n : host.n);
    }
}

static void add_value(struct arena *a, struct strbuf *out, struct value v, struct sv certname)
{
    struct strbuf text = STRBUF_IN(a);
    if (v.kind == V_UNSET)
        return;
    value_inspect(&text, v);
    add_neutral(out, strbuf_sv(&text), certname);
}

static bool has_lines(struct value v) { return v.kind == V_STRING && sv_find_char(value_sv(v), '\n', 0) != SIZE_MAX; }

/* The first line that differs, from its start; the same for the ends. Hosts whose files differ elsewhere can still change alike. */
static void cut_equal_lines(struct sv *x, struct sv *y)
{
    size_t n = x->n < y->n ? x->n : y->n, head = 0, tail = 0;
    for (size_t i = 0; i < n && x->p[i] == y->p[i]; i++)
        if (x->p[i] == '\n')
            head = i + 1;
    for (size_t i = 0; i < n - head && x->p[x->n - 1 - i] == y->p[y->n - 1 - i]; i++)
        if (x->p[x->n - 1 - i] == '\n')
            tail = i;
    *x = sv_slice(*x, head, x->n - tail);
    *y = sv_slice(*y, head, y->n - tail);
}

static void digest(struct arena *a, struct catalog_diff *d, struct sv certname)
{
    struct strbuf b = STRBUF_IN(a);
    for (uint32_t i = 0; i < d->count; i++) {
        const struct change *ch = &d->changes[i];
        const struct resource *r = ch->now ? ch->now : ch->was;
        strbuf_addf(&b, "%d %.*s[", (int)ch->kind, SV_ARG(r->type));
        add_neutral(&b, r->title, certname);
        strbuf_addf(&b, "] %.*s ", SV_ARG(ch->param));
        if (has_lines(ch->before) && has_lines(ch->after)) {
            struct sv x = value_sv(ch->before), y = value_sv(ch->after);
            cut_equal_lines(&x, &y);
            add_neutral(&b, x, certname);
            strbuf_adds(&b, " -> ");
            add_neutral(&b, y, certname);
        } else {
            add_value(a, &b, ch->before, certname);
            strbuf_adds(&b, " -> ");
            add_value(a, &b, ch->after, certname);
        }
        for (uint32_t j = 0; ch->kind == CHANGE_ADDED && j < r->param_count; j++) {
            strbuf_addf(&b, " %.*s=", SV_ARG(r->params[j].name->text));
            add_value(a, &b, r->params[j].value, certname);
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
    digest(a, d, now->name);
    return d;
}
