/* dump: data as JSON, TOML, Python and Ruby. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"
#include "func/support.h"
#include "types/text.h"

#define DUMP_DEPTH 400

/* How JSON is laid out; by default as for a program. */
struct json_style {
    struct call *k;
    struct sv indent, space, space_before, object_nl, array_nl;
    bool pretty;
};

static void add_json_text(struct strbuf *out, struct sv s)
{
    struct strbuf one = STRBUF_IN(out->arena);
    struct json_out j = json_to(&one, false);
    json_str(&j, s);
    strbuf_add(out, strbuf_sv(&one));
}

static void indent(struct strbuf *out, const struct json_style *l, unsigned depth)
{
    for (unsigned i = 0; i < depth; i++)
        strbuf_add(out, l->indent);
}

static void add_json(struct strbuf *out, const struct json_style *l, struct value v, unsigned depth);

static void add_list(struct strbuf *out, const struct json_style *l, struct value v, unsigned depth)
{
    strbuf_addc(out, '[');
    strbuf_add(out, l->array_nl);
    for (uint32_t i = 0; i < v.n; i++) {
        if (i) {
            strbuf_addc(out, ',');
            strbuf_add(out, l->array_nl);
        }
        indent(out, l, depth + 1);
        add_json(out, l, v.items[i], depth + 1);
    }
    strbuf_add(out, l->array_nl);
    if (l->array_nl.n || l->pretty)
        indent(out, l, depth);
    strbuf_addc(out, ']');
}

static void add_object(struct strbuf *out, const struct json_style *l, const struct hash *h, unsigned depth)
{
    strbuf_addc(out, '{');
    strbuf_add(out, l->object_nl);
    for (uint32_t i = 0; i < h->count; i++) {
        if (i) {
            strbuf_addc(out, ',');
            strbuf_add(out, l->object_nl);
        }
        indent(out, l, depth + 1);
        add_json_text(out, ruby_text(l->k->arena, h->pairs[i].key));
        strbuf_add(out, l->space_before);
        strbuf_addc(out, ':');
        strbuf_add(out, l->space);
        add_json(out, l, h->pairs[i].value, depth + 1);
    }
    if (h->count)
        strbuf_add(out, l->object_nl);
    if (l->object_nl.n || l->pretty)
        indent(out, l, depth);
    strbuf_addc(out, '}');
}

static void add_json(struct strbuf *out, const struct json_style *l, struct value v, unsigned depth)
{
    if (depth > DUMP_DEPTH)
        call_fail(l->k, "nesting of %u is too deep", depth);
    switch (v.kind) {
    case V_UNSET:
    case V_UNDEF:
        strbuf_adds(out, "null");
        break;
    case V_BOOL:
    case V_INT:
        value_print(out, v);
        break;
    case V_FLOAT:
        float_print(out, v.f);
        break;
    case V_ARRAY:
        add_list(out, l, v, depth);
        break;
    case V_HASH:
        add_object(out, l, v.h, depth);
        break;
    default:
        add_json_text(out, value_text(l->k->arena, v));
    }
}

static struct value fn_to_json(struct call *k)
{
    struct strbuf out = STRBUF_IN(k->arena);
    struct json_style l = { .k = k };
    add_json(&out, &l, k->args[0], 0);
    return value_str(strbuf_sv(&out));
}

static struct value without_undef(struct call *k, struct value v)
{
    struct list out = { 0 };
    struct hash *h = hash_new(k->arena, 0);
    for (uint32_t i = 0; v.kind == V_ARRAY && i < v.n; i++)
        if (!is_none(v.items[i]))
            list_add(k, &out, v.items[i]);
    for (uint32_t i = 0; v.kind == V_HASH && i < v.h->count; i++)
        if (!is_none(v.h->pairs[i].value))
            hash_put(k->arena, h, v.h->pairs[i].key, v.h->pairs[i].value);
    return v.kind == V_ARRAY ? list_value(&out) : value_hash(h);
}

