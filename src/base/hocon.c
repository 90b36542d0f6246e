/* hocon: the parser: text to a tree in which substitutions and merges are still open. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hocon_impl.h"

#include <stdlib.h>

#include "base/limits.h"

struct parser {
    struct hocon_reader *r;
    struct sv s;
    size_t at;
    struct hocon_path prefix; /* of the object whose fields are read */
    unsigned lists;           /* that surround it */
};

bool hocon_fail(struct hocon_reader *r, uint32_t from, uint32_t to, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    struct sv text = arena_vprintf(r->arena, fmt, ap);
    va_end(ap);
    return diag_error(r->diags, (struct span){ r->src, from, to > from ? to : from + 1 }, "%.*s", SV_ARG(text));
}

bool hocon_count(struct hocon_reader *r, uint32_t from, uint32_t to)
{
    return ++r->nodes <= r->max_nodes || hocon_fail(r, from, to, "it has too many values");
}

#define FAIL(p, ...) hocon_fail((p)->r, (uint32_t)(p)->at, (uint32_t)(p)->at + 1, __VA_ARGS__)

/* ---- characters ---- */

static char peek(const struct parser *p, size_t ahead) { return p->at + ahead < p->s.n ? p->s.p[p->at + ahead] : '\0'; }
static bool at_end(const struct parser *p) { return p->at >= p->s.n; }
static bool starts(const struct parser *p, const char *text) { return sv_starts(sv_slice(p->s, p->at, p->s.n), sv_of(text)); }

/* Bytes of the blank that begins here; 0: none. Unicode's separators, the byte order mark, and ASCII's but the newline. */
static size_t blank_length(const struct parser *p)
{
    static const char *const wide[] = { "\xc2\xa0",     "\xe1\x9a\x80", "\xe2\x80\x80", "\xe2\x80\x81", "\xe2\x80\x82",
                                        "\xe2\x80\x83", "\xe2\x80\x84", "\xe2\x80\x85", "\xe2\x80\x86", "\xe2\x80\x87",
                                        "\xe2\x80\x88", "\xe2\x80\x89", "\xe2\x80\x8a", "\xe2\x80\xa8", "\xe2\x80\xa9",
                                        "\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80", "\xef\xbb\xbf" };
    unsigned char c = (unsigned char)peek(p, 0);
    if (at_end(p) || c == '\n')
        return 0;
    if (c < 0x80)
        return c == ' ' || (c >= '\t' && c <= '\r') || (c >= 0x1c && c <= 0x1f);
    for (size_t i = 0; i < sizeof wide / sizeof *wide; i++)
        if (starts(p, wide[i]))
            return strlen(wide[i]);
    return 0;
}

static void skip_blanks(struct parser *p)
{
    for (size_t n; (n = blank_length(p));)
        p->at += n;
}

static bool at_comment(const struct parser *p) { return peek(p, 0) == '#' || starts(p, "//"); }

/* Blanks, newlines and comments. True: there was a newline. */
static bool skip_space(struct parser *p)
{
    bool newline = false;
    for (;;) {
        skip_blanks(p);
        if (at_comment(p)) {
            size_t end = sv_find_char(p->s, '\n', p->at);
            p->at = end == SIZE_MAX ? p->s.n : end;
        } else if (peek(p, 0) == '\n') {
            newline = true;
            p->at++;
        } else {
            return newline;
        }
    }
}

static bool is_unquoted(const struct parser *p)
{
    char c = peek(p, 0);
    return !at_end(p) && c != '\n' && !strchr("$\"{}[]:=,+#`^?!@*&\\", c ? c : '"') && !starts(p, "//") && !blank_length(p);
}

/* What stands here, for messages. */
static struct sv found(const struct parser *p)
{
    size_t n = 1;
    if (at_end(p))
        return SV("the end of the text");
    if (peek(p, 0) == '\n')
        return SV("the end of the line");
    while (p->at + n < p->s.n && ((unsigned char)p->s.p[p->at + n] & 0xc0) == 0x80)
        n++;
    return arena_printf(p->r->arena, "'%.*s'", SV_ARG(sv_slice(p->s, p->at, p->at + n)));
}

