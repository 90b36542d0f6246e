/* type: why a value is not of a type, in the reference's words. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "types/internal.h"
#include "types/object.h"

enum step_kind { STEP_SUBJECT, STEP_PARAMETER, STEP_INDEX, STEP_ENTRY, STEP_KEY, STEP_VARIANT, STEP_SIGNATURE };

/* Where inside the value: a list from the inside out. */
struct step {
    const struct step *outer;
    enum step_kind kind;
    struct sv name;
    uint32_t index;
};

enum fault_kind {
    FAULT_TYPE,
    FAULT_PATTERN,
    FAULT_SIZE,
    FAULT_COUNT,
    FAULT_MISSING_KEY,
    FAULT_EXTRA_KEY,
    FAULT_UNRESOLVED,
    FAULT_NO_BLOCK, /* one is given, none is taken */
    FAULT_NEEDS_BLOCK
};

struct fault {
    enum fault_kind kind;
    const struct step *path;
    const struct type *want, *got; /* merged: see wants */
    struct sv key;
    int64_t from, to, got_from, got_to; /* sizes */
};

struct faults {
    struct arena *a;
    struct fault *items;
    size_t count, cap;
    int depth;
};

static void describe(struct faults *f, const struct type *want, const struct type *got, const struct step *path);

static void add(struct faults *f, struct fault fault)
{
    if (f->count < 200)
        ARENA_PUSH(f->a, f->items, f->count, f->cap, fault);
}

static void add_type(struct faults *f, const struct type *want, const struct type *got, const struct step *path)
{
    add(f, (struct fault){ .kind = FAULT_TYPE, .path = path, .want = type_normalize(f->a, want), .got = type_normalize(f->a, got) });
}

static void add_size(struct faults *f, enum fault_kind kind, const struct step *path, int64_t from, int64_t to, int64_t got_from,
                     int64_t got_to)
{
    add(f, (struct fault){ .kind = kind, .path = path, .from = from, .to = to, .got_from = got_from, .got_to = got_to });
}

static const struct step *step_to(struct arena *a, const struct step *outer, enum step_kind kind, struct sv name, uint32_t index)
{
    struct step *s = ARENA_NEW(a, struct step);

    *s = (struct step){ outer, kind, name, index };
    return s;
}

/* ---- describing ---- */

static void describe_array(struct faults *f, const struct type *want, const struct type *original, const struct type *got,
                           const struct step *path)
{
    if (got->kind == T_TUPLE) {
        if (got->tuple.from < want->array.from || got->tuple.to > want->array.to) {
            add_size(f, FAULT_SIZE, path, want->array.from, want->array.to, got->tuple.from, got->tuple.to);
            return;
        }
        for (uint32_t i = 0; i < got->tuple.count; i++)
            if (!type_assignable(want->array.elem, got->tuple.items[i]))
                describe(f, want->array.elem, got->tuple.items[i], step_to(f->a, path, STEP_INDEX, SV_NONE, i));
    } else if (got->kind == T_ARRAY) {
        if (got->array.from < want->array.from || got->array.to > want->array.to)
            add_size(f, FAULT_SIZE, path, want->array.from, want->array.to, got->array.from, got->array.to);
        else
            add_type(f, original, type_array_of(f->a, got->array.elem), path);
    } else {
        add_type(f, original, got, path);
    }
}

static void describe_hash(struct faults *f, const struct type *want, const struct type *original, const struct type *got,
                          const struct step *path)
{
    if (got->kind == T_STRUCT) {
        if (got->strct.count < want->hash.from || got->strct.count > want->hash.to) {
            add_size(f, FAULT_SIZE, path, want->hash.from, want->hash.to, got->strct.count, got->strct.count);
            return;
        }
        for (uint32_t i = 0; i < got->strct.count; i++) {
            const struct struct_member *m = &got->strct.members[i];

            if (!type_match(want->hash.key, value_str(m->name)))
                describe(f, want->hash.key, type_exact_string(f->a, m->name), step_to(f->a, path, STEP_KEY, m->name, 0));
            if (!type_assignable(want->hash.value, m->type))
                describe(f, want->hash.value, m->type, step_to(f->a, path, STEP_ENTRY, m->name, 0));
        }
    } else if (got->kind == T_HASH) {
        if (got->hash.from < want->hash.from || got->hash.to > want->hash.to)
            add_size(f, FAULT_SIZE, path, want->hash.from, want->hash.to, got->hash.from, got->hash.to);
        else
            add_type(f, original, type_hash_of(f->a, got->hash.key, got->hash.value), path);
    } else {
        add_type(f, original, got, path);
    }
}

