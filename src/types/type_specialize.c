/* type: Type[arguments]. Messages are the reference's. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "types/internal.h"
#include "types/object.h"
#include "types/regexp.h"
#include "types/ruby_value.h"
#include "types/semver.h"
#include "types/timefmt.h"
#include "types/uri.h"

struct job {
    struct arena *a;
    const struct type *base;
    const struct value *args; /* flattened */
    uint32_t count;
    struct err *err;
    struct type_fault fault;
};

/* A mistake in argument i. */
static void blame(struct job *j, uint32_t i) { j->fault.argument = (int32_t)i; }

/* What the reference's constructors throw: it is told as a failure of the '[]' itself. */
static const struct type *fail_range(struct job *j, struct sv from, struct sv to)
{
    j->fault.thrown = true;
    err_set(j->err, "'from' must be less or equal to 'to'. Got (%.*s, %.*s", SV_ARG(from), SV_ARG(to));
    return NULL;
}

static const struct type *fail_bounds(struct job *j, int64_t from, int64_t to)
{
    return fail_range(j, arena_printf(j->a, "%lld", (long long)from), arena_printf(j->a, "%lld", (long long)to));
}

static const struct type *thrown(struct job *j, const struct type *t)
{
    j->fault.thrown = !t;
    return t;
}

static const struct type *fail_arity(struct job *j, int min, int max)
{
    /* the reference names these with an article */
    static const bool articled[TYPE_KIND_COUNT] = {
        [T_TUPLE] = true,  [T_ENUM] = true,    [T_VARIANT] = true,  [T_SEMVER] = true,    [T_PATTERN] = true,  [T_BOOLEAN] = true,
        [T_STRUCT] = true, [T_RUNTIME] = true, [T_CALLABLE] = true, [T_TIMESTAMP] = true, [T_TIMESPAN] = true, [T_REGEXP] = true
    };
    struct sv name = sv_of(type_kind_name(j->base->kind));
    const char *article = !articled[j->base->kind] ? "" : *text_article(name) && text_article(name)[1] ? "An " : "A ";

    if (max < 0)
        err_set(j->err, "%s%.*s-Type[] accepts %d or more arguments. Got %u", article, SV_ARG(name), min, j->count);
    else if (max != min)
        err_set(j->err, "%s%.*s-Type[] accepts %d to %d arguments. Got %u", article, SV_ARG(name), min, max, j->count);
    else
        err_set(j->err, "%s%.*s-Type[] accepts %d argument%s. Got %u", article, SV_ARG(name), min, min == 1 ? "" : "s", j->count);
    return NULL;
}

static const struct type *fail_no_type(struct job *j, uint32_t i)
{
    blame(j, i);
    err_set(j->err, "%s-Type[] arguments must be types. Got %s", type_kind_name(j->base->kind), ruby_class(j->args[i]));
    return NULL;
}

static const struct type *fail_key(struct job *j, uint32_t i, const char *expected)
{
    struct sv base = type_text(j->a, j->base), got;

    blame(j, i);
    if (j->args[i].kind == V_DEFAULT)
        got = SV("Default");
    else
        got = type_text(j->a, type_generalize(j->a, type_infer_reduced(j->a, j->args[i])));
    err_set(j->err, "Error creating type specialization of %s %.*s-Type, Cannot use %.*s where %s is expected", text_article(base),
            SV_ARG(base), SV_ARG(got), expected);
    return NULL;
}

static bool is_bound(struct value v) { return v.kind == V_INT || v.kind == V_DEFAULT; }
static bool is_type(struct value v) { return v.kind == V_TYPE; }

