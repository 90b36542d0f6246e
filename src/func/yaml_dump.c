/* yaml_dump: to_yaml: data as YAML by libyaml, in the style of Ruby's Psych: same quotes, same anchors for what is there twice. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <yaml.h>

#include "base/hash.h"
#include "base/yaml_scalar.h"
#include "func/support.h"
#include "types/regexp.h"
#include "types/text.h"

#define DUMP_DEPTH 400

struct dump {
    struct call *k;
    yaml_emitter_t emitter;
    struct strbuf out;
    struct hash *seen; /* a list's or hash's identity -> the number of its anchor, 0: there once */
    struct hash *done; /* identities that were written */
    int64_t anchors;
    int64_t line_width; /* 0: not given */
    bool bad;
};

static int write_out(void *ctx, unsigned char *bytes, size_t n)
{
    struct dump *d = ctx;
    strbuf_add(&d->out, sv_make((const char *)bytes, n));
    return 1;
}

/* Something that tells a list or hash from another with the same content; undef: nothing does. */
static struct value identity(struct value v)
{
    if (v.kind == V_HASH && v.h->count)
        return value_int((int64_t)(uintptr_t)v.h);
    if (v.kind == V_ARRAY && v.n)
        return value_int((int64_t)((uintptr_t)v.items * 31 + v.n));
    return VALUE_UNDEF;
}

/* Numbers what comes again, in the order of the second time. */
static void find_doubles(struct dump *d, struct value v, unsigned depth)
{
    struct value id = identity(v);
    if (depth > DUMP_DEPTH) {
        d->bad = true;
        return;
    }
    if (id.kind == V_UNDEF)
        return;
    const struct value *was = hash_find(d->seen, id);
    if (was) {
        if (!was->i)
            hash_put(d->k->arena, d->seen, id, value_int(++d->anchors));
        return;
    }
    hash_put(d->k->arena, d->seen, id, value_int(0));
    for (uint32_t i = 0; v.kind == V_ARRAY && i < v.n; i++)
        find_doubles(d, v.items[i], depth + 1);
    for (uint32_t i = 0; v.kind == V_HASH && i < v.h->count; i++) {
        find_doubles(d, v.h->pairs[i].key, depth + 1);
        find_doubles(d, v.h->pairs[i].value, depth + 1);
    }
}

/* ---- scalars ---- */

/* A line end with more than one line end behind it. */
static bool has_lines(struct sv s)
{
    for (size_t i = 0; i + 1 < s.n; i++)
        if (s.p[i] == '\n' && !(i + 2 == s.n && s.p[i + 1] == '\n'))
            return true;
    return false;
}