static const struct struct_member *member(const struct type *t, struct sv name)
{
    for (uint32_t i = 0; i < t->strct.count; i++)
        if (sv_eq(t->strct.members[i].name, name))
            return &t->strct.members[i];
    return NULL;
}

static void describe_members(struct faults *f, const struct type *want, const struct type *got, const struct step *path)
{
    for (uint32_t i = 0; i < want->strct.count; i++) {
        const struct struct_member *m = &want->strct.members[i], *other = member(got, m->name);

        if (!other) {
            if (!m->optional_key)
                add(f, (struct fault){ .kind = FAULT_MISSING_KEY, .path = path, .key = m->name });
        } else if (!type_assignable(m->type, other->type)) {
            describe(f, m->type, other->type, step_to(f->a, path, STEP_ENTRY, m->name, 0));
        }
    }
    for (uint32_t i = 0; i < got->strct.count; i++)
        if (!member(want, got->strct.members[i].name))
            add(f, (struct fault){ .kind = FAULT_EXTRA_KEY, .path = path, .key = got->strct.members[i].name });
}

static void describe_struct(struct faults *f, const struct type *want, const struct type *original, const struct type *got,
                            const struct step *path)
{
    uint32_t required = 0;

    if (got->kind == T_STRUCT) {
        describe_members(f, want, got, path);
    } else if (got->kind == T_HASH) {
        for (uint32_t i = 0; i < want->strct.count; i++)
            required += !want->strct.members[i].optional_key;
        if (got->hash.from < required || got->hash.to > want->strct.count)
            add_size(f, FAULT_SIZE, path, required, want->strct.count, got->hash.from, got->hash.to);
        else
            add_type(f, original, type_hash_of(f->a, got->hash.key, got->hash.value), path);
    } else {
        add_type(f, original, got, path);
    }
}

static void describe_tuple(struct faults *f, const struct type *want, const struct type *original, const struct type *got,
                           const struct step *path, enum fault_kind size_fault)
{
    if (type_equal(want, got) || (!want->tuple.count && got->kind == T_ARRAY))
        return;
    if (got->kind == T_TUPLE) {
        if (got->tuple.from < want->tuple.from || got->tuple.to > want->tuple.to) {
            add_size(f, size_fault, path, want->tuple.from, want->tuple.to, got->tuple.from, got->tuple.to);
            return;
        }
        for (uint32_t i = 0; want->tuple.count && i < got->tuple.count; i++) {
            uint32_t at = i < want->tuple.count ? i : want->tuple.count - 1;

            describe(f, want->tuple.items[at], got->tuple.items[i], step_to(f->a, path, STEP_INDEX, SV_NONE, at));
        }
    } else if (got->kind == T_ARRAY) {
        if (got->array.from < want->tuple.from || got->array.to > want->tuple.to) {
            add_size(f, size_fault, path, want->tuple.from, want->tuple.to, got->array.from, got->array.to);
            return;
        }
        for (uint32_t i = 0; i < want->tuple.count; i++)
            describe(f, want->tuple.items[i], got->array.elem, step_to(f->a, path, STEP_INDEX, SV_NONE, i));
    } else {
        add_type(f, original, got, path);
    }
}

static bool same_step(const struct step *x, const struct step *y)
{
    return x->kind == y->kind && x->index == y->index && sv_eq(x->name, y->name);
}

/* Equal but for the numbers of variants. */
static bool same_path(const struct step *x, const struct step *y)
{
    for (;; x = x->outer, y = y->outer) {
        while (x && (x->kind == STEP_VARIANT || x->kind == STEP_SIGNATURE))
            x = x->outer;
        while (y && (y->kind == STEP_VARIANT || y->kind == STEP_SIGNATURE))
            y = y->outer;
        if (!x || !y)
            return x == y;
        if (!same_step(x, y))
            return false;
    }
}

static bool is_type_fault(const struct fault *x) { return x->kind == FAULT_TYPE || x->kind == FAULT_PATTERN; }

