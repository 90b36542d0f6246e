/* access: x[keys] for arrays, hashes, strings, types and resources; and references as values. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "eval/internal.h"

struct value make_ref(struct compile *c, struct sv type, struct sv title)
{
    if (sv_eq_nocase(type, SV("class")))
        return make_class_ref(c, title);
    struct type *t = ARENA_NEW(c->arena, struct type);
    t->kind = T_RESOURCE;
    struct rtype *r = find_rtype(c, type);
    t->ref.type = r ? r->info->normal : type_name_normal(c->arena, type);
    t->ref.title = title;
    t->ref.has_title = title.p != NULL;
    return value_type(t);
}

struct value make_class_ref(struct compile *c, struct sv name)
{
    struct type *t = ARENA_NEW(c->arena, struct type);
    t->kind = T_CLASS;
    if (name.n > 2 && name.p[0] == ':' && name.p[1] == ':')
        name = sv_slice(name, 2, name.n);
    char *lower = arena_alloc(c->arena, name.n + 1);
    for (size_t i = 0; i < name.n; i++)
        lower[i] = name.p[i] >= 'A' && name.p[i] <= 'Z' ? (char)(name.p[i] + 32) : name.p[i];
    t->ref.title = (struct sv){ lower, name.n };
    t->ref.has_title = name.p != NULL;
    return value_type(t);
}

bool ref_parts(struct compile *c, struct value v, struct sv *out_type, struct sv *out_title)
{
    (void)c;
    if (v.kind != V_TYPE)
        return false;
    const struct type *t = v.t;
    if (t->kind == T_TYPE && t->inner)
        t = t->inner;
    if ((t->kind != T_RESOURCE && t->kind != T_CLASS) || !t->ref.has_title)
        return false;
    *out_type = t->kind == T_CLASS ? SV("Class") : t->ref.type;
    *out_title = t->ref.title;
    return true;
}

static struct value flatten_into(struct compile *c, const struct value *in, uint32_t n, bool drop_undef)
{
    struct value *items = NULL;
    uint32_t count = 0;
    size_t cap = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (in[i].kind == V_ARRAY) {
            struct value inner = flatten_into(c, in[i].items, in[i].n, drop_undef);
            for (uint32_t j = 0; j < inner.n; j++)
                ARENA_PUSH(c->arena, items, count, cap, inner.items[j]);
        } else if (!drop_undef || in[i].kind != V_UNDEF) {
            ARENA_PUSH(c->arena, items, count, cap, in[i]);
        }
    }
    return value_array(items, count);
}

static const struct node *key_node(const struct node *n, uint32_t i)
{
    return n->access.keys.count ? n->access.keys.items[i < n->access.keys.count ? i : n->access.keys.count - 1] : n;
}

static int64_t index_of(struct frame *f, const struct node *n, struct value v, struct value key, uint32_t i)
{
    struct value k = coerce_number(f, key, key_node(n, i));
    if (k.kind != V_INT)
        fail_at(f, key_node(n, i), "%.*s[] cannot use %.*s where Integer is expected",
                SV_ARG(with_article(f->c, value_label(f->c, v), true)), SV_ARG(generalized_text(f->c, k)));
    return k.i;
}

/* [from, length] of a thing of size n; false where it is outside. */
static bool slice_bounds(int64_t n, int64_t k1, int64_t k2, int64_t *out_from, int64_t *out_n)
{
    k1 = k1 < 0 ? n + k1 : k1;
    k2 = k2 < 0 ? n - k1 + k2 + 1 : k2;
    if (k1 < 0) {
        k2 += k1;
        k1 = 0;
    }
    if (k1 > n || k2 < 0)
        return false;
    *out_from = k1;
    *out_n = k2 > n - k1 ? n - k1 : k2;
    return true;
}

static struct value access_array(struct frame *f, const struct node *n, struct value v, struct value keys)
{
    if (keys.n == 1) {
        int64_t i = index_of(f, n, v, keys.items[0], 0);
        if (i < 0)
            i += v.n;
        return i >= 0 && i < (int64_t)v.n ? v.items[i] : VALUE_UNDEF;
    }
    if (keys.n != 2)
        fail_at(f, n->access.lhs, "Array supports [] with one or two arguments. Got %u", keys.n);
    int64_t from, count;
    if (!slice_bounds(v.n, index_of(f, n, v, keys.items[0], 0), index_of(f, n, v, keys.items[1], 1), &from, &count))
        return value_array(NULL, 0);
    return value_array(v.items + from, (uint32_t)count);
}

