/* data: data from YAML, JSON and HOCON, in text and in files. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fs.h"
#include "base/hocon.h"
#include "base/json.h"
#include "base/yaml.h"
#include "func/support.h"
#include "types/text.h"

static const struct data *find_special(const struct data *d, enum data_special which)
{
    const struct data *found = NULL;
    if (d->kind == DATA_STRING && d->special == which)
        return d;
    for (uint32_t i = 0; d->kind == DATA_LIST && i < d->count && !found; i++)
        found = find_special(&d->items[i], which);
    for (uint32_t i = 0; d->kind == DATA_MAP && i < d->count && !found; i++)
        found = find_special(&d->pairs[i].value, which);
    return found;
}

/* A symbol of Ruby is text without its colon. */
static struct data *plain(struct arena *a, struct data *d)
{
    for (uint32_t i = 0; d->kind == DATA_LIST && i < d->count; i++)
        plain(a, &d->items[i]);
    for (uint32_t i = 0; d->kind == DATA_MAP && i < d->count; i++) {
        plain(a, &d->pairs[i].key);
        plain(a, &d->pairs[i].value);
    }
    if (d->kind == DATA_STRING && d->special == DATA_SYMBOL && d->s.n > 1 && d->s.p[0] == ':')
        d->s = sv_slice(d->s, 1, d->s.n);
    return d;
}

/* False: why says what is wrong. Nothing in the text: undef. */
static bool read_yaml(struct call *k, struct sv text, struct value *out_v, struct sv *out_why)
{
    struct source *src = ARENA_NEW(k->arena, struct source);
    struct data_limits limits = { 0 };
    struct diags diags = diags_in(k->arena);
    struct data_doc *doc = NULL;
    *src = (struct source){ .path = sv_of(k->fn->name), .text = text };
    if (!yaml_read(k->arena, src, &limits, &diags, &doc)) {
        struct sv mistake = yaml_mistake(k->arena, text);
        *out_why = mistake.n     ? arena_printf(k->arena, "(<unknown>): %.*s", SV_ARG(mistake))
                   : diags.first ? diags.first->message
                                 : SV("this is no YAML");
        return false;
    }
    if (doc && find_special(&doc->root, DATA_DATE)) {
        *out_why = SV("Tried to load unspecified class: Date");
        return false;
    }
    *out_v = doc ? value_from_data(k->arena, plain(k->arena, &doc->root)) : VALUE_UNDEF;
    return true;
}

static bool read_json(struct call *k, struct sv text, struct value *out_v)
{
    struct source *src = ARENA_NEW(k->arena, struct source);
    struct data_limits limits = { 0 };
    struct diags diags = diags_in(k->arena);
    struct data_doc *doc = NULL;
    *src = (struct source){ .path = sv_of(k->fn->name), .text = text };
    if (!json_read(k->arena, src, &limits, &diags, &doc) || !doc)
        return false;
    *out_v = value_from_data(k->arena, &doc->root);
    return true;
}

/* ---- text ---- */

/* The second argument counts where there is nothing, and, unless it is undef or false, where the text is wrong. */
static struct value otherwise(struct call *k) { return k->count > 1 ? old_arg(k, 1) : VALUE_UNDEF; }

static struct sv text_arg(struct call *k)
{
    if (!k->count)
        call_fail(k, "Wrong number of arguments. 1 or 2 arguments should be provided.");
    struct value v = old_arg(k, 0);
    if (v.kind != V_STRING && value_truthy(otherwise(k)))
        return SV_NONE;
    if (v.kind != V_STRING)
        call_fail(k, "no implicit conversion of %s into String", v.kind == V_BOOL ? (v.b ? "true" : "false") : ruby_class(v));
    return value_sv(v);
}

static struct value fn_parseyaml(struct call *k)
{
    struct value v = VALUE_UNDEF, other = otherwise(k);
    struct sv text = text_arg(k), why;
    if (!read_yaml(k, text, &v, &why)) {
        if (!value_truthy(other))
            call_fail(k, "%.*s", SV_ARG(why));
        return other;
    }
    return value_truthy(v) ? v : other;
}

static struct value fn_parsejson(struct call *k)
{
    struct value v = VALUE_UNDEF, other = otherwise(k);
    struct sv text = text_arg(k);
    if (!read_json(k, text, &v)) {
        if (!value_truthy(other))
            call_fail(k, "859: unexpected token at '%.*s'", SV_ARG(text));
        return other;
    }
    return value_truthy(v) ? v : other;
}