/* Sizes: an Integer type, or one or two integers (or default). */
static bool take_size(struct job *j, uint32_t at, int64_t *out_from, int64_t *out_to)
{
    uint32_t n = j->count - at;

    if (n == 1 && is_type(j->args[at]) && type_resolve(j->args[at].t)->kind == T_INTEGER) {
        const struct type *t = type_resolve(j->args[at].t);

        *out_from = t->range.from < 0 ? 0 : t->range.from;
        *out_to = t->range.to < 0 ? 0 : t->range.to;
        return true;
    }
    for (uint32_t i = at; i < j->count; i++)
        if (!is_bound(j->args[i])) {
            struct sv name = sv_of(ruby_class(j->args[i]));

            blame(j, i);
            return err_set(j->err,
                           "A Type's size constraint arguments must be a single Integer type, or 1-2 integers (or default). Got %s %.*s",
                           text_article(name), SV_ARG(name));
        }
    *out_from = j->args[at].kind == V_INT ? j->args[at].i : 0;
    *out_to = n > 1 && j->args[at + 1].kind == V_INT ? j->args[at + 1].i : SIZE_UNBOUNDED;
    if (*out_from > *out_to)
        return fail_bounds(j, *out_from, *out_to) != NULL;
    if (*out_from < 0)
        *out_from = 0;
    if (*out_to < 0)
        *out_to = 0;
    return true;
}

static const struct type *make_integer(struct job *j)
{
    struct type *t = type_make(j->a, T_INTEGER);

    if (j->count < 1 || j->count > 2) {
        err_set(j->err, "Integer-Type supports [] with one or two arguments (from, to). Got %u", j->count);
        return NULL;
    }
    for (uint32_t i = 0; i < j->count; i++)
        if (!is_bound(j->args[i])) {
            blame(j, i);
            err_set(j->err, "Integer-Type [] requires all arguments to be integers (or default). Got %s", ruby_class(j->args[i]));
            return NULL;
        }
    if (j->args[0].kind == V_INT)
        t->range.from = j->args[0].i;
    if (j->count > 1 && j->args[1].kind == V_INT)
        t->range.to = j->args[1].i;
    return t->range.from > t->range.to ? fail_bounds(j, t->range.from, t->range.to) : t;
}

static const struct type *make_float(struct job *j)
{
    struct type *t = type_make(j->a, T_FLOAT);
    double *bounds[] = { &t->frange.from, &t->frange.to };

    if (j->count < 1 || j->count > 2) {
        err_set(j->err, "Float-Type supports [] with one or two arguments (from, to). Got %u", j->count);
        return NULL;
    }
    for (uint32_t i = 0; i < j->count; i++) {
        if (!is_bound(j->args[i]) && j->args[i].kind != V_FLOAT) {
            blame(j, i);
            err_set(j->err, "Float-Type [] requires all arguments to be floats, or integers (or default). Got %s", ruby_class(j->args[i]));
            return NULL;
        }
        if (j->args[i].kind != V_DEFAULT)
            *bounds[i] = j->args[i].kind == V_FLOAT ? j->args[i].f : (double)j->args[i].i;
    }
    if (t->frange.from > t->frange.to)
        return fail_range(j, value_text(j->a, value_float(t->frange.from)), value_text(j->a, value_float(t->frange.to)));
    return t;
}

static const struct type *make_string(struct job *j)
{
    struct type *t = type_make(j->a, T_STRING);

    if (j->count < 1 || j->count > 2) {
        err_set(j->err, "String supports [] with one or two arguments. Got %u", j->count);
        return NULL;
    }
    t->sized = true;
    return take_size(j, 0, &t->str.from, &t->str.to) ? t : NULL;
}

static const struct type *make_collection(struct job *j)
{
    struct type *t = type_make(j->a, T_COLLECTION);

    if (j->count < 1 || j->count > 2)
        return fail_arity(j, 1, 2);
    t->sized = true;
    return take_size(j, 0, &t->range.from, &t->range.to) ? t : NULL;
}

