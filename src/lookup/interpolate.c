/* interpolate: fills in %{...} from the scope and from other keys, and digs into values. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/limits.h"
#include "lookup/internal.h"
#include "types/ruby_value.h"

static bool dig_one(struct lookup_state *st, const struct lookup_key *key, const struct segment *seg, struct value *v)
{
    if (v->kind == V_UNDEF)
        return false;
    if (seg->is_index && v->kind == V_ARRAY) {
        if (seg->index < 0 || seg->index >= v->n)
            return false;
        *v = v->items[seg->index];
        return true;
    }
    if (v->kind != V_HASH)
        lookup_fail(st,
                    "Data Provider type mismatch: Got %s when a hash-like object was expected to access value using '%.*s' from key '%.*s'",
                    ruby_class(*v), SV_ARG(seg->text), SV_ARG(key->text));
    const struct value *found = seg->is_index ? hash_find(v->h, value_int(seg->index)) : hash_find_sv(v->h, seg->text);
    if (found)
        *v = *found;
    return found != NULL;
}

static struct sv sub_key_text(struct arena *a, const struct lookup_key *key)
{
    struct strbuf out = STRBUF_IN(a);
    for (uint32_t i = 0; i < key->count; i++)
        strbuf_addf(&out, "%s%.*s", i ? "." : "Sub key: \"", SV_ARG(key->segments[i].text));
    strbuf_addc(&out, '"');
    return strbuf_sv(&out);
}

bool key_dig(struct lookup_state *st, const struct lookup_key *key, struct value v, struct value *out_v)
{
    bool found = true;
    if (key->count)
        explain_push(st->explainer, EXPLAIN_STEP, st->explainer ? sub_key_text(st->arena, key) : SV_NONE, SV_NONE);
    for (uint32_t i = 0; i < key->count && found; i++) {
        explain_push(st->explainer, EXPLAIN_PART, SV_NONE, SV_NONE);
        found = dig_one(st, key, &key->segments[i], &v);
        if (found)
            explain_found(st->explainer, key->segments[i].text, v);
        else
            explain_event(st->explainer, EXPLAIN_NO_KEY, key->segments[i].text);
        explain_pop(st->explainer);
    }
    if (key->count)
        explain_pop(st->explainer);
    if (found)
        *out_v = v;
    return found;
}

/* Set once for the whole compile: paths made from these need no second look. */
static bool is_stable(const struct lookup_key *key, struct value v)
{
    return sv_is(key->root, "facts") || sv_is(key->root, "trusted") || sv_is(key->root, "server_facts") ||
           (sv_starts(key->root, SV("::")) && v.kind != V_UNDEF);
}

static void record(struct lookup_state *st, const struct lookup_key *key, struct value v)
{
    struct located *l = st->recording;
    if (l && !is_stable(key, v))
        ARENA_PUSH(st->arena, l->dependencies, l->dependency_count, l->dependency_cap, ((struct dependency){ key, v }));
}

static bool root_value(struct lookup_state *st, struct sv name, struct value *out_v)
{
    const struct value *found = st->overrides ? hash_find_sv(st->overrides, name) : NULL;
    if (!found && scope_variable(st->c, st->scope, name, out_v))
        return true;
    if (!found && st->default_values)
        found = hash_find_sv(st->default_values, name);
    if (found)
        *out_v = *found;
    return found != NULL;
}

struct value scope_value(struct lookup_state *st, const struct lookup_key *key, struct sv subject)
{
    struct value v = VALUE_UNDEF;
    if (!key->root.n)
        lookup_fail(st, "Syntax error in string: %.*s", SV_ARG(subject));
    if (st->local_name.n && sv_eq(key->root, st->local_name)) {
        v = st->local_value;
        return key_dig(st, key, v, &v) ? v : VALUE_UNDEF;
    }
    explain_push(st->explainer, EXPLAIN_STEP, SV("Global Scope"), SV_NONE);
    bool known = root_value(st, key->root, &v);
    if (known)
        explain_found(st->explainer, key->root, v);
    explain_pop(st->explainer);
    if (!known) {
        int strict = compile_options_of(st->c)->strict;
        if (strict == STRICT_ERROR)
            lookup_fail_here(st, "Undefined variable '%.*s'; ", SV_ARG(key->root));
        if (strict == STRICT_WARNING)
            lookup_warn_once(st, arena_printf(st->arena, "Undefined variable '%.*s'; ", SV_ARG(key->root)));
    }
    if (v.kind == V_UNSET)
        v = VALUE_UNDEF;
    if (v.kind != V_UNDEF && !key_dig(st, key, v, &v))
        v = VALUE_UNDEF;
    record(st, key, v);
    return v;
}