/* ---- texts ---- */

static bool read_hex(struct parser *p, uint32_t *out_code)
{
    *out_code = 0;
    for (int i = 0; i < 4; i++, p->at++) {
        char c = peek(p, 0);
        uint32_t digit = c >= '0' && c <= '9' ? (uint32_t)(c - '0') : (uint32_t)((c | 32) - 'a' + 10);
        if (!((c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'f')))
            return FAIL(p, "'\\u' takes four hexadecimal digits");
        *out_code = *out_code * 16 + digit;
    }
    return true;
}

/* After '\': one of JSON's escapes. */
static bool read_escape(struct parser *p, struct strbuf *out)
{
    static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
    char c = peek(p, 0);
    const char *known = c ? strchr(names, c) : NULL;
    uint32_t code, low;
    if (known) {
        strbuf_addc(out, values[known - names]);
        p->at++;
        return true;
    }
    if (c != 'u')
        return FAIL(p, "%.*s is no escape in a quoted text: write '\\\\' for a backslash", SV_ARG(found(p)));
    p->at++;
    if (!read_hex(p, &code))
        return false;
    if (code >= 0xd800 && code < 0xdc00 && starts(p, "\\u")) {
        p->at += 2;
        if (!read_hex(p, &low))
            return false;
        code = low >= 0xdc00 && low < 0xe000 ? 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00) : 0xfffd;
    }
    strbuf_add_utf8(out, code >= 0xd800 && code < 0xe000 ? 0xfffd : code);
    return true;
}

/* """...""": as it stands; quotes beyond three at the end belong to it. */
static bool read_triple(struct parser *p, struct sv *out)
{
    size_t from = p->at + 3, end = sv_find(p->s, SV("\"\"\""), from);
    if (end == SIZE_MAX)
        return FAIL(p, "the text that begins with '\"\"\"' here is not closed");
    while (end + 3 < p->s.n && p->s.p[end + 3] == '"')
        end++;
    *out = sv_slice(p->s, from, end);
    p->at = end + 3;
    return true;
}

static bool read_quoted(struct parser *p, struct sv *out)
{
    struct strbuf b = STRBUF_IN(p->r->arena);
    size_t from = p->at;
    if (starts(p, "\"\"\""))
        return read_triple(p, out);
    for (p->at++; peek(p, 0) != '"';) {
        unsigned char c = (unsigned char)peek(p, 0);
        if (at_end(p) || c == '\n') {
            p->at = from;
            return FAIL(p, "the quoted text that begins here is not closed on its line");
        }
        if (c < 0x20 || c == 0x7f)
            return FAIL(p, "a control character in a quoted text must be written as an escape");
        p->at++;
        if (c != '\\')
            strbuf_addc(&b, (char)c);
        else if (!read_escape(p, &b))
            return false;
    }
    p->at++;
    *out = b.n ? strbuf_sv(&b) : SV("");
    return true;
}

/* Characters that may follow the first of a number are taken together: '+' is one of them here only. */
static bool read_unquoted(struct parser *p, struct sv *out, bool *out_number)
{
    size_t from = p->at;
    *out_number = (peek(p, 0) >= '0' && peek(p, 0) <= '9') || peek(p, 0) == '-';
    size_t plus = SIZE_MAX;
    while (*out_number && !at_end(p) && strchr("0123456789eE+-.", peek(p, 0) ? peek(p, 0) : '"')) {
        plus = peek(p, 0) == '+' && plus == SIZE_MAX ? p->at : plus;
        p->at++;
    }
    struct sv number = sv_slice(p->s, from, p->at);
    bool good = sv_find_char(number, '+', 0) == SIZE_MAX || ((number.p[sv_find_char(number, '+', 0) - 1] | 32) == 'e');
    if (plus != SIZE_MAX && !good) {
        p->at = plus;
        return FAIL(p, "'+' is not allowed outside quotes");
    }
    while (is_unquoted(p))
        p->at++;
    *out = sv_slice(p->s, from, p->at);
    *out_number = *out_number && out->n == number.n;
    return true;
}