static void take_option(struct call *k, const char *name, struct sv *to)
{
    const struct value *v = k->count > 2 && k->args[2].kind == V_HASH ? hash_find_sv(k->args[2].h, sv_of(name)) : NULL;
    if (v && v->kind == V_STRING)
        *to = value_sv(*v);
}

static struct value fn_to_json_pretty(struct call *k)
{
    struct strbuf out = STRBUF_IN(k->arena);
    struct json_style l = {
        .k = k, .indent = SV("  "), .space = SV(" "), .space_before = SV(""), .object_nl = SV("\n"), .array_nl = SV("\n"), .pretty = true
    };
    bool skip = k->count > 1 && value_truthy(k->args[1]);
    take_option(k, "indent", &l.indent);
    take_option(k, "space", &l.space);
    take_option(k, "space_before", &l.space_before);
    take_option(k, "object_nl", &l.object_nl);
    take_option(k, "array_nl", &l.array_nl);
    add_json(&out, &l, skip ? without_undef(k, k->args[0]) : k->args[0], 0);
    strbuf_addc(&out, '\n');
    return value_str(strbuf_sv(&out));
}

/* ---- literals of other languages ---- */

struct language {
    const char *yes, *no, *none, *arrow;
};
static const struct language python = { "True", "False", "None", ": " }, ruby = { "true", "false", "nil", " => " };

static void add_literal(struct call *k, struct strbuf *out, const struct language *l, struct value v, unsigned depth)
{
    if (depth > DUMP_DEPTH)
        call_fail(k, "%s(): the data is nested more than %d deep", k->fn->name, DUMP_DEPTH);
    if (is_none(v)) {
        strbuf_adds(out, l->none);
    } else if (v.kind == V_BOOL) {
        strbuf_adds(out, v.b ? l->yes : l->no);
    } else if (v.kind == V_ARRAY) {
        strbuf_addc(out, '[');
        for (uint32_t i = 0; i < v.n; i++) {
            strbuf_adds(out, i ? ", " : "");
            add_literal(k, out, l, v.items[i], depth + 1);
        }
        strbuf_addc(out, ']');
    } else if (v.kind == V_HASH) {
        strbuf_addc(out, '{');
        for (uint32_t i = 0; i < v.h->count; i++) {
            strbuf_adds(out, i ? ", " : "");
            add_literal(k, out, l, v.h->pairs[i].key, depth + 1);
            strbuf_adds(out, l->arrow);
            add_literal(k, out, l, v.h->pairs[i].value, depth + 1);
        }
        strbuf_addc(out, '}');
    } else if (v.kind == V_INT || v.kind == V_FLOAT) {
        value_print(out, v);
    } else {
        text_inspect(out, value_text(k->arena, v));
    }
}

static struct value literal(struct call *k, const struct language *l)
{
    struct strbuf out = STRBUF_IN(k->arena);
    add_literal(k, &out, l, k->args[0], 0);
    return value_str(strbuf_sv(&out));
}

static struct value fn_to_python(struct call *k) { return literal(k, &python); }
static struct value fn_to_ruby(struct call *k) { return literal(k, &ruby); }

/* ---- TOML ---- */

static bool is_tables(struct value v) { return v.kind == V_ARRAY && v.n && v.items[0].kind == V_HASH; }