static void add_stack(struct strbuf *out, const struct name_stack *s)
{
    if (!s)
        return;
    add_stack(out, s->outer);
    strbuf_addf(out, "%s%.*s", s->outer ? ", " : "", SV_ARG(s->name));
}

void lookup_push(struct lookup_state *st, struct name_stack *entry, const struct sv *key, struct sv name)
{
    for (const struct name_stack *s = st->stack; s; s = s->outer)
        if (sv_eq(s->name, name)) {
            struct strbuf text = STRBUF_IN(st->arena);
            if (key)
                strbuf_addf(&text, "Lookup of key '%.*s' failed: ", SV_ARG(*key));
            strbuf_adds(&text, "Recursive lookup detected in [");
            add_stack(&text, st->stack);
            lookup_fail(st, "%.*s]", SV_ARG(strbuf_sv(&text)));
        }
    *entry = (struct name_stack){ name, st->stack };
    st->stack = entry;
}

static struct value piece_value(struct lookup_state *st, const struct piece *p, struct sv subject)
{
    struct value v = VALUE_UNDEF;
    switch (p->method) {
    case METHOD_SCOPE:
        return scope_value(st, &p->key, subject);
    case METHOD_LITERAL:
        return value_str(p->text);
    case METHOD_LOOKUP:
    case METHOD_ALIAS:
        return lookup_value_named(st, p->text, NULL, &v) ? v : value_str(SV(""));
    case METHOD_UNKNOWN:
        lookup_fail(st, "Unknown interpolation method '%.*s'", SV_ARG(p->text));
    case METHOD_TEXT:
        break;
    }
    return VALUE_UNDEF;
}

/* The text of what a piece gave is interpolated once more. */
static void add_value(struct lookup_state *st, struct strbuf *out, const struct piece *p, struct sv subject, bool methods)
{
    struct value v = piece_value(st, p, subject);
    bool again = (v.kind == V_STRING && has_interpolation(value_sv(v))) || v.kind == V_ARRAY || v.kind == V_HASH;
    if (again) {
        struct name_stack entry;
        const struct name_stack *outer = st->stack;
        lookup_push(st, &entry, NULL, p->method == METHOD_SCOPE ? arena_printf(st->arena, "scope:%.*s", SV_ARG(p->text)) : p->text);
        v = interpolate(st, v, methods);
        st->stack = outer;
    }
    strbuf_add(out, ruby_text(st->arena, v));
}

static struct value fill_text(struct lookup_state *st, struct sv s, bool methods)
{
    struct text_template t = template_parse(st->arena, s);
    struct strbuf out = STRBUF_IN(st->arena);
    for (uint32_t i = 0; i < t.count; i++) {
        const struct piece *p = &t.pieces[i];
        if (p->method == METHOD_TEXT) {
            strbuf_add(&out, p->text);
            continue;
        }
        if (p->called && !methods)
            lookup_fail(st, "Interpolation using method syntax is not allowed in this context");
        if (p->method == METHOD_ALIAS && (t.count != 1 || s.p[0] != '%' || s.p[s.n - 1] != '}'))
            lookup_fail(st, "'alias' interpolation is only permitted if the expression is equal to the entire string");
        if (p->method == METHOD_ALIAS)
            return piece_value(st, p, s);
        add_value(st, &out, p, s, methods);
    }
    return value_str(out.n ? strbuf_sv(&out) : SV(""));
}