static bool same_class(const struct fault *x, enum fault_kind kind)
{
    return kind == FAULT_TYPE ? is_type_fault(x) : kind == FAULT_SIZE ? x->kind == FAULT_SIZE || x->kind == FAULT_COUNT : x->kind == kind;
}

static bool same_fault(const struct fault *x, const struct fault *y)
{
    if (x->kind != y->kind || !same_path(x->path, y->path) || !sv_eq(x->key, y->key))
        return false;
    if (is_type_fault(x))
        return type_equal(x->want, y->want) && type_equal(x->got, y->got);
    return x->from == y->from && x->to == y->to && x->got_from == y->got_from && x->got_to == y->got_to;
}

static void merge_into(struct faults *f, struct fault *x, const struct fault *y)
{
    if (is_type_fault(x)) {
        const struct type *both[] = { x->want, y->want };

        x->want = type_normalize(f->a, type_variant(f->a, both, 2));
        return;
    }
    x->from = y->from < x->from ? y->from : x->from;
    x->to = y->to > x->to ? y->to : x->to;
}

/* Faults of the alternatives (one list each, from f's place on) to one, where all say the same thing of the same place. */
static void merge_alternatives(struct faults *f, size_t from, uint32_t alternatives, enum fault_kind size_fault)
{
    const enum fault_kind order[] = { size_fault, FAULT_NEEDS_BLOCK, FAULT_NO_BLOCK, FAULT_TYPE };
    size_t n;

    for (size_t k = 0; k < sizeof order / sizeof *order; k++) {
        struct fault *first = NULL;
        uint32_t found = 0;
        bool one_place = true;

        for (size_t i = from; i < f->count; i++) {
            if (!same_class(&f->items[i], order[k]))
                continue;
            found++;
            if (!first)
                first = &f->items[i];
            else
                one_place = one_place && same_path(first->path, f->items[i].path);
        }
        if (found != alternatives || !one_place || !first)
            continue;
        for (struct fault *other = first + 1; other < f->items + f->count; other++)
            if (same_class(other, order[k]))
                merge_into(f, first, other);
        f->items[from] = *first;
        f->count = from + 1;
        break;
    }
    n = from;
    for (size_t i = from; i < f->count; i++) {
        bool known = false;

        for (size_t j = from; j < n && !known; j++)
            known = same_fault(&f->items[j], &f->items[i]);
        if (!known)
            f->items[n++] = f->items[i];
    }
    f->count = n;
}

/* The same path without its step at a variant; only for a fault that stands alone. */
static const struct step *without(struct arena *a, const struct step *path, const struct step *outer)
{
    struct step *copy;

    if (!path || path->outer == outer)
        return outer;
    copy = ARENA_NEW(a, struct step);
    *copy = *path;
    copy->outer = without(a, path->outer, outer);
    return copy;
}

static bool is_alias(const struct type *t) { return t->kind == T_ALIAS || t->kind == T_DATA || t->kind == T_RICH_DATA; }

static void describe_variant(struct faults *f, const struct type *want, const struct type *original, const struct type *got,
                             const struct step *path)
{
    bool undef = original->kind == T_OPTIONAL;
    size_t from = f->count;

    for (uint32_t i = 0; i < want->variant.count + undef; i++) {
        const struct type *one = undef && i == 0 ? type_bare(T_UNDEF) : want->variant.items[i - undef];
        size_t before = f->count;

        describe(f, one, got, step_to(f->a, path, STEP_VARIANT, SV_NONE, i));
        if (f->count == before) { /* it fits this one */
            f->count = from;
            return;
        }
    }
    merge_alternatives(f, from, want->variant.count + undef, FAULT_SIZE);
    if (f->count - from != 1)
        return;
    f->items[from].path = without(f->a, f->items[from].path, path);
    if (is_alias(original)) {
        f->count = from; /* no alternative of this alias: the alias itself is what was expected */
        add_type(f, original, got, path);
    }
}