static const struct type *make_array(struct job *j)
{
    struct type *t = type_make(j->a, T_ARRAY);
    bool has_type = j->count > 0 && is_type(j->args[0]);

    if (j->count < 1 || j->count > 3)
        return fail_arity(j, 1, 3);
    if (!has_type && j->count != 2)
        return fail_no_type(j, 0);
    if (has_type)
        t->array.elem = j->args[0].t;
    if (j->count == 1)
        return t;
    t->sized = true;
    if (!take_size(j, has_type ? 1 : 0, &t->array.from, &t->array.to))
        return NULL;
    if (t->array.to == 0)
        t->array.elem = type_bare(T_UNIT);
    return t;
}

static const struct type *make_hash(struct job *j)
{
    struct type *t = type_make(j->a, T_HASH);

    if (j->count == 2 && j->args[0].kind == V_INT && j->args[1].kind == V_INT) {
        t->sized = true;
        if (!take_size(j, 0, &t->hash.from, &t->hash.to))
            return NULL;
        if (t->hash.to == 0)
            t->hash.key = t->hash.value = type_bare(T_UNIT);
        return t;
    }
    for (uint32_t i = 0; i < 2 && i < j->count; i++)
        if (!is_type(j->args[i]))
            return fail_no_type(j, i);
    if (j->count < 2 || j->count > 4)
        return fail_arity(j, 2, 4);
    t->hash.key = j->args[0].t;
    t->hash.value = j->args[1].t;
    if (j->count == 2)
        return t;
    t->sized = true;
    return take_size(j, 2, &t->hash.from, &t->hash.to) ? t : NULL;
}

/* An argument as the type it stands for: a text is the name of a class of Ruby. NULL where it is neither. */
static const struct type *type_or_runtime(struct job *j, struct value v)
{
    struct type *t;

    if (is_type(v))
        return v.t;
    if (v.kind != V_STRING)
        return NULL;
    t = type_make(j->a, T_RUNTIME);
    t->runtime.runtime = SV("ruby");
    t->runtime.name = value_sv(v);
    return t;
}

static const struct type *tuple_of(struct job *j, uint32_t count, bool sized, int64_t from, int64_t to)
{
    struct type *t = type_make(j->a, T_TUPLE);

    t->tuple.items = ARENA_ARRAY(j->a, const struct type *, count + 1);
    for (uint32_t i = 0; i < count; i++) {
        t->tuple.items[i] = j->base->kind == T_CALLABLE ? type_or_runtime(j, j->args[i]) : is_type(j->args[i]) ? j->args[i].t : NULL;
        if (!t->tuple.items[i])
            return fail_key(j, i, "Any-Type");
    }
    t->tuple.count = count;
    t->sized = sized;
    t->tuple.from = sized ? from : count;
    t->tuple.to = sized ? to : count ? count : SIZE_UNBOUNDED;
    return t;
}

/* The bounds at the end of Tuple's and Callable's arguments; takes them off count. */
static bool take_bounds(struct job *j, uint32_t *count, bool *out_sized, int64_t *out_from, int64_t *out_to)
{
    uint32_t n = *count, bounds = n > 1 && is_bound(j->args[n - 1]) && is_bound(j->args[n - 2]) ? 2 : n && is_bound(j->args[n - 1]) ? 1 : 0;
    struct job sizes = *j;

    *out_sized = bounds > 0;
    *count = n - bounds;
    sizes.count = n;
    return bounds == 0 || take_size(&sizes, n - bounds, out_from, out_to);
}

static const struct type *make_tuple(struct job *j)
{
    uint32_t count = j->count;
    int64_t from = 0, to = 0;
    bool sized;

    if (!take_bounds(j, &count, &sized, &from, &to))
        return NULL;
    if (count < 1) {
        j->count = 0;
        return fail_arity(j, 1, -1);
    }
    return tuple_of(j, count, sized, from, to);
}