static int64_t character_index(struct frame *f, const struct node *n, struct value key, uint32_t i)
{
    struct value k = key;
    if (k.kind == V_STRING && !number_from_sv(value_sv(key), &k))
        k = key;
    if (k.kind != V_INT)
        fail_at(f, key_node(n, i), "A substring operation does not accept %.*s as a character index. Expected an Integer",
                SV_ARG(with_article(f->c, generalized_text(f->c, k), false)));
    return k.i;
}

static size_t char_offset(struct sv s, int64_t chars)
{
    size_t at = 0;
    while (at < s.n && chars > 0) {
        at++;
        while (at < s.n && ((unsigned char)s.p[at] & 0xc0) == 0x80)
            at++;
        chars--;
    }
    return at;
}

static struct value access_string(struct frame *f, const struct node *n, struct value v, struct value keys)
{
    struct sv s = value_sv(v);
    int64_t length = 0;
    for (size_t i = 0; i < s.n; i++)
        length += ((unsigned char)s.p[i] & 0xc0) != 0x80;
    int64_t from, count = 1;
    if (keys.n != 1 && keys.n != 2)
        fail_at(f, n->access.lhs, "String supports [] with one or two arguments. Got %u", keys.n);
    from = character_index(f, n, keys.items[0], 0);
    if (keys.n == 2)
        count = character_index(f, n, keys.items[1], 1);
    else if (from < -length)
        return value_str(SV(""));
    if (!slice_bounds(length, from, count, &from, &count) || !count)
        return value_str(SV(""));
    size_t a = char_offset(s, from), b = a + char_offset(sv_slice(s, a, s.n), count);
    return value_str(sv_slice(s, a, b));
}

static struct value access_hash(struct frame *f, const struct node *n, struct value v, const struct value *keys, uint32_t count)
{
    if (count == 1) {
        const struct value *found = hash_find(v.h, keys[0]);
        return found ? *found : VALUE_UNDEF;
    }
    if (!count)
        fail_at(f, n->access.lhs, "Hash supports [] with one or more arguments. Got 0");
    struct value *items = ARENA_ARRAY(f->c->arena, struct value, count);
    uint32_t found_count = 0;
    for (uint32_t i = 0; i < count; i++) {
        const struct value *found = hash_find(v.h, keys[i]);
        if (found && found->kind != V_UNDEF)
            items[found_count++] = *found;
    }
    return value_array(items, found_count);
}

/* ---- references ---- */

/* The class's or resource's parameter: what is set, or the default in force where it was declared. */
static struct value resource_attribute(struct eres *r, const struct sym *name)
{
    const struct resource_param *p = param_find(r, name);
    if (p && p->value.kind != V_UNDEF)
        return p->value;
    for (struct scope *s = r->type ? r->scope : NULL; s; s = s->parent)
        for (struct default_param *d = s->defaults; d; d = d->next)
            if (d->type == r->type->info && d->param.name == name)
                return d->param.value;
    return VALUE_UNDEF;
}

static bool has_attribute(struct compile *c, const struct eres *r, const struct sym *name)
{
    if (is_metaparam(c, name) || name == c->names.name_)
        return true;
    if (r->entry && r->entry->def) {
        for (uint32_t i = 0; i < r->entry->def->param_count; i++)
            if (r->entry->def->params[i].name == name)
                return true;
        return false;
    }
    for (uint32_t i = 0; r->type && i < r->type->info->param_count; i++)
        if (r->type->info->params[i] == name)
            return true;
    return false;
}

static struct value access_attributes(struct frame *f, const struct node *n, const struct type *t, struct value keys, bool many)
{
    struct compile *c = f->c;
    struct sv type = t->kind == T_CLASS ? SV("Class") : t->ref.type;
    struct eres *r = find_resource(c, type, t->ref.title);
    if (!r)
        fail_at(f, n, "Resource not found: %.*s['%.*s']", SV_ARG(type), SV_ARG(t->ref.title));
    struct value *items = ARENA_ARRAY(c->arena, struct value, keys.n + 1);
    for (uint32_t i = 0; i < keys.n; i++) {
        struct sv name = keys.items[i].kind == V_STRING ? value_sv(keys.items[i]) : value_text(c->arena, keys.items[i]);
        const struct sym *sym = text_sym(c, name);
        if (!has_attribute(c, r, sym))
            fail_at(f, n, "The resource %.*s['%.*s'] does not have a parameter called '%.*s'", SV_ARG(type), SV_ARG(t->ref.title),
                    SV_ARG(name));
        items[i] = resource_attribute(r, sym);
    }
    return many ? value_array(items, keys.n) : items[keys.n - 1];
}