static void describe_callable(struct faults *f, const struct type *want, const struct type *original, const struct type *got,
                              const struct step *path)
{
    const struct type *block, *got_block, *undef = type_bare(T_UNDEF);
    size_t before = f->count;

    if (got->kind != T_CALLABLE) {
        add_type(f, original, got, path);
        return;
    }
    if (!want->callable.params)
        return;
    if (!got->callable.params) {
        add_type(f, original, got, path);
        return;
    }
    describe_tuple(f, want->callable.params, want->callable.params, got->callable.params, path, FAULT_COUNT);
    if (f->count != before)
        return;
    block = want->callable.block ? want->callable.block : undef;
    got_block = got->callable.block ? got->callable.block : undef;
    if (want->callable.returns && !type_assignable(want->callable.returns, got->callable.returns ? got->callable.returns : type_any()))
        add_type(f, want->callable.returns, got->callable.returns ? got->callable.returns : type_any(),
                 step_to(f->a, path, STEP_SUBJECT, SV("return"), 0));
    else if (!type_assignable(got_block, block))
        add_type(f, block, got_block, step_to(f->a, path, STEP_SUBJECT, SV("block"), 0));
}

static void describe_kind(struct faults *f, const struct type *want, const struct type *original, const struct type *got,
                          const struct step *path)
{
    switch ((enum type_kind)want->kind) {
    case T_VARIANT:
        describe_variant(f, want, original, got, path);
        break;
    case T_STRUCT:
        describe_struct(f, want, original, got, path);
        break;
    case T_HASH:
        describe_hash(f, want, original, got, path);
        break;
    case T_TUPLE:
        describe_tuple(f, want, original, got, path, FAULT_SIZE);
        break;
    case T_ARRAY:
        describe_array(f, want, original, got, path);
        break;
    case T_CALLABLE:
        describe_callable(f, want, original, got, path);
        break;
    case T_OPTIONAL:
        if (got->kind != T_UNDEF && want->inner)
            describe_kind(f, want->inner, is_alias(original) ? original : want, got, path);
        break;
    case T_PATTERN:
    case T_ENUM:
        add(f, (struct fault){ .kind = FAULT_PATTERN, .path = path, .want = type_normalize(f->a, original), .got = got });
        break;
    case T_ALIAS:
        if (want->alias.target && f->depth < 100)
            describe_kind(f, type_normalize(f->a, want->alias.target), want, got, path);
        break;
    case T_DATA:
    case T_RICH_DATA:
        if (!type_assignable(want, got))
            describe_kind(f, type_normalize(f->a, type_expand(want)), want, got, path);
        break;
    default:
        if (!type_assignable(want, got))
            add_type(f, original, got, path);
    }
}

static void describe(struct faults *f, const struct type *want, const struct type *got, const struct step *path)
{
    if (f->depth >= 100) {
        add_type(f, want, got, path);
        return;
    }
    f->depth++;
    if (want->kind == T_REFERENCE)
        add(f, (struct fault){ .kind = FAULT_UNRESOLVED, .path = path, .key = want->reference });
    else if (!type_assignable(want, got))
        describe_kind(f, type_normalize(f->a, want), want, got, path);
    f->depth--;
}

/* ---- wording ---- */

static void print_path(struct strbuf *out, const struct step *path)
{
    if (!path)
        return;
    print_path(out, path->outer);
    if (path->kind != STEP_SIGNATURE && out->n)
        strbuf_addc(out, ' ');
    switch (path->kind) {
    case STEP_SUBJECT:
        strbuf_add(out, path->name);
        break;
    case STEP_PARAMETER:
        strbuf_addf(out, "parameter '%.*s'", SV_ARG(path->name));
        break;
    case STEP_INDEX:
        strbuf_addf(out, "index %u", path->index);
        break;
    case STEP_ENTRY:
        strbuf_addf(out, "entry '%.*s'", SV_ARG(path->name));
        break;
    case STEP_KEY:
        strbuf_addf(out, "key of entry '%.*s'", SV_ARG(path->name));
        break;
    case STEP_VARIANT:
        strbuf_addf(out, "variant %u", path->index);
        break;
    case STEP_SIGNATURE:
        break;
    }
}

/* The name of a type alone, with what Optional, NotUndef, Sensitive and Type hold. */
static struct sv short_name(struct arena *a, const struct type *t)
{
    bool holds = t->kind == T_OPTIONAL || t->kind == T_NOT_UNDEF || t->kind == T_SENSITIVE || t->kind == T_TYPE || t->kind == T_ITERABLE ||
                 t->kind == T_ITERATOR;