static struct value interpolate_text(struct lookup_state *st, struct sv s, bool methods)
{
    if (!has_interpolation(s))
        return value_str(s);
    if (st->explainer)
        explain_push(st->explainer, EXPLAIN_STEP, arena_printf(st->arena, "Interpolation on \"%.*s\"", SV_ARG(s)), SV_NONE);
    struct value v = fill_text(st, s, methods);
    explain_pop(st->explainer);
    return v;
}

struct sv template_fill(struct lookup_state *st, const struct text_template *t)
{
    if (!has_interpolation(t->source))
        return t->source;
    struct strbuf out = STRBUF_IN(st->arena);
    for (uint32_t i = 0; i < t->count; i++) {
        const struct piece *p = &t->pieces[i];
        if (p->called)
            lookup_fail(st, "Interpolation using method syntax is not allowed in this context (file: %.*s)",
                        SV_ARG(st->recording ? st->recording->config_path : t->source));
        if (p->method == METHOD_TEXT)
            strbuf_add(&out, p->text);
        else
            add_value(st, &out, p, t->source, false);
    }
    return strbuf_sv(&out);
}

static bool needs_work(struct value v, unsigned depth)
{
    if (v.kind == V_STRING)
        return has_interpolation(value_sv(v));
    bool found = depth > LIMIT_LOOKUP_DEPTH * 4;
    for (uint32_t i = 0; v.kind == V_ARRAY && i < v.n && !found; i++)
        found = needs_work(v.items[i], depth + 1);
    for (uint32_t i = 0; v.kind == V_HASH && i < v.h->count && !found; i++)
        found = needs_work(v.h->pairs[i].key, depth + 1) || needs_work(v.h->pairs[i].value, depth + 1);
    return found;
}

static struct value interpolate_inside(struct lookup_state *st, struct value v, bool methods)
{
    if (v.kind == V_STRING)
        return interpolate_text(st, value_sv(v), methods);
    if (v.kind == V_ARRAY) {
        struct value *items = ARENA_ARRAY(st->arena, struct value, v.n + 1);
        for (uint32_t i = 0; i < v.n; i++)
            items[i] = interpolate_inside(st, v.items[i], methods);
        return value_array(items, v.n);
    }
    if (v.kind == V_HASH) {
        struct hash *h = hash_new(st->arena, v.h->count);
        for (uint32_t i = 0; i < v.h->count; i++)
            hash_put(st->arena, h, interpolate_inside(st, v.h->pairs[i].key, methods),
                     interpolate_inside(st, v.h->pairs[i].value, methods));
        return value_hash(h);
    }
    return v;
}

/* Where a chain of keys begins and where it has come to. */
static _Noreturn void too_nested(struct lookup_state *st)
{
    enum { ENDS = 3 };
    struct sv chain[LIMIT_LOOKUP_DEPTH * 2];
    uint32_t n = 0;
    for (const struct name_stack *s = st->stack; s && n < LIMIT_LOOKUP_DEPTH * 2; s = s->outer)
        chain[n++] = s->name;
    struct strbuf text = STRBUF_IN(st->arena);
    for (uint32_t i = n; i-- > 0;) {
        bool shown = n <= 2 * ENDS || i >= n - ENDS || i < ENDS;
        if (shown)
            strbuf_addf(&text, "%s%.*s", text.n ? " -> " : "", SV_ARG(chain[i]));
        else if (i == n - ENDS - 1)
            strbuf_addf(&text, " -> (%u more)", n - 2 * ENDS);
    }
    lookup_fail(st, "keys of the data lead to each other more than %d deep, by %%{lookup(...)} or %%{alias(...)}: %.*s", LIMIT_LOOKUP_DEPTH,
                SV_ARG(strbuf_sv(&text)));
}

struct value interpolate(struct lookup_state *st, struct value v, bool methods)
{
    if (!needs_work(v, 0))
        return v;
    if (++st->depth > LIMIT_LOOKUP_DEPTH)
        too_nested(st);
    v = interpolate_inside(st, v, methods);
    st->depth--;
    return v;
}