static struct value access_reference(struct frame *f, const struct node *n, const struct type *t, struct value *keys, uint32_t count)
{
    struct compile *c = f->c;
    struct sv type = t->ref.type;
    bool is_class = t->kind == T_CLASS;
    if (!is_class && !type.n && count) { /* Resource['file', '/a'] */
        if (keys[0].kind == V_TYPE && keys[0].t->kind == T_RESOURCE)
            type = keys[0].t->ref.type;
        else if (keys[0].kind == V_TYPE && keys[0].t->kind == T_CLASS)
            is_class = true;
        else if (keys[0].kind == V_STRING)
            type = value_sv(keys[0]);
        else
            fail_at(f, key_node(n, 0), "First argument to Resource[] must be a resource type or a String. Got %.*s.",
                    SV_ARG(generalized_text(c, keys[0])));
        is_class |= sv_eq_nocase(type, SV("class"));
        keys++;
        count--;
        if (!count)
            return is_class ? value_type(type_builtin(SV("Class"))) : make_ref(c, type, SV_NONE);
    }
    bool many = count > 1 || (count && keys[0].kind == V_ARRAY);
    struct value flat = flatten_into(c, keys, count, true);
    if (!flat.n)
        return many ? value_array(NULL, 0) : VALUE_UNDEF;
    if (t->ref.has_title)
        return access_attributes(f, n, t, flat, many);
    struct value *items = ARENA_ARRAY(c->arena, struct value, flat.n);
    for (uint32_t i = 0; i < flat.n; i++) {
        if (flat.items[i].kind != V_STRING) {
            if (is_class)
                fail_at(f, key_node(n, i), "Illegal Class name in class reference. %.*s cannot be used where a String is expected",
                        SV_ARG(with_article(c, value_label(c, flat.items[i]), true)));
            fail_at(f, key_node(n, i),
                    "Error creating type specialization of %.*s, Cannot use %.*s where a resource title String is expected",
                    SV_ARG(with_article(c, value_label(c, value_type(t)), false)), SV_ARG(generalized_text(c, flat.items[i])));
        }
        struct sv title = value_sv(flat.items[i]);
        items[i] = is_class ? make_class_ref(c, title) : make_ref(c, type, title);
    }
    return many ? value_array(items, flat.n) : items[0];
}

static struct value access_type(struct frame *f, const struct node *n, const struct type *t, struct value *keys, uint32_t count)
{
    if (t->kind == T_RESOURCE || t->kind == T_CLASS)
        return access_reference(f, n, t, keys, count);
    struct err err;
    const struct node *lhs = n->access.lhs;
    struct sv name = lhs->kind == AST_TYPE_NAME ? lhs->s : type_text(f->c->arena, t);
    struct type_fault fault;
    const struct type *made = type_specialize_at(f->c->arena, t, name, keys, count, &err, &fault);
    if (!made)
        fail_at(f, fault.argument >= 0 ? key_node(n, (uint32_t)fault.argument) : lhs, "%s%.*s",
                fault.thrown ? "Error while evaluating a '[]' expression, " : "", SV_ARG(fault.why.p ? fault.why : sv_of(err.text)));
    return value_type(made);
}

struct value eval_access(struct frame *f, const struct node *n)
{
    struct value v = eval(f, n->access.lhs);
    uint32_t count = n->access.keys.count;
    struct value *keys = ARENA_ARRAY(f->c->arena, struct value, count + 1);
    bool nested = false;
    for (uint32_t i = 0; i < count; i++) {
        keys[i] = eval(f, n->access.keys.items[i]);
        nested |= keys[i].kind == V_ARRAY;
    }
    switch (v.kind) {
    case V_HASH:
        return access_hash(f, n, v, keys, count);
    case V_ARRAY:
        return access_array(f, n, v, nested ? flatten_into(f->c, keys, count, false) : value_array(keys, count));
    case V_STRING:
        return access_string(f, n, v, nested ? flatten_into(f->c, keys, count, false) : value_array(keys, count));
    case V_TYPE:
        return access_type(f, n, v.t, keys, count);
    default:
        fail_at(f, n->access.lhs, "Operator '[]' is not applicable to %.*s.", SV_ARG(with_article(f->c, value_label(f->c, v), false)));
    }
}