/* ---- paths ---- */

static bool end_part(struct parser *p, struct hocon_path *path, struct strbuf *part, bool *may_be_empty)
{
    if (!part->n && !*may_be_empty)
        return FAIL(p, "a path has an empty part: write '\"\"' for an empty key");
    struct sv text = arena_dup(p->r->arena, strbuf_sv(part));
    ARENA_PUSH(p->r->arena, path->parts, path->count, path->cap, text);
    strbuf_reset(part);
    *may_be_empty = false;
    return true;
}

/* path -> (text | quoted)+ ; '.' outside quotes parts it, blanks inside it belong to it */
static bool read_path(struct parser *p, struct hocon_path *path)
{
    struct strbuf part = STRBUF_IN(p->r->arena);
    bool empty_allowed = false, number;
    for (bool any = false;; any = true) {
        size_t blank = p->at;
        skip_blanks(p);
        if (!(peek(p, 0) == '"' || is_unquoted(p))) {
            if (!any)
                return FAIL(p, "expected a key, not %.*s", SV_ARG(found(p)));
            return end_part(p, path, &part, &empty_allowed);
        }
        if (any)
            strbuf_add(&part, sv_slice(p->s, blank, p->at));
        struct sv text, piece;
        if (peek(p, 0) == '"') {
            if (!read_quoted(p, &text))
                return false;
            strbuf_add(&part, text);
            empty_allowed |= !part.n;
            continue;
        }
        if (!read_unquoted(p, &text, &number))
            return false;
        for (size_t dot; (dot = sv_find_char(text, '.', 0)) != SIZE_MAX; text = sv_slice(text, dot + 1, text.n)) {
            piece = sv_slice(text, 0, dot);
            strbuf_add(&part, piece);
            if (!end_part(p, path, &part, &empty_allowed))
                return false;
        }
        strbuf_add(&part, text);
    }
}

/* ---- values ---- */

static struct hocon_node *read_value(struct parser *p);
static struct hocon_object *read_fields(struct parser *p, char close);

static struct hocon_node *node_new(struct parser *p, enum hocon_kind kind, size_t from)
{
    if (!hocon_count(p->r, (uint32_t)from, (uint32_t)from + 1))
        return NULL;
    struct hocon_node *n = ARENA_NEW(p->r->arena, struct hocon_node);
    n->kind = (uint8_t)kind;
    n->from = (uint32_t)from;
    n->to = (uint32_t)p->at;
    return n;
}

static struct hocon_node *scalar(struct parser *p, size_t from, struct sv text, bool quoted)
{
    struct hocon_node *n = node_new(p, HOCON_SCALAR, from);
    if (!n)
        return NULL;
    n->text = text;
    n->data = (struct data){ .kind = DATA_STRING, .quoted = quoted, .from = n->from, .to = n->to, .s = text };
    return n;
}

/* A leading zero makes a whole number octal, as Ruby's hocon reads it; what is no number is a text: 10.0.0.1. */
static void set_number(struct data *d, struct sv text)
{
    char copy[64], *end;
    if (text.n >= sizeof copy)
        return;
    memcpy(copy, text.p, text.n);
    copy[text.n] = '\0';
    size_t digits = copy[0] == '-';
    bool octal = copy[digits] == '0' && copy[digits + 1];
    bool decimal = strpbrk(copy, ".eE") != NULL, bad_dot = text.p[text.n - 1] == '.' || strstr(copy, ".e") || strstr(copy, ".E");
    if (!decimal && !octal && sv_to_int(text, &d->i)) {
        d->kind = DATA_INT;
    } else if (!decimal && octal && strspn(copy + digits, "01234567") == text.n - digits && text.n < 20) {
        d->kind = DATA_INT;
        d->i = strtoll(copy, NULL, 8);
    } else if (!decimal && text.n > digits && strspn(copy + digits, "0123456789") == text.n - digits && !octal) {
        d->special = DATA_BIG_INT;
    } else if (decimal && !bad_dot) {
        double f = strtod(copy, &end);
        if (end == copy + text.n) {
            d->kind = DATA_FLOAT;
            d->f = f;
        }
    }
}