static bool is_word(uint32_t c)
{
    if (c < 0x80)
        return c == '_' || (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
    return !(c < 0xc0 && c != 0xaa && c != 0xb5 && c != 0xba) && !(c >= 0x2000 && c < 0x2070) && !(c >= 0x3000 && c < 0x3005);
}

/* A line that starts with a sign and has no quotation mark in it. */
static bool starts_odd(struct sv s)
{
    for (size_t at = 0; at < s.n;) {
        size_t from = at;
        if (!is_word(utf8_next(s, &from))) {
            size_t end = sv_find_char(s, '\n', from), quote = sv_find_char(s, '"', from);
            if (quote == SIZE_MAX || quote >= (end == SIZE_MAX ? s.n : end))
                return true;
        }
        at = sv_find_char(s, '\n', at);
        if (at == SIZE_MAX)
            break;
        at++;
    }
    return false;
}

/* Would the text be read as something else than text? */
static bool reads_otherwise(struct sv s)
{
    struct data d = { 0 };
    size_t i = 1;
    yaml_scalar(s, &d);
    if (d.kind != DATA_STRING || d.special != DATA_PLAIN)
        return true;
    while (i < s.n && s.p[0] == '0' && s.p[i] >= '0' && s.p[i] <= '7')
        i++; /* 08 and 09 look octal */
    return s.n > 1 && s.p[0] == '0' && i < s.n && (s.p[i] == '8' || s.p[i] == '9');
}

static yaml_scalar_style_t style_of(const struct dump *d, struct sv s)
{
    if (has_lines(s))
        return YAML_LITERAL_SCALAR_STYLE;
    if (sv_is(s, "<<"))
        return YAML_SINGLE_QUOTED_SCALAR_STYLE;
    if (s.n == 1 && (s.p[0] == 'y' || s.p[0] == 'n'))
        return YAML_DOUBLE_QUOTED_SCALAR_STYLE;
    if (d->line_width > 0 && (int64_t)utf8_count(s) > d->line_width)
        return YAML_FOLDED_SCALAR_STYLE;
    if (starts_odd(s))
        return YAML_DOUBLE_QUOTED_SCALAR_STYLE;
    return reads_otherwise(s) ? YAML_SINGLE_QUOTED_SCALAR_STYLE : YAML_PLAIN_SCALAR_STYLE;
}

static void emit(struct dump *d, yaml_event_t *e, int made)
{
    if (!made || !yaml_emitter_emit(&d->emitter, e))
        d->bad = true;
}

static void emit_scalar(struct dump *d, struct sv s, const char *tag, bool plain, bool quoted, yaml_scalar_style_t style)
{
    yaml_event_t e;
    emit(d, &e,
         yaml_scalar_event_initialize(&e, NULL, (const yaml_char_t *)tag, (const yaml_char_t *)(s.p ? s.p : ""), (int)s.n, plain, quoted,
                                      style));
}

static void emit_text(struct dump *d, struct sv s)
{
    if (!sv_is_utf8(s) || (s.n && memchr(s.p, 0, s.n)))
        emit_scalar(d, base64_encode(d->k->arena, s), "!binary", false, false, YAML_LITERAL_SCALAR_STYLE);
    else if (sv_is(s, "<<"))
        emit_scalar(d, s, YAML_STR_TAG, false, false, YAML_SINGLE_QUOTED_SCALAR_STYLE);
    else
        emit_scalar(d, s, NULL, true, true, style_of(d, s));
}

static void emit_float(struct dump *d, double f)
{
    struct strbuf out = STRBUF_IN(d->k->arena);
    if (isnan(f))
        strbuf_adds(&out, ".nan");
    else if (isinf(f))
        strbuf_adds(&out, f < 0 ? "-.inf" : ".inf");
    else
        float_print(&out, f);
    emit_scalar(d, strbuf_sv(&out), NULL, true, false, YAML_ANY_SCALAR_STYLE);
}

/* ---- all values ---- */

static void dump_value(struct dump *d, struct value v, unsigned depth);

static void dump_collection(struct dump *d, struct value v, unsigned depth)
{
    struct value id = identity(v);
    const struct value *n = id.kind == V_UNDEF ? NULL : hash_find(d->seen, id);
    char name[24];
    yaml_event_t e;
    bool anchored = n && n->i;
    snprintf(name, sizeof name, "%lld", (long long)(anchored ? n->i : 0));
    if (anchored && hash_find(d->done, id)) {
        emit(d, &e, yaml_alias_event_initialize(&e, (const yaml_char_t *)name));
        return;
    }
    if (anchored)
        hash_put(d->k->arena, d->done, id, value_bool(true));
    const yaml_char_t *anchor = anchored ? (const yaml_char_t *)name : NULL;
    if (v.kind == V_ARRAY) {
        emit(d, &e, yaml_sequence_start_event_initialize(&e, anchor, NULL, 1, YAML_BLOCK_SEQUENCE_STYLE));
        for (uint32_t i = 0; i < v.n && !d->bad; i++)
            dump_value(d, v.items[i], depth + 1);
        emit(d, &e, yaml_sequence_end_event_initialize(&e));
        return;
    }
    emit(d, &e, yaml_mapping_start_event_initialize(&e, anchor, NULL, 1, YAML_BLOCK_MAPPING_STYLE));
    for (uint32_t i = 0; i < v.h->count && !d->bad; i++) {
        dump_value(d, v.h->pairs[i].key, depth + 1);
        dump_value(d, v.h->pairs[i].value, depth + 1);
    }
    emit(d, &e, yaml_mapping_end_event_initialize(&e));
}

static void dump_value(struct dump *d, struct value v, unsigned depth)
{
    switch (v.kind) {
    case V_ARRAY:
    case V_HASH:
        dump_collection(d, v, depth);
        break;
    case V_UNSET:
    case V_UNDEF:
        emit_scalar(d, SV(""), "tag:yaml.org,2002:null", true, false, YAML_ANY_SCALAR_STYLE);
        break;
    case V_STRING:
        emit_text(d, value_sv(v));
        break;
    case V_FLOAT:
        emit_float(d, v.f);
        break;
    case V_DEFAULT:
        emit_scalar(d, SV(":default"), NULL, true, false, YAML_ANY_SCALAR_STYLE);
        break;
    case V_REGEXP:
        emit_scalar(d, value_text(d->k->arena, v), "!ruby/regexp", false, false, YAML_ANY_SCALAR_STYLE);
        break;
    case V_INT:
    case V_BOOL:
        emit_scalar(d, value_text(d->k->arena, v), NULL, true, false, YAML_ANY_SCALAR_STYLE);
        break;
    default:
        emit_text(d, value_text(d->k->arena, v));
    }
}

static int64_t option(const struct call *k, const char *name)
{
    const struct value *v = k->count > 1 ? hash_find_sv(k->args[1].h, sv_of(name)) : NULL;
    return v && v->kind == V_INT ? v->i : 0;
}

static struct value fn_to_yaml(struct call *k)
{
    struct dump d = { .k = k, .out = STRBUF_IN(k->arena), .seen = hash_new(k->arena, 0), .done = hash_new(k->arena, 0) };
    int64_t indent = option(k, "indentation");
    yaml_event_t e;
    d.line_width = option(k, "line_width");
    find_doubles(&d, k->args[0], 0);
    if (d.bad)
        call_fail(k, "to_yaml(): the data is nested more than %d deep", DUMP_DEPTH);
    if (!yaml_emitter_initialize(&d.emitter))
        call_fail(k, "to_yaml(): out of memory");
    yaml_emitter_set_output(&d.emitter, write_out, &d);
    yaml_emitter_set_unicode(&d.emitter, 1);
    yaml_emitter_set_indent(&d.emitter, indent > 0 && indent < 10 ? (int)indent : 2);
    if (d.line_width)
        yaml_emitter_set_width(&d.emitter, d.line_width < 0 || d.line_width > 100000 ? -1 : (int)d.line_width);
    emit(&d, &e, yaml_stream_start_event_initialize(&e, YAML_UTF8_ENCODING));
    emit(&d, &e, yaml_document_start_event_initialize(&e, NULL, NULL, NULL, 0));
    dump_value(&d, k->args[0], 0);
    emit(&d, &e, yaml_document_end_event_initialize(&e, 1));
    emit(&d, &e, yaml_stream_end_event_initialize(&e));
    yaml_emitter_delete(&d.emitter);
    if (d.bad)
        call_fail(k, "to_yaml(): the data cannot be written as YAML");
    return value_str(strbuf_sv(&d.out));
}

const struct builtin func_yaml_dump[] = {
    { "to_yaml", "Callable[Any, Hash, 1, 2]", "data as YAML", fn_to_yaml, 0, "data options" },
};
const size_t func_yaml_dump_count = sizeof func_yaml_dump / sizeof *func_yaml_dump;
