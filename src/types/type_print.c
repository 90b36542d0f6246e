/* type: text of types, as the reference prints them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "types/internal.h"
#include "types/object.h"
#include "types/regexp.h"
#include "types/semver.h"
#include "types/timefmt.h"
#include "types/typeset.h"

/* A type being printed: how deep, and whether aliases show what they stand for. */
struct printer {
    struct strbuf *out;
    const struct typeset *set; /* being printed: its types are named as it names them */
    bool expand;
    int depth;
    const struct type *open[64]; /* aliases that are being expanded: not again inside themselves */
    int open_count;
};

static void print(struct printer *p, const struct type *t);

static void comma(struct printer *p, bool *first)
{
    if (!*first)
        strbuf_adds(p->out, ", ");
    *first = false;
}

static void print_item(struct printer *p, bool *first, const struct type *t)
{
    comma(p, first);
    print(p, t);
}

/* from[, to]; nothing where both are open */
static void print_range(struct printer *p, bool *first, int64_t from, int64_t to)
{
    if (from == INT64_MIN && to == INT64_MAX)
        return;
    comma(p, first);
    if (from == INT64_MIN)
        strbuf_adds(p->out, "default");
    else
        strbuf_addf(p->out, "%lld", (long long)from);
    if (to != INT64_MAX)
        strbuf_addf(p->out, ", %lld", (long long)to);
}

static void print_float(struct printer *p, const struct type *t)
{
    bool low = t->frange.from != -__builtin_inf(), high = t->frange.to != __builtin_inf();

    strbuf_adds(p->out, "Float");
    if (!low && !high)
        return;
    strbuf_addc(p->out, '[');
    if (low)
        float_print(p->out, t->frange.from);
    else
        strbuf_adds(p->out, "default");
    if (high) {
        strbuf_adds(p->out, ", ");
        float_print(p->out, t->frange.to);
    }
    strbuf_addc(p->out, ']');
}

static void print_time_range(struct printer *p, const struct type *t)
{
    void (*show)(struct strbuf *, int64_t) = t->kind == T_TIMESTAMP ? timestamp_print : timespan_print;

    strbuf_adds(p->out, type_kind_name(t->kind));
    if (t->range.from == INT64_MIN && t->range.to == INT64_MAX)
        return;
    strbuf_addc(p->out, '[');
    if (t->range.from == INT64_MIN) {
        strbuf_adds(p->out, "default");
    } else {
        strbuf_addc(p->out, '\'');
        show(p->out, t->range.from);
        strbuf_addc(p->out, '\'');
    }
    if (t->range.to != INT64_MAX && t->range.to != t->range.from) {
        strbuf_adds(p->out, ", '");
        show(p->out, t->range.to);
        strbuf_addc(p->out, '\'');
    }
    strbuf_addc(p->out, ']');
}

static void print_enum(struct printer *p, const struct type *t)
{
    bool first = true;

    strbuf_adds(p->out, "Enum");
    if (!t->enums.count)
        return;
    strbuf_addc(p->out, '[');
    for (uint32_t i = 0; i < t->enums.count; i++) {
        comma(p, &first);
        text_quote(p->out, t->enums.values[i]);
    }
    if (t->enums.nocase)
        strbuf_adds(p->out, ", true");
    strbuf_addc(p->out, ']');
}

static void print_patterns(struct printer *p, const struct type *t)
{
    bool first = true;

    strbuf_adds(p->out, "Pattern");
    if (!t->patterns.count)
        return;
    strbuf_addc(p->out, '[');
    for (uint32_t i = 0; i < t->patterns.count; i++) {
        comma(p, &first);
        value_print(p->out, (struct value){ .kind = V_REGEXP, .re = t->patterns.items[i] });
    }
    strbuf_addc(p->out, ']');
}