static struct hocon_node *read_word(struct parser *p)
{
    size_t from = p->at;
    struct sv text;
    bool number;
    if (!read_unquoted(p, &text, &number))
        return NULL;
    struct hocon_node *n = scalar(p, from, text, false);
    if (!n)
        return NULL;
    if (number) {
        set_number(&n->data, text);
    } else if (sv_is(text, "true") || sv_is(text, "false")) {
        n->data.kind = DATA_BOOL;
        n->data.b = text.n == 4;
    } else if (sv_is(text, "null")) {
        n->data.kind = DATA_NULL;
    }
    return n;
}

/* ref -> '${' [ '?' ] path '}' */
static struct hocon_node *read_ref(struct parser *p)
{
    size_t from = p->at;
    struct hocon_path path = { 0 };
    if (peek(p, 1) != '{') {
        FAIL(p, "'$' outside quotes begins a substitution: '${path}'");
        return NULL;
    }
    p->at += 2;
    bool optional = peek(p, 0) == '?';
    p->at += optional;
    if (!read_path(p, &path))
        return NULL;
    if (peek(p, 0) != '}') {
        FAIL(p, "expected '}' to close the substitution, not %.*s", SV_ARG(found(p)));
        return NULL;
    }
    p->at++;
    struct hocon_node *n = node_new(p, HOCON_REF, from);
    if (n) {
        n->optional = optional;
        n->path = path;
    }
    return n;
}

/* After an element or a field: a comma, a newline, or the end. */
static bool read_separator(struct parser *p, char close, size_t opened)
{
    bool newline = skip_space(p);
    if (peek(p, 0) == ',') {
        p->at++;
        skip_space(p);
        return peek(p, 0) != ',' || FAIL(p, "there are two commas in a row");
    }
    if (newline || (close ? peek(p, 0) == close : at_end(p)))
        return true;
    unsigned line, column;
    if (!close)
        return FAIL(p, "expected a comma or a new line, not %.*s", SV_ARG(found(p)));
    span_position((struct span){ p->r->src, (uint32_t)opened, (uint32_t)opened + 1 }, &line, &column);
    return FAIL(p, "expected a comma, a new line, or '%c' to close what opens at line %u, not %.*s", close, line, SV_ARG(found(p)));
}

/* list -> '[' [ value { sep value } [ sep ] ] ']' */
static struct hocon_node *read_list(struct parser *p)
{
    size_t from = p->at++;
    struct hocon_node *n = node_new(p, HOCON_LIST, from), *item;
    if (!n)
        return NULL;
    p->lists++;
    for (skip_space(p); peek(p, 0) != ']'; skip_space(p)) {
        item = read_value(p);
        if (!item)
            return NULL;
        ARENA_PUSH(p->r->arena, n->items, n->count, n->cap, item);
        if (!read_separator(p, ']', from))
            return NULL;
    }
    p->lists--;
    p->at++;
    n->to = (uint32_t)p->at;
    return n;
}

static struct hocon_node *object_node(struct parser *p, struct hocon_object *o, size_t from)
{
    struct hocon_node *n = o ? node_new(p, HOCON_OBJECT, from) : NULL;
    if (n)
        n->object = o;
    return n;
}

static struct hocon_node *read_object(struct parser *p)
{
    size_t from = p->at++;
    struct hocon_object *o = read_fields(p, '}');
    return object_node(p, o, from);
}

static bool at_piece(const struct parser *p) { return (peek(p, 0) && strchr("\"{[$", peek(p, 0))) || is_unquoted(p); }

static struct hocon_node *read_piece(struct parser *p)
{
    size_t from = p->at;
    struct sv text;
    switch (peek(p, 0)) {
    case '{':
        return read_object(p);
    case '[':
        return read_list(p);
    case '$':
        return read_ref(p);
    case '"':
        return read_quoted(p, &text) ? scalar(p, from, text, true) : NULL;
    default:
        return read_word(p);
    }
}