static bool is_callable(const struct type *t)
{
    t = type_resolve(t);
    if (t->kind == T_OPTIONAL)
        return t->inner && is_callable(t->inner);
    if (t->kind != T_VARIANT)
        return t->kind == T_CALLABLE;
    for (uint32_t i = 0; i < t->variant.count; i++)
        if (!is_callable(t->variant.items[i]))
            return false;
    return t->variant.count > 0;
}

static const struct type *make_callable(struct job *j)
{
    struct type *t = type_make(j->a, T_CALLABLE), *params;
    uint32_t count;
    int64_t from = 0, to = 0;
    bool sized;

    if (j->count > 0 && j->args[0].kind == V_ARRAY) { /* Callable[[params], returns] */
        if (j->count != 2)
            return fail_arity(j, 2, 2);
        if (!is_type(j->args[1]))
            return fail_key(j, 1, "Any-Type");
        t->callable.returns = j->args[1].t->kind == T_ANY ? NULL : j->args[1].t;
        j->count = j->args[0].n;
        j->args = j->args[0].items;
        if (j->count == 0 && t->callable.returns) {
            params = (struct type *)tuple_of(j, 0, true, 0, 0);
            params->sized = false; /* nobody wrote "0, 0" */
            t->callable.params = params;
            return t;
        }
    }
    count = j->count;
    if (count && is_type(j->args[count - 1]) && is_callable(j->args[count - 1].t))
        t->callable.block = j->args[--count].t;
    if (!take_bounds(j, &count, &sized, &from, &to))
        return NULL;
    params = (struct type *)tuple_of(j, count, sized || !count, from, to);
    if (!params)
        return NULL;
    params->sized = sized;
    if (count == 0 && sized && to > 0) { /* so many of anything */
        params->tuple.items[0] = type_bare(T_UNIT);
        params->tuple.count = 1;
    }
    t->callable.params = params;
    return t;
}

/* A Struct's key: 'name', Optional['name'], NotUndef['name'], an Enum of one. */
static bool take_member_key(struct job *j, struct value key, struct struct_member *m)
{
    const struct type *t;

    if (key.kind == V_STRING) {
        m->name = value_sv(key);
        m->optional_key = type_allows_undef(m->type);
        j->fault.thrown = key.n == 0;
        return key.n > 0 || err_set(j->err, "Struct element key cannot be an empty String");
    }
    t = key.kind == V_TYPE ? key.t : NULL;
    if (t && t->kind == T_OPTIONAL)
        m->optional_key = true;
    if (t && (t->kind == T_OPTIONAL || t->kind == T_NOT_UNDEF))
        t = t->inner;
    if (t && t->kind == T_ENUM && t->enums.count == 1)
        m->name = t->enums.values[0];
    else if (t && t->kind == T_STRING && t->str.exact)
        m->name = t->str.text;
    else
        return !(j->fault.thrown = true) ||
               err_set(j->err, "Illegal Struct member key type. Expected NotUndef, Optional, String, or Enum. Got: %.*s",
                       SV_ARG(key.kind == V_TYPE ? type_text(j->a, key.t) : sv_of(ruby_class(key))));
    return m->name.n > 0 || err_set(j->err, "Struct element key cannot be an empty String");
}

static const struct type *make_struct(struct job *j)
{
    struct type *t = type_make(j->a, T_STRUCT);
    struct struct_member *members;
    const struct hash *h;

    if (j->count != 1)
        return fail_arity(j, 1, 1);
    if (j->args[0].kind != V_HASH)
        return fail_key(j, 0, "Hash");
    h = j->args[0].h;
    members = ARENA_ARRAY(j->a, struct struct_member, h->count);
    for (uint32_t i = 0; i < h->count; i++) {
        members[i].type = type_or_runtime(j, h->pairs[i].value);
        if (!members[i].type) /* a plain value stands for its kind */
            members[i].type = type_generalize(j->a, type_infer_reduced(j->a, h->pairs[i].value));
        if (!take_member_key(j, h->pairs[i].key, &members[i]))
            return NULL;
    }
    t->strct.members = members;
    t->strct.count = h->count;
    return t;
}