static void print_array(struct printer *p, const struct type *t)
{
    bool first = true;

    strbuf_adds(p->out, "Array");
    if (t->array.from == 0 && t->array.to == 0 && t->sized) {
        strbuf_adds(p->out, "[0, 0]");
        return;
    }
    if (t->array.elem->kind == T_ANY && !t->sized)
        return;
    strbuf_addc(p->out, '[');
    print_item(p, &first, t->array.elem);
    if (t->sized)
        print_range(p, &first, t->array.from, t->array.to);
    strbuf_addc(p->out, ']');
}

static void print_hash(struct printer *p, const struct type *t)
{
    bool first = true;

    strbuf_adds(p->out, "Hash");
    if (t->hash.from == 0 && t->hash.to == 0 && t->sized) {
        strbuf_adds(p->out, "[0, 0]");
        return;
    }
    if (t->hash.key->kind == T_ANY && t->hash.value->kind == T_ANY && !t->sized)
        return;
    strbuf_addc(p->out, '[');
    print_item(p, &first, t->hash.key);
    print_item(p, &first, t->hash.value);
    if (t->sized)
        print_range(p, &first, t->hash.from, t->hash.to);
    strbuf_addc(p->out, ']');
}

static void print_tuple(struct printer *p, const struct type *t)
{
    bool first = true;

    strbuf_adds(p->out, "Tuple");
    if (!t->tuple.count)
        return;
    strbuf_addc(p->out, '[');
    for (uint32_t i = 0; i < t->tuple.count; i++)
        print_item(p, &first, t->tuple.items[i]);
    if (t->sized)
        print_range(p, &first, t->tuple.from, t->tuple.to);
    strbuf_addc(p->out, ']');
}

static void print_member(struct printer *p, const struct struct_member *m)
{
    bool value_optional = type_allows_undef(m->type);
    const char *wrap = m->optional_key && !value_optional ? "Optional[" : !m->optional_key && value_optional ? "NotUndef[" : NULL;

    if (wrap)
        strbuf_adds(p->out, wrap);
    text_quote(p->out, m->name);
    if (wrap)
        strbuf_addc(p->out, ']');
    strbuf_adds(p->out, " => ");
    print(p, m->type);
}

static void print_struct(struct printer *p, const struct type *t)
{
    bool first = true;

    strbuf_adds(p->out, "Struct");
    if (!t->strct.count)
        return;
    strbuf_adds(p->out, "[{");
    for (uint32_t i = 0; i < t->strct.count; i++) {
        comma(p, &first);
        print_member(p, &t->strct.members[i]);
    }
    strbuf_adds(p->out, "}]");
}

static void print_callable_params(struct printer *p, const struct type *t)
{
    const struct type *params = t->callable.params;
    bool first = true;

    for (uint32_t i = 0; i < params->tuple.count; i++)
        if (params->tuple.items[i]->kind != T_UNIT)
            print_item(p, &first, params->tuple.items[i]);
    if (!params->tuple.count) {
        comma(p, &first);
        strbuf_adds(p->out, "0, 0");
    } else if (params->sized) {
        print_range(p, &first, params->tuple.from, params->tuple.to);
    }
    if (t->callable.block)
        print_item(p, &first, t->callable.block);
}

static void print_callable(struct printer *p, const struct type *t)
{
    strbuf_adds(p->out, "Callable");
    if (!t->callable.params && !t->callable.returns)
        return;
    strbuf_addc(p->out, '[');
    if (t->callable.returns)
        strbuf_addc(p->out, '[');
    if (t->callable.params)
        print_callable_params(p, t);
    if (t->callable.returns) {
        strbuf_adds(p->out, "], ");
        print(p, t->callable.returns);
    }
    strbuf_addc(p->out, ']');
}

/* foo::bar: Foo::Bar */
static void print_capitalized(struct strbuf *out, struct sv name)
{
    for (size_t i = 0; i < name.n; i++) {
        bool start = i == 0 || (i >= 2 && name.p[i - 1] == ':');

        strbuf_addc(out, start && name.p[i] >= 'a' && name.p[i] <= 'z' ? (char)(name.p[i] - 32) : name.p[i]);
    }
}