    if (holds && t->inner && t->inner->kind != T_ANY)
        return arena_printf(a, "%s[%.*s]", type_kind_name(t->kind), SV_ARG(short_name(a, t->inner)));
    if (t->kind == T_OBJECT)
        return object_label(t);
    return t->kind == T_ALIAS ? t->alias.name : sv_of(type_kind_name(t->kind));
}

static bool always_detailed(const struct type *e, const struct type *got)
{
    return e->kind == got->kind || is_alias(e) || is_alias(got) || (e->kind == T_STRUCT && got->kind == T_HASH) ||
           (e->kind == T_TUPLE && got->kind == T_ARRAY);
}

struct wants {
    const struct type *const *items;
    uint32_t count;
    bool optional;
};

static bool report_detailed(struct wants w, const struct type *got)
{
    for (uint32_t i = 0; i < w.count; i++)
        if (always_detailed(w.items[i], got) || type_assignable(type_bare(type_expand(type_resolve(w.items[i]))->kind), got))
            return true;
    return false;
}

static struct sv full_text(struct arena *a, const struct type *t)
{
    struct strbuf out = STRBUF_IN(a);

    type_print(&out, t, true);
    return strbuf_sv(&out);
}

static struct sv detailed_got(struct arena *a, struct wants w, const struct type *got)
{
    const struct type *general = type_generalize(a, got);
    bool full = false;

    for (uint32_t i = 0; i < w.count && !full; i++) {
        const struct type *e = type_expand(type_resolve(w.items[i]));

        full = always_detailed(e, got) || type_assignable(e, general);
    }
    return full ? full_text(a, got) : sv_of(type_kind_name(got->kind));
}

static void print_type_fault(struct strbuf *out, struct arena *a, const struct fault *x)
{
    const struct type *e = x->want;
    struct wants w = { &e, 1, false };
    struct sv names[64], got;
    uint32_t n = 0, count;
    bool detailed;

    if (e->kind == T_OPTIONAL && e->inner) {
        e = e->inner;
        w.optional = true;
    }
    if (e->kind == T_VARIANT)
        w = (struct wants){ e->variant.items, e->variant.count < 60 ? e->variant.count : 60, w.optional };
    detailed = report_detailed(w, x->got);
    got = detailed ? detailed_got(a, w, x->got) : short_name(a, x->got);
    if (w.optional)
        names[n++] = SV("Undef");
    for (uint32_t i = 0; i < w.count; i++) {
        struct sv name = detailed ? full_text(a, w.items[i]) : short_name(a, w.items[i]);
        bool known = false;

        for (uint32_t k = 0; k < n && !detailed; k++)
            known = known || sv_eq(names[k], name);
        if (!known)
            names[n++] = name;
    }
    count = n;
    if (count == 1) {
        strbuf_addf(out, " expects %s %.*s value, got %.*s", text_article(names[0]), SV_ARG(names[0]), SV_ARG(got));
        return;
    }
    strbuf_adds(out, " expects a value of type ");
    for (uint32_t i = 0; i < count; i++) {
        const char *before = i == 0 ? "" : count == 2 ? " or " : i + 1 == count ? ", or " : ", ";

        strbuf_addf(out, "%s%.*s", before, SV_ARG(names[i]));
    }
    strbuf_addf(out, ", got %.*s", SV_ARG(got));
}

static void print_pattern_fault(struct strbuf *out, struct arena *a, const struct fault *x)
{
    const struct type *e = x->want;

    strbuf_adds(out, " expects ");
    if (e->kind == T_OPTIONAL) {
        e = e->inner;
        strbuf_adds(out, "an undef value or ");
    }
    strbuf_addf(out, "a match for %.*s, got ", SV_ARG(full_text(a, e)));
    if (x->got->kind == T_STRING && x->got->str.exact)
        strbuf_addf(out, "'%.*s'", SV_ARG(x->got->str.text));
    else
        strbuf_add(out, short_name(a, x->got));
}

static void print_size(struct strbuf *out, int64_t from, int64_t to, const char *zero)
{
    if (from == to && from == 0)
        strbuf_adds(out, zero);
    else if (from == to)
        strbuf_addf(out, "%lld", (long long)from);
    else if (from == 0 && to == SIZE_UNBOUNDED)
        strbuf_adds(out, "unlimited");
    else if (from == 0)
        strbuf_addf(out, "at most %lld", (long long)to);
    else if (to == SIZE_UNBOUNDED)
        strbuf_addf(out, "at least %lld", (long long)from);
    else
        strbuf_addf(out, "between %lld and %lld", (long long)from, (long long)to);
}