static const struct type *make_enum(struct job *j)
{
    bool nocase = false;
    struct sv *values;

    if (j->count && j->args[j->count - 1].kind == V_BOOL)
        nocase = j->args[--j->count].b;
    if (j->count < 1)
        return fail_arity(j, 1, -1);
    values = ARENA_ARRAY(j->a, struct sv, j->count);
    for (uint32_t i = 0; i < j->count; i++) {
        if (j->args[i].kind != V_STRING)
            return fail_key(j, i, "String");
        values[i] = value_sv(j->args[i]);
    }
    return type_enum(j->a, values, j->count, nocase);
}

static const struct type *make_pattern(struct job *j)
{
    struct type *t = type_make(j->a, T_PATTERN);
    size_t n = 0, cap = 0;

    if (j->count < 1)
        return fail_arity(j, 1, -1);
    for (uint32_t i = 0; i < j->count; i++) {
        struct value v = j->args[i];
        const struct regexp *re = NULL;

        if (v.kind == V_REGEXP) {
            re = v.re;
        } else if (v.kind == V_STRING) {
            re = regexp_compile(j->a, value_sv(v), j->err);
            if (!re)
                return thrown(j, NULL);
        } else if (v.kind == V_TYPE && v.t->kind == T_REGEXP && v.t->regexp) {
            re = v.t->regexp;
        } else if (v.kind == V_TYPE && v.t->kind == T_PATTERN) {
            for (uint32_t k = 0; k < v.t->patterns.count; k++)
                ARENA_PUSH(j->a, t->patterns.items, n, cap, v.t->patterns.items[k]);
            continue;
        }
        if (!re)
            return fail_key(j, i, "String or Regexp or Pattern-Type or Regexp-Type");
        ARENA_PUSH(j->a, t->patterns.items, n, cap, re);
    }
    t->patterns.count = (uint32_t)n;
    return t;
}

static const struct type *make_regexp(struct job *j)
{
    struct type *t = type_make(j->a, T_REGEXP);

    if (j->count != 1) {
        if (j->count > 1)
            blame(j, 1);
        return fail_arity(j, 1, 1);
    }
    if (j->args[0].kind == V_REGEXP)
        t->regexp = j->args[0].re;
    else if (j->args[0].kind == V_STRING)
        t->regexp = regexp_compile(j->a, value_sv(j->args[0]), j->err);
    else
        return fail_key(j, 0, "String or Regexp");
    return t->regexp ? t : NULL;
}

static const struct type *make_variant(struct job *j)
{
    const struct type **items = ARENA_ARRAY(j->a, const struct type *, j->count);

    if (j->count < 1)
        return fail_arity(j, 1, -1);
    for (uint32_t i = 0; i < j->count; i++) {
        if (!is_type(j->args[i]))
            return fail_key(j, i, "Any-Type");
        items[i] = j->args[i].t;
    }
    return type_variant(j->a, items, j->count);
}

/* Init[Type, further arguments of its new()] */
static const struct type *make_init(struct job *j)
{
    struct type *t = type_make(j->a, T_INIT);

    if (j->count < 1)
        return fail_arity(j, 1, -1);
    if (!is_type(j->args[0]))
        return fail_no_type(j, 0);
    t->init.inner = j->args[0].t;
    t->init.args = j->args + 1;
    t->init.count = j->count - 1;
    return t;
}