static void print_reference(struct printer *p, const struct type *t)
{
    if (t->kind == T_CLASS) {
        strbuf_adds(p->out, "Class");
        if (t->ref.has_title) {
            strbuf_addc(p->out, '[');
            strbuf_add(p->out, t->ref.title);
            strbuf_addc(p->out, ']');
        }
        return;
    }
    if (!t->ref.type.n) {
        strbuf_adds(p->out, "Resource");
        return;
    }
    print_capitalized(p->out, t->ref.type);
    if (t->ref.has_title) {
        strbuf_addc(p->out, '[');
        text_quote(p->out, t->ref.title);
        strbuf_addc(p->out, ']');
    }
}

static void print_wrapper(struct printer *p, const struct type *t)
{
    const struct type *inner = t->inner;

    strbuf_adds(p->out, type_kind_name(t->kind));
    if (!inner || (inner->kind == T_ANY && (t->kind == T_NOT_UNDEF || t->kind == T_SENSITIVE)))
        return;
    strbuf_addc(p->out, '[');
    if (inner->kind == T_STRING && inner->str.exact && (t->kind == T_OPTIONAL || t->kind == T_NOT_UNDEF))
        text_quote(p->out, inner->str.text);
    else
        print(p, inner);
    for (uint32_t i = 0; t->kind == T_INIT && i < t->init.count; i++) {
        strbuf_adds(p->out, ", ");
        value_inspect(p->out, t->init.args[i]);
    }
    strbuf_addc(p->out, ']');
}

/* In a set its types have their simple names. */
static const struct set_entry *entry_of(const struct printer *p, struct sv name)
{
    size_t n = p->set ? p->set->name.n : 0;

    for (uint32_t i = 0; p->set && i < p->set->count && sv_starts(name, p->set->name) && name.n > n + 2; i++)
        if (sv_eq(sv_slice(name, n + 2, name.n), p->set->entries[i].name))
            return &p->set->entries[i];
    return NULL;
}

static void print_alias(struct printer *p, const struct type *t)
{
    bool expand = p->expand && !t->is_bare && t->alias.target && p->open_count < (int)(sizeof p->open / sizeof *p->open);

    if (expand && p->set && entry_of(p, t->alias.name)) { /* in its set an alias is what it stands for */
        print(p, t->alias.target);
        return;
    }
    strbuf_add(p->out, t->alias.name);
    for (int i = 0; i < p->open_count; i++)
        expand = expand && p->open[i] != t;
    if (!expand)
        return;
    p->open[p->open_count++] = t;
    strbuf_adds(p->out, " = ");
    print(p, t->alias.target);
    p->open_count--;
}

static void print_quoted(struct printer *p, const char *name, struct sv text)
{
    strbuf_adds(p->out, name);
    strbuf_addc(p->out, '[');
    text_quote(p->out, text);
    strbuf_addc(p->out, ']');
}

static void print_sized(struct printer *p, const struct type *t, int64_t from, int64_t to)
{
    bool first = true;

    strbuf_adds(p->out, type_kind_name(t->kind));
    if (from == INT64_MIN && to == INT64_MAX)
        return;
    strbuf_addc(p->out, '[');
    print_range(p, &first, from, to);
    strbuf_addc(p->out, ']');
}

static void print_variant(struct printer *p, const struct type *t)
{
    bool first = true;

    strbuf_adds(p->out, "Variant");
    if (!t->variant.count)
        return;
    strbuf_addc(p->out, '[');
    for (uint32_t i = 0; i < t->variant.count; i++)
        print_item(p, &first, t->variant.items[i]);
    strbuf_addc(p->out, ']');
}

/* ---- object types ---- */

static void print_key(struct printer *p, bool *first, struct sv key, bool quoted)
{
    comma(p, first);
    if (quoted)
        text_quote(p->out, key);
    else
        strbuf_add(p->out, key);
    strbuf_adds(p->out, " => ");
}