static void print_fault(struct strbuf *out, struct arena *a, const struct fault *x)
{
    bool one = (x->from == 1 && (x->to == 1 || x->to == SIZE_UNBOUNDED)) || (x->from == 0 && x->to == 1);
    struct strbuf path = STRBUF_IN(a);

    print_path(&path, x->path);
    strbuf_add(out, strbuf_sv(&path));
    switch (x->kind) {
    case FAULT_TYPE:
        print_type_fault(out, a, x);
        break;
    case FAULT_PATTERN:
        print_pattern_fault(out, a, x);
        break;
    case FAULT_SIZE:
        strbuf_adds(out, " expects size to be ");
        print_size(out, x->from, x->to, "0");
        strbuf_adds(out, ", got ");
        print_size(out, x->got_from, x->got_to, "0");
        break;
    case FAULT_COUNT:
        strbuf_adds(out, " expects ");
        print_size(out, x->from, x->to, "no");
        strbuf_addf(out, " argument%s, got ", one ? "" : "s");
        print_size(out, x->got_from, x->got_to, "none");
        break;
    case FAULT_MISSING_KEY:
        strbuf_addf(out, " expects a value for key '%.*s'", SV_ARG(x->key));
        break;
    case FAULT_EXTRA_KEY:
        strbuf_addf(out, " unrecognized key '%.*s'", SV_ARG(x->key));
        break;
    case FAULT_UNRESOLVED:
        strbuf_addf(out, " references an unresolved type '%.*s'", SV_ARG(x->key));
        break;
    case FAULT_NO_BLOCK:
        strbuf_adds(out, " does not expect a block");
        break;
    case FAULT_NEEDS_BLOCK:
        strbuf_adds(out, " expects a block");
        break;
    }
}

unsigned type_mismatch_type(struct arena *a, struct strbuf *out, struct sv subject, const struct type *want, const struct type *got)
{
    struct faults f = { .a = a };
    struct step start = { .kind = STEP_SUBJECT, .name = subject };

    describe(&f, want, got, &start);
    for (size_t i = 0; i < f.count; i++) {
        if (i)
            strbuf_adds(out, "\n  ");
        print_fault(out, a, &f.items[i]);
    }
    return (unsigned)f.count;
}

unsigned type_mismatch(struct arena *a, struct strbuf *out, struct sv subject, const struct type *want, struct value got)
{
    return type_mismatch_type(a, out, subject, want, type_infer(a, got));
}

/* ---- calls ---- */

static struct sv parameter_name(struct arena *a, const struct type_signature *sig, uint32_t i)
{
    return i < sig->name_count ? sig->names[i] : arena_printf(a, "arg%u", i + 1);
}

static void describe_arguments(struct faults *f, const struct type_signature *sig, const struct value *args, uint32_t count,
                               const struct step *path)
{
    const struct type *params = sig->callable->callable.params;

    if (!params)
        return;
    if (count < params->tuple.from || count > params->tuple.to) {
        add_size(f, FAULT_COUNT, path, params->tuple.from, params->tuple.to, count, count);
        return;
    }
    for (uint32_t i = 0; i < count && params->tuple.count; i++) {
        uint32_t at = i < params->tuple.count ? i : params->tuple.count - 1;
        size_t before = f->count;

        if (type_match(params->tuple.items[at], args[i]))
            continue;
        describe(f, params->tuple.items[at], type_infer(f->a, args[i]),
                 step_to(f->a, path, STEP_PARAMETER, parameter_name(f->a, sig, at), 0));
        if (f->count != before)
            return;
    }
}

static void describe_block(struct faults *f, const struct type_signature *sig, const struct value *block, const struct step *path)
{
    const struct type *want = sig->callable->callable.block;

    if (!block) {
        if (want && !type_allows_undef(want))
            add(f, (struct fault){ .kind = FAULT_NEEDS_BLOCK, .path = path });
    } else if (!want) {
        add(f, (struct fault){ .kind = FAULT_NO_BLOCK, .path = path });
    } else if (!type_match(want, *block)) {
        describe(f, want, type_infer(f->a, *block), step_to(f->a, path, STEP_SUBJECT, SV("block"), 0));
    }
}