static const struct type *make_wrapper(struct job *j)
{
    bool takes_text = j->base->kind == T_OPTIONAL || j->base->kind == T_NOT_UNDEF;
    const struct type *inner;

    if (j->count == 0 && j->base->kind == T_NOT_UNDEF)
        return j->base;
    if (j->count != 1)
        return fail_arity(j, 1, 1);
    if (takes_text && j->args[0].kind == V_STRING)
        inner = type_exact_string(j->a, value_sv(j->args[0]));
    else if (is_type(j->args[0]))
        inner = j->args[0].t;
    else if (j->base->kind == T_NOT_UNDEF) {
        blame(j, 0);
        err_set(j->err, "NotUndef-Type[] argument must be a Type or a String. Got %s", ruby_class(j->args[0]));
        return NULL;
    } else {
        return fail_no_type(j, 0);
    }
    if (j->base->kind == T_NOT_UNDEF && inner->kind == T_ANY)
        return j->base;
    return type_wrap(j->a, j->base->kind, j->base->kind == T_SENSITIVE ? type_generalize(j->a, inner) : inner);
}

static const struct type *make_boolean(struct job *j)
{
    struct type *t = type_make(j->a, T_BOOLEAN);

    if (j->count != 1)
        return fail_arity(j, 1, 1);
    if (j->args[0].kind != V_BOOL)
        return fail_key(j, 0, "TrueClass or FalseClass");
    t->boolean.only = j->args[0].b;
    return t;
}

/* A bound of a Timestamp or Timespan: itself, text, or seconds. */
static bool take_time(struct job *j, struct value v, int64_t *out_ns)
{
    bool stamp = j->base->kind == T_TIMESTAMP;
    double seconds;

    switch (v.kind) {
    case V_DEFAULT:
        return true;
    case V_TIMESTAMP:
    case V_TIMESPAN:
        *out_ns = v.i;
        return true;
    case V_STRING:
        j->fault.thrown = true;
        return stamp ? timestamp_parse(j->a, value_sv(v), VALUE_UNDEF, SV_NONE, out_ns, j->err)
                     : timespan_parse(j->a, value_sv(v), VALUE_UNDEF, out_ns, j->err);
    case V_INT:
    case V_FLOAT:
        seconds = v.kind == V_INT ? (double)v.i : v.f;
        if (fabs(seconds) < 9e9) {
            *out_ns = v.kind == V_INT ? v.i * NS_PER_SECOND : (int64_t)(seconds * 1e9);
            return true;
        }
        break;
    default:
        break;
    }
    return err_set(j->err, "%s-Type[] cannot take %s as a bound", type_kind_name(j->base->kind), ruby_class(v));
}

static struct value time_bound(const struct job *j, int64_t ns)
{
    return (struct value){ .kind = j->base->kind == T_TIMESTAMP ? V_TIMESTAMP : V_TIMESPAN, .i = ns };
}

static const struct type *make_time(struct job *j)
{
    struct type *t = type_make(j->a, j->base->kind);

    if (j->count > 2)
        return fail_arity(j, 0, 2);
    if ((j->count > 0 && !take_time(j, j->args[0], &t->range.from)) || (j->count > 1 && !take_time(j, j->args[1], &t->range.to)))
        return NULL;
    j->fault.thrown = false;
    if (t->range.from > t->range.to)
        return fail_range(j, value_text(j->a, time_bound(j, t->range.from)), value_text(j->a, time_bound(j, t->range.to)));
    return t;
}

static const struct type *make_semver(struct job *j)
{
    struct type *t = type_make(j->a, T_SEMVER);
    struct strbuf text = STRBUF_IN(j->a);

    if (j->count < 1)
        return fail_arity(j, 1, -1);
    for (uint32_t i = 0; i < j->count; i++) {
        if (j->args[i].kind != V_STRING && j->args[i].kind != V_SEMVER_RANGE)
            return fail_key(j, i, "String or SemanticPuppet::VersionRange");
        strbuf_adds(&text, i ? " || " : "");
        value_print(&text, j->args[i]);
    }
    t->semver = semver_range_parse(j->a, strbuf_sv(&text), j->err);
    return thrown(j, t->semver ? t : NULL);
}