static bool add_piece(struct parser *p, struct hocon_node *whole, struct hocon_node *piece)
{
    if (piece)
        ARENA_PUSH(p->r->arena, whole->items, whole->count, whole->cap, piece);
    return piece != NULL;
}

/* value -> piece { blanks piece } ; on one line, joined */
static struct hocon_node *read_pieces(struct parser *p)
{
    struct hocon_node *whole = node_new(p, HOCON_CONCAT, p->at);
    if (!whole)
        return NULL;
    for (size_t blank = p->at; at_piece(p);) {
        struct sv space = sv_slice(p->s, blank, p->at);
        if (whole->count && space.n) {
            struct hocon_node *n = scalar(p, blank, space, false);
            if (!add_piece(p, whole, n))
                return NULL;
            n->blank = true;
        }
        if (!add_piece(p, whole, read_piece(p)))
            return NULL;
        whole->to = (uint32_t)p->at;
        blank = p->at;
        skip_blanks(p);
    }
    return whole->count == 1 ? whole->items[0] : whole;
}

static struct hocon_node *read_value(struct parser *p)
{
    skip_space(p);
    if (!at_piece(p)) {
        FAIL(p, "expected a value, not %.*s", SV_ARG(found(p)));
        return NULL;
    }
    if (p->r->depth >= p->r->max_depth) {
        FAIL(p, "it is nested too deep");
        return NULL;
    }
    p->r->depth++;
    struct hocon_node *n = read_pieces(p);
    p->r->depth--;
    return n;
}

/* ---- objects ---- */

struct hocon_field *hocon_field_find(const struct hocon_object *o, struct sv key)
{
    uintptr_t number = (uintptr_t)map_find(&o->index, key);
    return number ? &o->fields[number - 1] : NULL;
}

static struct hocon_object *object_new(struct parser *p)
{
    struct hocon_object *o = ARENA_NEW(p->r->arena, struct hocon_object);
    o->index = map_in(p->r->arena);
    return o;
}

static void assign(struct parser *p, struct hocon_object *o, struct sv key, struct hocon_node *value, size_t from, size_t to)
{
    struct hocon_field *f = hocon_field_find(o, key);
    if (!f) {
        struct hocon_field fresh = { .key = { .kind = DATA_STRING, .s = key, .from = (uint32_t)from, .to = (uint32_t)to } };
        ARENA_PUSH(p->r->arena, o->fields, o->count, o->cap, fresh);
        map_put(&o->index, key, (void *)(uintptr_t)o->count);
        f = &o->fields[o->count - 1];
    }
    ARENA_PUSH(p->r->arena, f->values, f->count, f->cap, value);
}

/* key += value: key = ${?key} [value] */
static struct hocon_node *appended(struct parser *p, struct hocon_node *value, size_t from)
{
    struct hocon_node *list = node_new(p, HOCON_LIST, value->from), *before = node_new(p, HOCON_REF, from),
                      *whole = node_new(p, HOCON_CONCAT, from);
    if (!list || !before || !whole)
        return NULL;
    add_piece(p, list, value);
    before->optional = true;
    for (size_t i = 0; i < p->prefix.count; i++)
        ARENA_PUSH(p->r->arena, before->path.parts, before->path.count, before->path.cap, p->prefix.parts[i]);
    add_piece(p, whole, before);
    add_piece(p, whole, list);
    return whole;
}

/* After the key: a separator and the value; an object needs none. */
static struct hocon_node *read_assigned(struct parser *p, size_t from)
{
    skip_space(p);
    bool append = starts(p, "+=");
    if (append && p->lists) {
        FAIL(p, "'+=' does not work inside a list, where no path leads to: assign to a key outside and name it here by '${key}'");
        return NULL;
    }
    if (append)
        p->at += 2;
    else if (peek(p, 0) == ':' || peek(p, 0) == '=')
        p->at++;
    else if (peek(p, 0) != '{') {
        FAIL(p, "expected '=' or ':' after the key, not %.*s", SV_ARG(found(p)));
        return NULL;
    }
    struct hocon_node *value = read_value(p);
    return value && append ? appended(p, value, from) : value;
}

