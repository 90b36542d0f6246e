/* json: yajl's events build a data tree; the writer keeps commas and indentation. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <yajl/yajl_parse.h>

#include "base/limits.h"

/* --- reading --- */

struct level {
    struct level *up;
    struct data *list; /* of a list: its items; of a map: values, in step with keys */
    struct data *keys;
    size_t count, cap, key_count, key_cap;
    uint32_t from;
    bool is_map;
};

struct builder {
    struct arena *a;
    const struct data_limits *limits;
    yajl_handle yajl;
    struct level *top;
    struct data root;
    bool done;
    uint32_t depth;
    size_t nodes;
    const char *refused; /* a limit's message */
};

static uint32_t limit_depth(const struct data_limits *l) { return l && l->depth ? l->depth : LIMIT_DATA_DEPTH; }
static size_t limit_nodes(const struct data_limits *l) { return l && l->nodes ? l->nodes : LIMIT_DATA_NODES; }

/* Where the text just read ends: yajl counts in the chunk it was given, and there is one. */
static uint32_t position(struct builder *b) { return (uint32_t)yajl_get_bytes_consumed(b->yajl); }

static int put(struct builder *b, struct data d, size_t length)
{
    d.to = position(b);
    d.from = d.to > length ? d.to - (uint32_t)length : 0;
    if (++b->nodes > limit_nodes(b->limits)) {
        b->refused = "it has too many values";
        return 0;
    }
    if (b->top)
        ARENA_PUSH(b->a, b->top->list, b->top->count, b->top->cap, d);
    else
        b->root = d;
    return 1;
}

static int on_null(void *ctx) { return put(ctx, (struct data){ .kind = DATA_NULL }, 4); }
static int on_bool(void *ctx, int v) { return put(ctx, (struct data){ .kind = DATA_BOOL, .b = v }, v ? 4 : 5); }

static int on_number(void *ctx, const char *p, size_t n)
{
    struct data d = { .kind = DATA_INT };
    struct sv text = sv_make(p, n);
    if (!sv_to_int(text, &d.i)) {
        char number[64];
        snprintf(number, sizeof number, "%.*s", SV_ARG(text));
        d.kind = DATA_FLOAT;
        d.f = strtod(number, NULL);
    }
    return put(ctx, d, n);
}

static int on_string(void *ctx, const unsigned char *p, size_t n)
{
    struct builder *b = ctx;
    struct data d = { .kind = DATA_STRING, .quoted = true, .s = arena_dup(b->a, sv_make((const char *)p, n)) };
    return put(b, d, n + 2);
}

static int on_key(void *ctx, const unsigned char *p, size_t n)
{
    struct builder *b = ctx;
    struct data d = { .kind = DATA_STRING, .quoted = true, .s = arena_dup(b->a, sv_make((const char *)p, n)), .to = position(b) };
    d.from = d.to > n + 2 ? d.to - (uint32_t)n - 2 : 0;
    ARENA_PUSH(b->a, b->top->keys, b->top->key_count, b->top->key_cap, d);
    return 1;
}

static int open_level(struct builder *b, bool is_map)
{
    if (++b->depth > limit_depth(b->limits)) {
        b->refused = "it is nested too deep";
        return 0;
    }
    struct level *l = ARENA_NEW(b->a, struct level);
    *l = (struct level){ .up = b->top, .is_map = is_map, .from = position(b) };
    b->top = l;
    return 1;
}

static int on_open_map(void *ctx) { return open_level(ctx, true); }
static int on_open_list(void *ctx) { return open_level(ctx, false); }

static int close_level(void *ctx)
{
    struct builder *b = ctx;
    struct level *l = b->top;
    struct data d = { .kind = l->is_map ? DATA_MAP : DATA_LIST, .count = (uint32_t)l->count };
    if (l->is_map) {
        d.pairs = ARENA_ARRAY(b->a, struct data_pair, l->count + 1);
        for (size_t i = 0; i < l->count; i++)
            d.pairs[i] = (struct data_pair){ l->keys[i], l->list[i] };
    } else {
        d.items = l->list;
    }
    b->top = l->up;
    b->depth--;
    return put(b, d, position(b) - l->from + 1);
}