static const struct type *make_class(struct job *j)
{
    struct type *t = type_make(j->a, T_CLASS);
    struct sv name;

    if (j->count < 1)
        return fail_arity(j, 1, -1);
    if (j->args[0].kind != V_STRING || j->args[0].n == 0) {
        err_set(j->err, "Illegal Class name in class reference. A %s cannot be used where a String is expected",
                type_kind_name(type_infer_reduced(j->a, j->args[0])->kind));
        return NULL;
    }
    name = text_case(j->a, value_sv(j->args[0]), CASE_DOWN);
    if (sv_starts(name, SV("::")))
        name = sv_slice(name, 2, name.n);
    t->ref.title = name;
    t->ref.has_title = true;
    return t;
}

/* foo::bar, Foo::Bar: as resource types are named in references */
static struct sv resource_name(struct arena *a, struct sv name)
{
    struct sv copy = arena_dup(a, name);
    char *p = (char *)copy.p;

    for (size_t i = 0; i < copy.n; i++)
        if ((i == 0 || p[i - 1] == ':') && p[i] >= 'a' && p[i] <= 'z')
            p[i] = (char)(p[i] - 32);
    return sv_starts(copy, SV("::")) ? sv_slice(copy, 2, copy.n) : copy;
}

static const struct type *make_resource(struct job *j)
{
    struct type *t = type_make(j->a, T_RESOURCE);
    uint32_t at = 0;

    if (j->count < 1)
        return fail_arity(j, 1, -1);
    t->ref.type = j->base->ref.type;
    if (!t->ref.type.n) {
        struct value v = j->args[at++];

        if (v.kind == V_TYPE && v.t->kind == T_RESOURCE)
            t->ref.type = v.t->ref.type;
        else if (v.kind == V_TYPE && v.t->kind == T_REFERENCE)
            t->ref.type = v.t->reference;
        else if (v.kind == V_STRING)
            t->ref.type = resource_name(j->a, value_sv(v));
        else {
            struct sv got = type_text(j->a, type_generalize(j->a, type_infer_reduced(j->a, v)));

            err_set(j->err, "First argument to Resource[] must be a resource type or a String. Got %.*s", SV_ARG(got));
            return NULL;
        }
    }
    if (at == j->count)
        return t;
    if (j->args[at].kind != V_STRING)
        return fail_key(j, at, "a resource title String");
    t->ref.title = value_sv(j->args[at]);
    t->ref.has_title = true;
    return t;
}

static const struct type *make_runtime(struct job *j)
{
    struct type *t = type_make(j->a, T_RUNTIME);

    if (j->count != 2)
        return fail_arity(j, 1, 2); /* as the reference says it */
    for (uint32_t i = 0; i < 2; i++)
        if (j->args[i].kind != V_STRING)
            return fail_key(j, i, "String or String");
    t->runtime.runtime = value_sv(j->args[0]);
    t->runtime.name = value_sv(j->args[1]);
    return t;
}

static const struct type *make_reference(struct job *j)
{
    struct type *t = type_make(j->a, T_REFERENCE);

    if (j->count != 1 || j->args[0].kind != V_STRING)
        return fail_arity(j, 1, 1);
    t->reference = value_sv(j->args[0]);
    return t;
}

static const struct type *make_uri(struct job *j)
{
    struct type *t = type_make(j->a, T_URI);
    const struct hash *h;

    if (j->count != 1)
        return fail_arity(j, 1, 1);
    if (j->args[0].kind == V_STRING && j->args[0].n)
        return thrown(j, uri_split(j->a, value_sv(j->args[0]), &t->uri, j->err) ? t : NULL);
    if (j->args[0].kind != V_HASH)
        return fail_no_type(j, 0);
    h = j->args[0].h;
    for (uint32_t i = 0; i < h->count; i++)
        if (!uri_part_asks(h->pairs[i].key, h->pairs[i].value))
            return fail_no_type(j, 0);
    t->uri = h->count ? h : NULL;
    return t;
}