static bool is_short(const struct object_member *m)
{
    return !m->final && !m->override && m->annotations.kind == V_UNSET && m->kind == MEMBER_PLAIN && m->value.kind == V_UNSET;
}

static void print_flag(struct printer *p, bool *first, const char *name, bool on)
{
    if (!on)
        return;
    print_key(p, first, sv_of(name), false);
    strbuf_adds(p->out, "true");
}

static void print_object_member(struct printer *p, const struct object_member *m)
{
    static const char *const kinds[] = { NULL, "constant", "derived", "given_or_derived", "reference" };
    bool first = true;

    if (is_short(m)) {
        print(p, m->type);
        return;
    }
    strbuf_addc(p->out, '{');
    print_key(p, &first, SV("type"), false);
    print(p, m->type);
    print_flag(p, &first, "final", m->final && m->kind != MEMBER_CONSTANT);
    print_flag(p, &first, "override", m->override);
    if (m->annotations.kind != V_UNSET) {
        print_key(p, &first, SV("annotations"), false);
        value_inspect(p->out, m->annotations);
    }
    if (kinds[m->kind]) {
        print_key(p, &first, SV("kind"), false);
        strbuf_adds(p->out, kinds[m->kind]);
    }
    if (m->value.kind != V_UNSET) {
        print_key(p, &first, SV("value"), false);
        value_inspect(p->out, m->value);
    }
    strbuf_addc(p->out, '}');
}

/* type_parameters are written as plain hashes: {'type' => T, 'value' => v} */
static void print_type_parameter(struct printer *p, const struct object_member *m)
{
    const struct type *t = m->type->kind == T_OPTIONAL && m->type->inner ? m->type->inner : m->type;
    bool short_form = m->value.kind <= V_UNDEF;

    strbuf_adds(p->out, short_form ? "" : "{'type' => ");
    print(p, t);
    if (short_form)
        return;
    strbuf_adds(p->out, ", 'value' => ");
    value_inspect(p->out, m->value);
    strbuf_addc(p->out, '}');
}

static void print_members(struct printer *p, bool *first, const char *name, struct member_list list,
                          void (*show)(struct printer *, const struct object_member *), int constants)
{
    bool open = false, inner_first = true;

    for (uint32_t i = 0; i < list.count; i++) {
        if (constants >= 0 && object_is_plain_constant(&list.items[i]) != (constants == 1))
            continue;
        if (!open) {
            print_key(p, first, sv_of(name), false);
            strbuf_addc(p->out, '{');
            open = true;
        }
        print_key(p, &inner_first, list.items[i].name, true);
        show(p, &list.items[i]);
    }
    if (open)
        strbuf_addc(p->out, '}');
}

static void print_member_value(struct printer *p, const struct object_member *m) { value_inspect(p->out, m->value); }

static void print_value_key(struct printer *p, bool *first, const char *name, const struct value *v)
{
    if (!v || v->kind == V_UNSET)
        return;
    print_key(p, first, sv_of(name), false);
    value_inspect(p->out, *v);
}

static void print_object_hash(struct printer *p, const struct type *t)
{
    const struct object_type *def = t->object.def;
    bool first = true;

    strbuf_adds(p->out, "Object[{");
    print_value_key(p, &first, "annotations", &def->annotations);
    if (def->name.n && !entry_of(p, def->name)) {
        print_key(p, &first, SV("name"), false);
        text_quote(p->out, def->name);
    }
    if (def->parent) {
        print_key(p, &first, SV("parent"), false);
        print(p, def->parent);
    }
    print_members(p, &first, "type_parameters", def->params, print_type_parameter, -1);
    print_members(p, &first, "attributes", def->attributes, print_object_member, 0);
    print_members(p, &first, "constants", def->attributes, print_member_value, 1);
    print_members(p, &first, "functions", def->functions, print_object_member, -1);
    print_value_key(p, &first, "equality", def->equality);
    print_value_key(p, &first, "checks", &def->checks);
    strbuf_adds(p->out, "}]");
}