bool json_read(struct arena *a, const struct source *src, const struct data_limits *limits, struct diags *diags, struct data_doc **out_doc)
{
    static const yajl_callbacks callbacks = { .yajl_null = on_null,
                                              .yajl_boolean = on_bool,
                                              .yajl_number = on_number,
                                              .yajl_string = on_string,
                                              .yajl_map_key = on_key,
                                              .yajl_start_map = on_open_map,
                                              .yajl_end_map = close_level,
                                              .yajl_start_array = on_open_list,
                                              .yajl_end_array = close_level };
    struct sv text = src->text;
    size_t most = limits && limits->bytes ? limits->bytes : LIMIT_SOURCE_BYTES;
    if (text.n > most)
        return diag_error(diags, (struct span){ src, 0, 0 }, "the file has %zu bytes, at most %zu are allowed", text.n, most);
    struct builder b = { .a = a, .limits = limits };
    b.yajl = yajl_alloc(&callbacks, NULL, &b);
    yajl_status status = yajl_parse(b.yajl, (const unsigned char *)(text.n ? text.p : ""), text.n);
    uint32_t at = position(&b);
    if (status == yajl_status_ok)
        status = yajl_complete_parse(b.yajl);
    bool ok = status == yajl_status_ok;
    if (!ok && b.refused) {
        diag_error(diags, (struct span){ src, at, at }, "this JSON is refused: %s", b.refused);
    } else if (!ok) {
        unsigned char *why = yajl_get_error(b.yajl, 0, NULL, 0);
        struct sv reason = sv_trim(sv_of((const char *)why));
        diag_error(diags, (struct span){ src, at, at }, "this is no JSON: %.*s", SV_ARG(reason));
        yajl_free_error(b.yajl, why);
    }
    yajl_free(b.yajl);
    if (!ok)
        return false;
    struct data_doc *doc = ARENA_NEW(a, struct data_doc);
    doc->src = src;
    doc->root = b.root;
    *out_doc = doc;
    return true;
}

/* --- writing --- */

struct json_out json_to(struct strbuf *out, bool pretty) { return (struct json_out){ .out = out, .pretty = pretty, .first = true }; }

static void newline(struct json_out *j)
{
    if (!j->pretty || !j->depth)
        return;
    strbuf_addc(j->out, '\n');
    strbuf_pad(j->out, ' ', (size_t)j->depth * 2);
}

static void before_value(struct json_out *j)
{
    if (j->after_key) {
        j->after_key = false;
        return;
    }
    if (!j->first)
        strbuf_addc(j->out, ',');
    newline(j);
    j->first = false;
}

void json_open(struct json_out *j, char bracket)
{
    before_value(j);
    strbuf_addc(j->out, bracket);
    j->depth++;
    j->first = true;
}

void json_close(struct json_out *j, char bracket)
{
    j->depth--;
    if (!j->first && j->pretty) {
        strbuf_addc(j->out, '\n');
        strbuf_pad(j->out, ' ', (size_t)j->depth * 2);
    }
    strbuf_addc(j->out, bracket);
    j->first = false;
}

static void write_escape(struct strbuf *out, unsigned char c)
{
    static const char letters[] = "btn?fr"; /* 8, 9, 10, 12, 13 */
    if (c == '"' || c == '\\')
        strbuf_addf(out, "\\%c", c);
    else if (c >= 8 && c <= 13 && c != 11)
        strbuf_addf(out, "\\%c", letters[c - 8]);
    else
        strbuf_addf(out, "\\u%04x", c);
}

/* How many bytes from i stand as they are: up to a quote, backslash, control character or a byte over 127. */
static size_t plain_run(struct sv s, size_t i)
{
    size_t n = i;
    while (n < s.n && (unsigned char)s.p[n] >= 0x20 && (unsigned char)s.p[n] < 0x80 && s.p[n] != '"' && s.p[n] != '\\')
        n++;
    return n - i;
}