/* What is told in full, however long it is. */
static const struct type *fail_long(struct job *j, struct sv why)
{
    j->fault.thrown = true;
    j->fault.why = why;
    err_set(j->err, "%.*s", SV_ARG(why));
    return NULL;
}

/* Object[{ ... }] is a new type, Car[args] one with parameters. */
static const struct type *make_object(struct job *j)
{
    const struct type *made;
    struct type *t;
    struct sv why;

    if (j->base->object.def) {
        made = object_parameterize(j->a, j->base, j->args, j->count, &why);
        return made ? made : fail_long(j, why);
    }
    if (j->count != 1)
        return fail_arity(j, 1, 1);
    t = object_declare(j->a, SV_NONE);
    return object_define(j->a, t, j->args[0], &why) ? t : fail_long(j, why);
}

typedef const struct type *make_fn(struct job *j);
static make_fn *const makers[TYPE_KIND_COUNT] = {
    [T_INTEGER] = make_integer,   [T_FLOAT] = make_float,       [T_STRING] = make_string,     [T_COLLECTION] = make_collection,
    [T_ARRAY] = make_array,       [T_HASH] = make_hash,         [T_TUPLE] = make_tuple,       [T_CALLABLE] = make_callable,
    [T_STRUCT] = make_struct,     [T_ENUM] = make_enum,         [T_PATTERN] = make_pattern,   [T_REGEXP] = make_regexp,
    [T_VARIANT] = make_variant,   [T_OPTIONAL] = make_wrapper,  [T_NOT_UNDEF] = make_wrapper, [T_TYPE] = make_wrapper,
    [T_SENSITIVE] = make_wrapper, [T_ITERABLE] = make_wrapper,  [T_ITERATOR] = make_wrapper,  [T_INIT] = make_init,
    [T_BOOLEAN] = make_boolean,   [T_TIMESTAMP] = make_time,    [T_TIMESPAN] = make_time,     [T_SEMVER] = make_semver,
    [T_CLASS] = make_class,       [T_RESOURCE] = make_resource, [T_RUNTIME] = make_runtime,   [T_REFERENCE] = make_reference,
    [T_URI] = make_uri,           [T_OBJECT] = make_object,
};

static void flatten(struct arena *a, const struct value *args, uint32_t count, struct value **items, size_t *n, size_t *cap, int depth)
{
    for (uint32_t i = 0; i < count; i++) {
        if (args[i].kind == V_ARRAY && depth < 100)
            flatten(a, args[i].items, args[i].n, items, n, cap, depth + 1);
        else
            ARENA_PUSH(a, *items, *n, *cap, args[i]);
    }
}

const struct type *type_specialize_at(struct arena *a, const struct type *base, struct sv base_name, const struct value *args,
                                      uint32_t count, struct err *err, struct type_fault *out_fault)
{
    struct job j = { a, base, args, count, err, { .argument = TYPE_FAULT_WHOLE } };
    struct value *items = NULL;
    const struct type *made;
    size_t n = 0, cap = 0;

    *out_fault = j.fault;
    if (base->kind == T_REFERENCE && !base->is_bare) {
        err_set(err, "Resource type not found: %.*s", SV_ARG(base->reference));
        return NULL;
    }
    if (!makers[base->kind]) {
        err_set(err, "Operator '[]' is not applicable to %s %.*s-Type.", text_article(base_name), SV_ARG(base_name));
        return NULL;
    }
    if (base->kind != T_CALLABLE && base->kind != T_INIT) { /* an argument of these may be a list */
        flatten(a, args, count, &items, &n, &cap, 0);
        j.args = items;
        j.count = (uint32_t)n;
    }
    made = makers[base->kind](&j);
    *out_fault = j.fault;
    return made;
}

const struct type *type_specialize(struct arena *a, const struct type *base, struct sv base_name, const struct value *args, uint32_t count,
                                   struct err *err)
{
    struct type_fault fault;

    return type_specialize_at(a, base, base_name, args, count, err, &fault);
}