/* Name['x']: what the parameters are, without open ones at the end; by name where there are many. */
static void print_object_args(struct printer *p, const struct type *t)
{
    uint32_t n = t->object.params.count;
    bool named = n > 2, first = true;

    while (n && !named && t->object.args[n - 1].kind == V_UNSET)
        n--;
    strbuf_adds(p->out, named ? "[{" : "[");
    for (uint32_t i = 0; i < n; i++) {
        struct value v = t->object.args[i];

        if (named && v.kind == V_UNSET)
            continue;
        if (named)
            print_key(p, &first, t->object.params.items[i].name, true);
        else
            comma(p, &first);
        value_inspect(p->out, v.kind == V_UNSET ? VALUE_DEFAULT : v);
    }
    strbuf_adds(p->out, named ? "}]" : "]");
}

static void print_object(struct printer *p, const struct type *t)
{
    bool expand = p->expand;

    if (t->object.args || !expand) {
        const struct set_entry *e = t->object.def ? entry_of(p, t->object.def->name) : NULL;

        strbuf_add(p->out, e ? e->name : object_label(t));
        if (t->object.args)
            print_object_args(p, t);
    } else if (!t->object.def) {
        strbuf_adds(p->out, "Object[{}]");
    } else {
        p->expand = false; /* what is inside is named only */
        print_object_hash(p, t);
        p->expand = expand;
    }
}

static void print_text_key(struct printer *p, bool *first, const char *name, struct sv text)
{
    print_key(p, first, sv_of(name), false);
    text_quote(p->out, text);
}

static void print_set_types(struct printer *p, const struct typeset *set)
{
    const struct typeset *outer = p->set;
    bool first = true;

    p->set = set;
    strbuf_addc(p->out, '{');
    for (uint32_t i = 0; i < set->count; i++) {
        const struct type *t = set->entries[i].type;

        print_key(p, &first, set->entries[i].name, false);
        if (!p->expand)
            strbuf_add(p->out, set->entries[i].name);
        else
            print(p, t->kind == T_ALIAS && t->alias.target ? t->alias.target : t);
    }
    strbuf_addc(p->out, '}');
    p->set = outer;
}

static void print_set_references(struct printer *p, const struct typeset *set)
{
    bool first = true;

    strbuf_addc(p->out, '{');
    for (uint32_t i = 0; i < set->reference_count; i++) {
        const struct set_reference *r = &set->references[i];
        bool inner_first = true;

        print_key(p, &first, r->alias, false);
        strbuf_addc(p->out, '{');
        print_key(p, &inner_first, SV("name"), true);
        text_quote(p->out, r->name);
        print_key(p, &inner_first, SV("version_range"), true);
        text_quote(p->out, r->range);
        strbuf_addc(p->out, '}');
    }
    strbuf_addc(p->out, '}');
}

static void print_typeset(struct printer *p, const struct typeset *set)
{
    static const struct typeset usual = { .name = SV_INIT("DefaultTypeSet"),
                                          .pcore_version = SV_INIT("1.0.0"),
                                          .version = SV_INIT("0.0.0") };
    bool first = true, bare = !set;

    set = set ? set : &usual;
    strbuf_adds(p->out, "TypeSet[{");
    if (bare)
        print_text_key(p, &first, "pcore_uri", SV("http://puppet.com/2016.1/pcore"));
    print_text_key(p, &first, "pcore_version", set->pcore_version);
    print_text_key(p, &first, "name_authority", SV("http://puppet.com/2016.1/runtime"));
    print_text_key(p, &first, "name", set->name);
    if (set->version.n)
        print_text_key(p, &first, "version", set->version);
    if (set->count) {
        print_key(p, &first, SV("types"), false);
        print_set_types(p, set);
    }
    if (set->reference_count) {
        print_key(p, &first, SV("references"), false);
        print_set_references(p, set);
    }
    strbuf_adds(p->out, "}]");
}