/* "Type name, Type name?": a signature as people read it */
static void print_signature(struct strbuf *out, struct arena *a, const struct type_signature *sig)
{
    const struct type *params = sig->callable->callable.params, *block = sig->callable->callable.block;
    uint32_t n = params ? params->tuple.count : 0;

    for (uint32_t i = 0; i < n; i++) {
        const struct type *t = params->tuple.items[i];
        const char *mark = "";

        if (params->tuple.to == SIZE_UNBOUNDED && i + 1 == n)
            mark = params->tuple.from == n ? "+" : "*";
        else if (i + 1 > params->tuple.from)
            mark = "?";
        if (*mark == '?' && t->kind == T_OPTIONAL && t->inner)
            t = t->inner;
        strbuf_addf(out, "%s%.*s %.*s%s", i ? ", " : "", SV_ARG(type_shown(a, t)), SV_ARG(i < sig->name_count ? sig->names[i] : SV("")),
                    mark);
    }
    if (block) {
        bool optional = block->kind == T_OPTIONAL;

        strbuf_addf(out, "%s%.*s %.*s%s", n ? ", " : "", SV_ARG(type_shown(a, optional && block->inner ? block->inner : block)),
                    SV_ARG(sig->block_name.n ? sig->block_name : SV("block")), optional ? "?" : "");
    }
}

static void print_rejected(struct strbuf *out, struct arena *a, const struct faults *f, const char *indent)
{
    for (size_t i = 0; i < f->count; i++) {
        struct strbuf line = STRBUF_IN(a);

        print_fault(&line, a, &f->items[i]);
        strbuf_addf(out, "\n%srejected:%s%.*s", indent, line.n && line.p[0] == ' ' ? "" : " ", SV_ARG(strbuf_sv(&line)));
    }
}

/* Faults of arguments, or of blocks where the arguments fit. */
static void collect(struct arena *a, struct faults *lists, const struct type_signature *sigs, uint32_t count, const struct value *args,
                    uint32_t arg_count, const struct value *block)
{
    struct faults *blocks = ARENA_ARRAY(a, struct faults, count);
    uint32_t fit = 0, bad_blocks = 0;

    for (uint32_t i = 0; i < count; i++) {
        const struct step *path = step_to(a, NULL, STEP_SIGNATURE, SV_NONE, i);

        lists[i].a = blocks[i].a = a;
        describe_arguments(&lists[i], &sigs[i], args, arg_count, path);
        describe_block(&blocks[i], &sigs[i], block, path);
        fit += lists[i].count == 0;
        bad_blocks += blocks[i].count != 0;
    }
    for (uint32_t i = 0; i < count && fit; i++)
        if (bad_blocks == count || lists[i].count == 0)
            lists[i] = blocks[i];
}

void type_mismatch_call(struct arena *a, struct strbuf *out, struct sv label, const struct type_signature *sigs, uint32_t count,
                        const struct value *args, uint32_t arg_count, const struct value *block)
{
    struct faults *lists = ARENA_ARRAY(a, struct faults, count), all = { .a = a };

    collect(a, lists, sigs, count, args, arg_count, block);
    for (uint32_t i = 0; i < count; i++)
        for (size_t k = 0; k < lists[i].count; k++)
            add(&all, lists[i].items[k]);
    merge_alternatives(&all, 0, count, FAULT_COUNT);
    if (all.count == 1) {
        struct strbuf line = STRBUF_IN(a);

        print_fault(&line, a, &all.items[0]);
        strbuf_addf(out, "%.*s%s%.*s", SV_ARG(label), line.n && line.p[0] == ' ' ? "" : " ", SV_ARG(strbuf_sv(&line)));
        return;
    }
    if (count == 1) {
        strbuf_addf(out, "%.*s expects (", SV_ARG(label));
        print_signature(out, a, &sigs[0]);
        strbuf_addc(out, ')');
        print_rejected(out, a, &lists[0], "  ");
        return;
    }
    strbuf_addf(out, "The function %.*s was called with arguments it does not accept. It expects one of:", SV_ARG(label));
    for (uint32_t i = 0; i < count; i++) {
        strbuf_adds(out, "\n  (");
        print_signature(out, a, &sigs[i]);
        strbuf_addc(out, ')');
        print_rejected(out, a, &lists[i], "    ");
    }
}