static struct sv toml_key(struct call *k, struct sv key)
{
    struct strbuf out = STRBUF_IN(k->arena);
    bool bare = true;
    for (size_t i = 0; i < key.n; i++) {
        char c = key.p[i];
        bare = bare && ((c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_' || c == '-');
    }
    if (bare)
        return key;
    strbuf_addc(&out, '"');
    for (size_t i = 0; i < key.n; i++) {
        strbuf_adds(&out, key.p[i] == '"' ? "\\" : "");
        strbuf_addc(&out, key.p[i]);
    }
    strbuf_addc(&out, '"');
    return strbuf_sv(&out);
}

static void toml_value(struct call *k, struct strbuf *out, struct value v)
{
    if (v.kind == V_STRING) { /* Ruby's inspect, but "#{" needs no backslash here */
        struct sv s = ruby_inspected(k->arena, v);
        for (size_t i = 0; i < s.n; i++) {
            bool marked = s.p[i] == '\\' && i + 2 < s.n && s.p[i + 1] == '#' && strchr("$@{", s.p[i + 2]);
            if (!marked)
                strbuf_addc(out, s.p[i]);
        }
        return;
    }
    ruby_inspect(out, v);
}

static void toml_table(struct call *k, struct strbuf *out, const struct hash *h, struct sv prefix, bool header, unsigned depth);

/* One of three passes over a table: values, tables, lists of tables. */
static void toml_pass(struct call *k, struct strbuf *out, struct value sorted, const struct hash *h, struct sv prefix, int pass,
                      unsigned depth)
{
    for (uint32_t i = 0; i < sorted.n; i++) {
        struct value v = *hash_find(h, sorted.items[i]);
        struct sv key = toml_key(k, ruby_text(k->arena, sorted.items[i]));
        struct sv path = arena_printf(k->arena, "%.*s%s%.*s", SV_ARG(prefix), prefix.n ? "." : "", SV_ARG(key));
        if (pass != (v.kind == V_HASH ? 1 : is_tables(v) ? 2 : 0))
            continue;
        if (pass == 0) {
            strbuf_addf(out, "%.*s = ", SV_ARG(key));
            toml_value(k, out, v);
            strbuf_addc(out, '\n');
        } else if (pass == 1) {
            toml_table(k, out, v.h, path, true, depth + 1);
        }
        for (uint32_t n = 0; pass == 2 && n < v.n; n++) {
            strbuf_addf(out, "[[%.*s]]\n", SV_ARG(path));
            if (v.items[n].kind == V_HASH)
                toml_table(k, out, v.items[n].h, path, false, depth + 1);
        }
    }
}

static void toml_table(struct call *k, struct strbuf *out, const struct hash *h, struct sv prefix, bool header, unsigned depth)
{
    struct list keys = { 0 };
    bool simple = h->count == 0;
    if (depth > DUMP_DEPTH)
        call_fail(k, "to_toml(): the data is nested more than %d deep", DUMP_DEPTH);
    for (uint32_t i = 0; i < h->count; i++) {
        struct value v = h->pairs[i].value;
        list_add(k, &keys, h->pairs[i].key);
        simple = simple || (v.kind != V_HASH && !is_tables(v));
    }
    struct value list = list_value(&keys), sorted = call_function(k, SV("sort"), &list, 1, NULL);
    if (header && prefix.n && simple)
        strbuf_addf(out, "[%.*s]\n", SV_ARG(prefix));
    for (int pass = 0; pass < 3; pass++)
        toml_pass(k, out, sorted, h, prefix, pass, depth);
}

static struct value fn_to_toml(struct call *k)
{
    struct strbuf out = STRBUF_IN(k->arena);
    toml_table(k, &out, k->args[0].h, SV(""), true, 0);
    return value_str(out.n ? strbuf_sv(&out) : SV(""));
}

#define JSON_OPTIONS                                                                                                                       \
    "Struct[{indent => Optional[String], space => Optional[String], space_before => Optional[String], object_nl => Optional[String], "     \
    "array_nl => Optional[String], allow_nan => Optional[Boolean], max_nesting => Optional[Integer[-1, default]]}]"

const struct builtin func_dump[] = {
    { "to_json", "Callable[Any]", "data as JSON", fn_to_json, 0, "data" },
    { "to_json_pretty", "Callable[Variant[Hash, Array], Optional[Boolean], " JSON_OPTIONS ", 1, 3]", "data as JSON for people",
      fn_to_json_pretty, 0, "data skip_undef opts" },
    { "to_python", "Callable[Any]", "data as a literal of Python", fn_to_python, 0, "object" },
    { "to_ruby", "Callable[Any]", "data as a literal of Ruby", fn_to_ruby, 0, "object" },
    { "to_toml", "Callable[Hash]", "data as TOML", fn_to_toml, 0, "data" },
};
const size_t func_dump_count = sizeof func_dump / sizeof *func_dump;