static struct value fn_parsehocon(struct call *k)
{
    struct source *src = ARENA_NEW(k->arena, struct source);
    struct diags diags = diags_in(k->arena);
    struct data_doc *doc;
    *src = (struct source){ .path = SV("parsehocon"), .text = value_sv(k->args[0]) };
    if (hocon_read(k->arena, src, NULL, &diags, &doc))
        return value_from_data(k->arena, &doc->root);
    if (k->count > 1)
        return k->args[1];
    unsigned line, column;
    span_position(diags.first->span, &line, &column);
    call_fail(k, "the text is no HOCON: %.*s at line %u column %u of it", SV_ARG(diags.first->message), line, column);
}

/* The text of no list and no hash is refused at once. */
static _Noreturn void not_pson(struct call *k, struct sv text)
{
    struct sv t = sv_trim(text);
    if (t.n && (t.p[0] == '{' || t.p[0] == '['))
        call_fail(k, "unexpected token at '%.*s'", SV_ARG(t));
    call_fail(k, "source '%.*s' not in PSON!", SV_ARG(sv_slice(text, 0, utf8_offset(text, 20))));
}

static struct value fn_parsepson(struct call *k)
{
    struct value v;
    if (read_json(k, value_sv(k->args[0]), &v))
        return v;
    if (k->count < 2)
        not_pson(k, value_sv(k->args[0]));
    return k->args[1];
}

/* ---- files ---- */

/* False: there is no such file; a warning says so. */
static bool file_arg(struct call *k, struct sv *out_text)
{
    struct err err = { 0 };
    if (!k->count)
        call_fail(k, "%s(): Wrong number of arguments given (0 for minimum 1)", k->fn->name);
    struct value path = old_arg(k, 0);
    if (path.kind != V_STRING)
        call_fail(k, "undefined method `start_with?' for %.*s:%s", SV_ARG(ruby_inspected(k->arena, path)), ruby_class(path));
    struct sv p = value_sv(path);
    if (sv_starts(p, SV("http://")) || sv_starts(p, SV("https://")))
        call_fail(k, "%s(): '%.*s' is not on this machine; a compile reads files alone", k->fn->name, SV_ARG(p));
    if (!snapshot_exists(compile_snapshot(k->c), p)) {
        call_warn(k, "warning", "Can't load '%.*s' File does not exist!", SV_ARG(p));
        return false;
    }
    if (!snapshot_read(compile_snapshot(k->c), p, out_text, &err))
        call_fail(k, "%s", err.text);
    return true;
}

static struct value fn_loadyaml(struct call *k)
{
    struct value v = VALUE_UNDEF, other = otherwise(k);
    struct sv text, why;
    if (!file_arg(k, &text))
        return other;
    if (!read_yaml(k, text, &v, &why)) {
        if (!value_truthy(other))
            call_fail(k, "%.*s", SV_ARG(why));
        return other;
    }
    return value_truthy(v) ? v : other;
}

static struct value fn_loadjson(struct call *k)
{
    struct value v = VALUE_UNDEF, other = otherwise(k);
    struct sv text;
    if (!file_arg(k, &text))
        return other;
    if (!read_json(k, text, &v)) {
        if (!value_truthy(other))
            not_pson(k, text);
        return other;
    }
    return value_truthy(v) ? v : other;
}

const struct builtin func_data[] = {
    { "parseyaml", TAKES_ANYTHING, "data from YAML", fn_parseyaml, 0, NULL },
    { "parsejson", TAKES_ANYTHING, "data from JSON", fn_parsejson, 0, NULL },
    { "parsehocon", "Callable[String, Any, 1, 2]", "data from HOCON", fn_parsehocon, 0, "hocon_string default" },
    { "parsepson", "Callable[String[1], Any, 1, 2]", "data from JSON", fn_parsepson, 0, "pson_string default" },
    { "loadyaml", TAKES_ANYTHING, "data of a YAML file", fn_loadyaml, 0, NULL },
    { "loadjson", TAKES_ANYTHING, "data of a JSON file", fn_loadjson, 0, NULL },
};
const size_t func_data_count = sizeof func_data / sizeof *func_data;