static size_t utf8_length(struct sv s, size_t i)
{
    for (size_t len = 2; len <= 4 && i + len <= s.n; len++)
        if (sv_is_utf8(sv_slice(s, i, i + len)))
            return len;
    return 0;
}

static void write_text(struct strbuf *out, struct sv s)
{
    strbuf_addc(out, '"');
    for (size_t i = 0; i < s.n;) {
        size_t n = plain_run(s, i);
        strbuf_add(out, sv_slice(s, i, i + n));
        i += n;
        if (i == s.n)
            break;
        if ((unsigned char)s.p[i] < 0x80) {
            write_escape(out, (unsigned char)s.p[i++]);
            continue;
        }
        size_t len = utf8_length(s, i);
        if (len)
            strbuf_add(out, sv_slice(s, i, i + len));
        else
            strbuf_adds(out, "\xef\xbf\xbd");
        i += len ? len : 1;
    }
    strbuf_addc(out, '"');
}

void json_key(struct json_out *j, struct sv key)
{
    before_value(j);
    write_text(j->out, key);
    strbuf_adds(j->out, j->pretty ? ": " : ":");
    j->after_key = true;
}

void json_str(struct json_out *j, struct sv s)
{
    before_value(j);
    write_text(j->out, s);
}

void json_int(struct json_out *j, int64_t i)
{
    char digits[20], *end = digits + sizeof digits, *p = end;
    uint64_t n = i < 0 ? -(uint64_t)i : (uint64_t)i;
    before_value(j);
    do
        *--p = (char)('0' + n % 10);
    while (n /= 10);
    if (i < 0)
        *--p = '-';
    strbuf_add(j->out, sv_make(p, (size_t)(end - p)));
}

void json_float(struct json_out *j, double f)
{
    before_value(j);
    if (!isfinite(f)) {
        strbuf_adds(j->out, "null");
        return;
    }
    char text[40];
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, f);
        if (strtod(text, NULL) == f)
            break;
    }
    strbuf_adds(j->out, text);
    if (!strpbrk(text, ".e"))
        strbuf_adds(j->out, ".0");
}

void json_bool(struct json_out *j, bool b)
{
    before_value(j);
    strbuf_adds(j->out, b ? "true" : "false");
}

void json_null(struct json_out *j)
{
    before_value(j);
    strbuf_adds(j->out, "null");
}

void json_raw(struct json_out *j, struct sv text)
{
    before_value(j);
    strbuf_add(j->out, text);
}

static void write_key_of(struct json_out *j, const struct data *key)
{
    if (key->kind == DATA_STRING) {
        json_key(j, key->s);
        return;
    }
    /* YAML allows other keys; JSON has text only. */
    AUTO_STRBUF text = STRBUF_HEAP;
    struct json_out k = json_to(&text, false);
    json_data(&k, key);
    json_key(j, strbuf_sv(&text));
}

void json_data(struct json_out *j, const struct data *d)
{
    switch ((enum data_kind)d->kind) {
    case DATA_NULL:
        json_null(j);
        break;
    case DATA_BOOL:
        json_bool(j, d->b);
        break;
    case DATA_INT:
        json_int(j, d->i);
        break;
    case DATA_FLOAT:
        json_float(j, d->f);
        break;
    case DATA_STRING:
        json_str(j, d->s);
        break;
    case DATA_LIST:
        json_open(j, '[');
        for (uint32_t i = 0; i < d->count; i++)
            json_data(j, &d->items[i]);
        json_close(j, ']');
        break;
    case DATA_MAP:
        json_open(j, '{');
        for (uint32_t i = 0; i < d->count; i++) {
            write_key_of(j, &d->pairs[i].key);
            json_data(j, &d->pairs[i].value);
        }
        json_close(j, '}');
        break;
    }
}

void json_kstr(struct json_out *j, const char *key, struct sv s)
{
    json_key(j, sv_of(key));
    json_str(j, s);
}

void json_kint(struct json_out *j, const char *key, int64_t i)
{
    json_key(j, sv_of(key));
    json_int(j, i);
}

void json_kbool(struct json_out *j, const char *key, bool b)
{
    json_key(j, sv_of(key));
    json_bool(j, b);
}