static bool refuse_include(struct parser *p)
{
    size_t at = p->at;
    struct sv word;
    bool number;
    if (!is_unquoted(p) || !read_unquoted(p, &word, &number))
        return true;
    p->at = at;
    return !sv_is(word, "include") ||
           FAIL(p, "'include' is not supported: put the data into this file, or name the other one in the hierarchy; a key of that name "
                   "is written '\"include\"'");
}

/* field -> path ( ':' | '=' | '+=' ) value | path object */
static bool read_field(struct parser *p, struct hocon_object *o)
{
    size_t from = p->at, outer = p->prefix.count;
    struct hocon_path path = { 0 };
    if (!refuse_include(p) || !read_path(p, &path))
        return false;
    size_t to = p->at;
    if (outer + path.count > p->r->max_depth)
        return FAIL(p, "it is nested too deep");
    for (size_t i = 0; i < path.count; i++)
        ARENA_PUSH(p->r->arena, p->prefix.parts, p->prefix.count, p->prefix.cap, path.parts[i]);
    struct hocon_node *value = read_assigned(p, from);
    p->prefix.count = outer;
    for (size_t i = path.count; value && i-- > 1;) { /* a.b.c = v: a = { b = { c = v } } */
        struct hocon_object *inner = object_new(p);
        assign(p, inner, path.parts[i], value, from, to);
        value = object_node(p, inner, from);
    }
    if (value)
        assign(p, o, path.parts[0], value, from, to);
    return value != NULL;
}

/* fields -> [ field { sep field } [ sep ] ] close ; close is past when it returns. close '\0': the end of the text. NULL: wrong. */
static struct hocon_object *read_fields(struct parser *p, char close)
{
    struct hocon_object *o = object_new(p);
    size_t opened = p->at ? p->at - 1 : 0;
    for (skip_space(p); close ? peek(p, 0) != close : !at_end(p); skip_space(p))
        if (!read_field(p, o) || !read_separator(p, close, opened))
            return NULL;
    p->at += close != '\0';
    return o;
}

struct hocon_object *hocon_parse(struct hocon_reader *r)
{
    struct parser p = { .r = r, .s = r->src->text };
    skip_space(&p);
    if (peek(&p, 0) == '[') {
        FAIL(&p, "the text is a list, but data is keys with values");
        return NULL;
    }
    bool braced = peek(&p, 0) == '{';
    p.at += braced;
    struct hocon_object *o = read_fields(&p, braced ? '}' : '\0');
    skip_space(&p);
    if (o && !at_end(&p)) {
        FAIL(&p, "expected the end of the text, not %.*s", SV_ARG(found(&p)));
        return NULL;
    }
    return o;
}

bool hocon_read(struct arena *a, const struct source *src, const struct data_limits *limits, struct diags *diags, struct data_doc **out_doc)
{
    struct hocon_reader r = { .arena = a,
                              .src = src,
                              .diags = diags,
                              .max_depth = limits && limits->depth ? limits->depth : LIMIT_DATA_DEPTH,
                              .max_nodes = limits && limits->nodes ? limits->nodes : LIMIT_DATA_NODES,
                              .max_bytes = limits && limits->bytes ? limits->bytes : LIMIT_SOURCE_BYTES };
    struct span whole = { src, 0, 1 };
    if (src->text.n > r.max_bytes)
        return diag_error(diags, whole, "it is too long");
    if (!sv_is_utf8(src->text))
        return diag_error(diags, whole, "it is no UTF-8");
    struct hocon_object *root = hocon_parse(&r);
    struct data_doc *doc = ARENA_NEW(a, struct data_doc);
    doc->src = src;
    if (!root || !hocon_resolve(&r, root, &doc->root))
        return false;
    *out_doc = doc;
    return true;
}