static void print_kind(struct printer *p, const struct type *t)
{
    switch ((enum type_kind)t->kind) {
    case T_BOOLEAN:
        strbuf_adds(p->out, t->boolean.only < 0 ? "Boolean" : t->boolean.only ? "Boolean[true]" : "Boolean[false]");
        break;
    case T_INTEGER:
        print_sized(p, t, t->range.from, t->range.to);
        break;
    case T_COLLECTION:
        print_sized(p, t, t->sized ? t->range.from : INT64_MIN, t->range.to);
        break;
    case T_STRING:
        print_sized(p, t, t->sized ? t->str.from : INT64_MIN, t->str.exact ? INT64_MAX : t->str.to);
        break;
    case T_FLOAT:
        print_float(p, t);
        break;
    case T_TIMESTAMP:
    case T_TIMESPAN:
        print_time_range(p, t);
        break;
    case T_ENUM:
        print_enum(p, t);
        break;
    case T_PATTERN:
        print_patterns(p, t);
        break;
    case T_REGEXP:
        strbuf_adds(p->out, "Regexp");
        if (t->regexp) {
            strbuf_addc(p->out, '[');
            value_print(p->out, (struct value){ .kind = V_REGEXP, .re = t->regexp });
            strbuf_addc(p->out, ']');
        }
        break;
    case T_ARRAY:
        print_array(p, t);
        break;
    case T_HASH:
        print_hash(p, t);
        break;
    case T_TUPLE:
        print_tuple(p, t);
        break;
    case T_STRUCT:
        print_struct(p, t);
        break;
    case T_VARIANT:
        print_variant(p, t);
        break;
    case T_CALLABLE:
        print_callable(p, t);
        break;
    case T_CLASS:
    case T_RESOURCE:
        print_reference(p, t);
        break;
    case T_OPTIONAL:
    case T_NOT_UNDEF:
    case T_TYPE:
    case T_SENSITIVE:
    case T_ITERABLE:
    case T_ITERATOR:
    case T_INIT:
        print_wrapper(p, t);
        break;
    case T_SEMVER:
        if (t->semver)
            print_quoted(p, "SemVer", t->semver->text);
        else
            strbuf_adds(p->out, "SemVer");
        break;
    case T_URI:
        strbuf_adds(p->out, t->uri ? "URI[" : "URI");
        if (t->uri) {
            value_inspect(p->out, value_hash(t->uri));
            strbuf_addc(p->out, ']');
        }
        break;
    case T_ALIAS:
        print_alias(p, t);
        break;
    case T_REFERENCE:
        print_quoted(p, "TypeReference", t->reference);
        break;
    case T_OBJECT:
        print_object(p, t);
        break;
    case T_TYPESET:
        print_typeset(p, t->typeset);
        break;
    case T_RUNTIME:
        if (t->runtime.runtime.n)
            strbuf_addf(p->out, "Runtime[%.*s, '%.*s']", SV_ARG(t->runtime.runtime), SV_ARG(t->runtime.name));
        else
            strbuf_adds(p->out, "Runtime");
        break;
    default:
        strbuf_adds(p->out, type_kind_name(t->kind));
    }
}

static void print(struct printer *p, const struct type *t)
{
    if (p->depth > 200) {
        strbuf_adds(p->out, "...");
        return;
    }
    p->depth++;
    print_kind(p, t);
    p->depth--;
}

void type_print(struct strbuf *out, const struct type *t, bool alias_expand)
{
    struct printer p = { .out = out, .expand = alias_expand };

    print(&p, t);
}

struct sv type_text(struct arena *a, const struct type *t)
{
    struct strbuf out = STRBUF_IN(a);

    type_print(&out, t, false);
    return sv_make(strbuf_cstr(&out), out.n);
}

bool type_says_all(const struct type *t) { return t->kind == T_ALIAS || t->kind == T_OBJECT || t->kind == T_TYPESET; }

struct sv type_shown(struct arena *a, const struct type *t)
{
    struct strbuf out = STRBUF_IN(a);

    type_print(&out, t, type_says_all(t));
    return sv_make(strbuf_cstr(&out), out.n);
}
