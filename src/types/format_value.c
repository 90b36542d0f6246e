/* format: String.new's formats: a value by its type, containers by element. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "types/format.h"
#include "types/internal.h"
#include "types/iterator.h"
#include "types/regexp.h"
#include "types/semver.h"

#define FORMAT_DEPTH 200
#define BASE64_LINE  60

struct format_map;

struct format {
    struct sv text; /* as written: %#a */
    bool alt, left, plus;
    char delimiter, letter; /* delimiter: one of [{(<| , ' ' for none, 0 as usual */
    bool has_width, has_precision;
    struct sv separator, separator2; /* p NULL: as usual */
    const struct format_map *inner;  /* of elements that are no containers; NULL: %p */
};

struct format_map {
    const struct type **types;
    struct format *formats;
    uint32_t count;
};

struct printer {
    struct arena *a;
    struct err *err;
    const struct format_map *map;
    int depth;
};

struct indent {
    int level;
    bool first, on;
};

/* format -> % flags [width] [. precision] letter */
static bool parse_format(struct sv s, struct format *out_f, struct err *err)
{
    struct format f = { .text = s };
    size_t at = 1;
    bool bad = s.n < 2 || s.p[0] != '%';

    for (; !bad && at < s.n && s.p[at] && strchr(" \t\n[+#0{<(|-", s.p[at]); at++) {
        char c = s.p[at];

        if (sv_find_char(sv_slice(s, 1, at), c, 0) != SIZE_MAX)
            return err_set(err, "The same flag can only be used once, got '%.*s'", SV_ARG(s));
        f.alt = f.alt || c == '#';
        f.left = f.left || c == '-';
        f.plus = f.plus || c == '+';
        if (strchr("[{(<|", c)) {
            if (f.delimiter && f.delimiter != ' ')
                return err_set(err, "Only one of the delimiters [ { ( < | can be given in the format flags, got '%.*s'", SV_ARG(s));
            f.delimiter = c;
        } else if (c == ' ' && !f.delimiter) {
            f.delimiter = ' ';
        }
    }
    while (!bad && at < s.n && s.p[at] >= '0' && s.p[at] <= '9') {
        f.has_width = true;
        at++;
    }
    if (!bad && at < s.n && s.p[at] == '.') {
        for (at++; at < s.n && s.p[at] >= '0' && s.p[at] <= '9'; at++)
            f.has_precision = true;
        bad = !f.has_precision;
    }
    if (bad || at + 1 != s.n || !((s.p[at] | 0x20) >= 'a' && (s.p[at] | 0x20) <= 'z'))
        return err_set(err, "The format '%.*s' is not a valid format on the form '%%<flags><width>.<prec><format>'", SV_ARG(s));
    f.letter = s.p[at];
    *out_f = f;
    return true;
}

static bool read_map(struct arena *a, const struct hash *h, struct format_map *out_m, struct err *err, int depth);

static bool read_container(struct arena *a, const struct hash *h, struct format *out_f, struct err *err, int depth)
{
    const struct value *v = hash_find_sv(h, SV("format"));
    struct format_map *inner;

    for (uint32_t i = 0; i < h->count; i++) {
        struct sv k = h->pairs[i].key.kind == V_STRING ? value_sv(h->pairs[i].key) : SV("?");

        if (!sv_is(k, "format") && !sv_is(k, "separator") && !sv_is(k, "separator2") && !sv_is(k, "string_formats"))
            return err_set(err, "only 'separator', 'separator2', 'format', 'string_formats' are allowed in a container format, got %.*s",
                           SV_ARG(value_text(a, value_hash(h))));
    }
    if (!parse_format(v && v->kind == V_STRING ? value_sv(*v) : SV("%p"), out_f, err))
        return false;
    v = hash_find_sv(h, SV("separator"));
    if (v && v->kind == V_STRING)
        out_f->separator = v->n ? value_sv(*v) : SV("");
    v = hash_find_sv(h, SV("separator2"));
    if (v && v->kind == V_STRING)
        out_f->separator2 = v->n ? value_sv(*v) : SV("");
    v = hash_find_sv(h, SV("string_formats"));
    if (v && v->kind == V_HASH) {
        inner = ARENA_NEW(a, struct format_map);
        if (!read_map(a, v->h, inner, err, depth + 1))
            return false;
        out_f->inner = inner;
    }
    return true;
}

/* Formats by type; what comes first and fits is used, so narrow types go before wide ones. */
static bool read_map(struct arena *a, const struct hash *h, struct format_map *out_m, struct err *err, int depth)
{
    struct format_map m = { ARENA_ARRAY(a, const struct type *, h->count), ARENA_ARRAY(a, struct format, h->count), 0 };

    if (depth > 50)
        return err_set(err, "the formats are nested too deeply");
    for (uint32_t i = 0; i < h->count; i++) {
        struct value k = h->pairs[i].key, v = h->pairs[i].value;
        struct format f;
        uint32_t at = m.count;

        if (k.kind != V_TYPE)
            return err_set(err, "top level keys in the format hash must be data types, got instance of '%s'",
                           k.kind == V_STRING ? "String" : "Object");
        if (v.kind == V_HASH ? !read_container(a, v.h, &f, err, depth) : !parse_format(v.kind == V_STRING ? value_sv(v) : SV(""), &f, err))
            return false;
        while (at > 0 && type_assignable(m.types[at - 1], k.t) && !type_assignable(k.t, m.types[at - 1])) {
            m.types[at] = m.types[at - 1];
            m.formats[at] = m.formats[at - 1];
            at--;
        }
        m.types[at] = k.t;
        m.formats[at] = f;
        m.count++;
    }
    *out_m = m;
    return true;
}

static struct format plain(const char *text) { return (struct format){ .text = sv_of(text), .letter = text[strlen(text) - 1] }; }

static struct format usual_format(struct value v, bool inside)
{
    if (v.kind == V_ARRAY || v.kind == V_ITERATOR)
        return plain("%a");
    if (v.kind == V_HASH)
        return plain("%h");
    if (inside)
        return plain("%p");
    return plain(v.kind == V_INT ? "%d" : v.kind == V_FLOAT ? "%f" : v.kind == V_BINARY ? "%B" : "%s");
}

static struct format find_format(const struct format_map *m, struct value v, bool inside)
{
    for (uint32_t i = 0; m && i < m->count; i++)
        if (type_match(m->types[i], v))
            return m->formats[i];
    return m && inside ? plain("%s") : usual_format(v, inside);
}

static bool illegal(struct printer *p, const char *type, const struct format *f, const char *letters)
{
    return err_set(p->err, "Illegal format '%c' specified for value of %s type - expected one of the characters '%s'", f->letter, type,
                   letters);
}

/* Width, precision and '-' of a format applied to a text. */
static bool add_flagged(struct printer *p, struct strbuf *out, const struct format *f, struct sv text)
{
    struct strbuf format = STRBUF_IN(p->a);
    struct value v = value_str(text);

    for (size_t i = 0; i + 1 < f->text.n; i++)
        if (!strchr("#+[{(<| 0", f->text.p[i]) || (f->text.p[i] == '0' && i > 1))
            strbuf_addc(&format, f->text.p[i]);
    strbuf_addc(&format, 's');
    return format_ruby(p->a, out, strbuf_sv(&format), &v, 1, p->err);
}

static bool add_number(struct printer *p, struct strbuf *out, const struct format *f, struct value v)
{
    struct sv text = f->text;
    struct strbuf shown = STRBUF_IN(p->a);
    bool is_int = v.kind == V_INT;

    if (f->letter == 'c' && is_int) {
        strbuf_adds(&shown, f->alt ? "\"" : "");
        strbuf_add_utf8(&shown, v.i >= 0 && v.i < 0x110000 ? (uint32_t)v.i : 0xFFFD);
        strbuf_adds(&shown, f->alt ? "\"" : "");
        return add_flagged(p, out, f, strbuf_sv(&shown));
    }
    if (f->letter == 's' || f->letter == 'p') {
        strbuf_adds(&shown, f->alt && f->letter == 's' ? "\"" : "");
        value_print(&shown, v);
        strbuf_adds(&shown, f->alt && f->letter == 's' ? "\"" : "");
        return add_flagged(p, out, f, strbuf_sv(&shown));
    }
    if (!strchr("dxXobBeEfgGaA", f->letter))
        return illegal(p, is_int ? "Integer" : "Float", f, is_int ? "dxXobBeEfgGaAspc" : "dxXobBeEfgGaAsp");
    if (!is_int && strchr("dxXobB", f->letter))
        v = value_int(v.f > -9.2e18 && v.f < 9.2e18 ? (int64_t)v.f : 0);
    return format_ruby(p->a, out, text, &v, 1, p->err);
}

static bool add_boolean(struct printer *p, struct strbuf *out, const struct format *f, bool b)
{
    struct sv text;

    switch (f->letter) {
    case 't':
    case 's':
    case 'p':
        text = b ? SV("true") : SV("false");
        break;
    case 'T':
        text = b ? SV("True") : SV("False");
        break;
    case 'y':
        text = b ? SV("yes") : SV("no");
        break;
    case 'Y':
        text = b ? SV("Yes") : SV("No");
        break;
    default:
        if (strchr("dxXobB", f->letter))
            return add_number(p, out, f, value_int(b));
        if (strchr("eEfgGaA", f->letter))
            return add_number(p, out, f, value_float(b));
        return illegal(p, "Boolean", f, "tTyYdxXobBeEfgGaAsp");
    }
    if (f->alt && f->letter != 's' && f->letter != 'p')
        text.n = 1;
    return add_flagged(p, out, f, text);
}

static bool add_undef(struct printer *p, struct strbuf *out, const struct format *f)
{
    const char *text;

    switch (f->letter) {
    case 'n':
        text = f->alt ? "null" : "nil";
        break;
    case 'u':
        text = f->alt ? "undefined" : "undef";
        break;
    case 'v':
        text = "n/a";
        break;
    case 'V':
        text = "N/A";
        break;
    case 's':
        text = f->alt ? "\"\"" : "";
        break;
    case 'p':
        text = f->alt ? "\"undef\"" : "undef";
        break;
    default:
        if (!strchr("dxXobBeEfgGaA", f->letter))
            return illegal(p, "Undef", f, "nudxXobBeEfgGaAvVsp");
        text = "NaN";
    }
    return add_flagged(p, out, f, sv_of(text));
}

/* foo::bar: Foo::Bar */
static struct sv capital_segments(struct arena *a, struct sv s)
{
    struct strbuf out = STRBUF_IN(a);

    for (size_t at = 0; at < s.n;) {
        size_t end = sv_find(s, SV("::"), at);

        end = end == SIZE_MAX ? s.n : end;
        strbuf_adds(&out, at ? "::" : "");
        strbuf_add(&out, text_case(a, sv_slice(s, at, end), CASE_CAPITAL));
        at = end < s.n ? end + 2 : end;
    }
    return strbuf_sv(&out);
}

static bool add_string(struct printer *p, struct strbuf *out, const struct format *f, struct sv s)
{
    struct strbuf quoted = STRBUF_IN(p->a);

    switch (f->letter) {
    case 's':
        return add_flagged(p, out, f, s);
    case 'p':
        if (f->alt)
            text_quote_double(&quoted, s);
        else
            text_quote(&quoted, s);
        return add_flagged(p, out, f, strbuf_sv(&quoted));
    case 'c':
        s = text_case(p->a, s, CASE_CAPITAL);
        break;
    case 'C':
        s = capital_segments(p->a, s);
        break;
    case 'u':
        s = text_case(p->a, s, CASE_UP);
        break;
    case 'd':
        s = text_case(p->a, s, CASE_DOWN);
        break;
    case 't':
        s = sv_trim(s);
        break;
    default:
        return illegal(p, "String", f, "cCudspt");
    }
    if (f->alt) {
        text_quote(&quoted, s);
        s = strbuf_sv(&quoted);
    }
    return add_flagged(p, out, f, s);
}

static bool add_other(struct printer *p, struct strbuf *out, const struct format *f, struct value v)
{
    struct strbuf text = STRBUF_IN(p->a);

    if (v.kind == V_DEFAULT) {
        if (!strchr("dDsp", f->letter))
            return illegal(p, "Default", f, "dDsp");
        strbuf_adds(&text, f->alt ? "\"" : "");
        strbuf_adds(&text, f->letter == 'D' ? "Default" : "default");
        strbuf_adds(&text, f->alt ? "\"" : "");
    } else if (v.kind == V_BINARY && !strchr("bButTsp", f->letter)) {
        return illegal(p, "Binary", f, "bButTsp");
    } else if (v.kind == V_BINARY && f->letter == 's') {
        strbuf_adds(&text, f->alt ? "\"" : "");
        strbuf_add(&text, value_sv(v));
        strbuf_adds(&text, f->alt ? "\"" : "");
    } else if (v.kind == V_BINARY && f->letter == 'b') {
        struct sv all = value_text(p->a, v);

        for (size_t i = 0; i < all.n; i += BASE64_LINE)
            strbuf_addf(&text, "%.*s\n", SV_ARG(sv_slice(all, i, i + BASE64_LINE)));
    } else if (v.kind == V_BINARY && f->letter == 'p') {
        strbuf_addf(&text, "Binary(\"%.*s\")", SV_ARG(value_text(p->a, v)));
    } else if (v.kind == V_REGEXP && f->letter == 's') {
        strbuf_add(&text, regexp_source(v.re));
    } else if (v.kind == V_TYPE || v.kind == V_REGEXP || v.kind == V_URI) {
        if (f->letter != 's' && f->letter != 'p')
            return illegal(p, v.kind == V_TYPE ? "Type" : v.kind == V_URI ? "URI" : "Regexp", f, "sp");
        if (v.kind == V_URI && f->letter == 'p')
            strbuf_addf(&text, "URI('%.*s')", SV_ARG(value_sv(v)));
        else {
            bool quoted = v.kind == V_TYPE && f->alt && f->letter == 's';

            strbuf_adds(&text, quoted ? "\"" : "");
            value_print(&text, v);
            strbuf_adds(&text, quoted ? "\"" : "");
        }
    } else if ((v.kind == V_TIMESTAMP || v.kind == V_TIMESPAN) && strchr("dxXobBeEfgGaA", f->letter)) {
        return format_ruby(p->a, out, f->text, &v, 1, p->err);
    } else if (v.kind == V_SENSITIVE && f->letter == 'p') {
        strbuf_adds(&text, "#<Sensitive [value redacted]>");
    } else if (v.kind == V_SEMVER_RANGE && f->letter == 'p') {
        semver_range_print_bounds(&text, v.range);
    } else {
        value_print(&text, v);
    }
    return add_flagged(p, out, f, strbuf_sv(&text));
}

static bool add_value(struct printer *p, struct strbuf *out, struct value v, const struct format *f, struct indent in);

static void break_line(struct strbuf *out, struct indent in)
{
    if (!in.on || in.level == 0 || in.first)
        return;
    strbuf_addc(out, '\n');
    strbuf_pad(out, ' ', (size_t)in.level * 2);
}

static void delimiters(const struct format *f, char usual, char *out_open, char *out_close)
{
    char open = f->delimiter ? f->delimiter : usual;
    static const char pairs[] = "[]{}()<>||";
    const char *at = strchr(pairs, open);

    *out_open = open == ' ' ? 0 : open;
    *out_close = open == ' ' || !at ? 0 : at[1];
}

static bool is_container(struct value v) { return v.kind == V_ARRAY || v.kind == V_HASH; }

static bool add_element(struct printer *p, struct strbuf *out, struct value v, const struct format *of, struct indent in)
{
    struct format f = is_container(v) ? find_format(p->map, v, false) : find_format(of->inner, v, true);

    return add_value(p, out, v, &f, in);
}

static void trim_right(struct strbuf *out)
{
    while (out->n && out->p[out->n - 1] == ' ')
        out->n--;
}

static bool add_array(struct printer *p, struct strbuf *out, struct value v, const struct format *f, struct indent in)
{
    struct sv sep = f->separator.p ? f->separator : SV(", ");
    struct indent child;
    char open, close;

    if (!strchr("asp", f->letter))
        return illegal(p, "Array", f, "asp");
    delimiters(f, '[', &open, &close);
    in.on = in.on || f->alt;
    break_line(out, in);
    if (open)
        strbuf_addc(out, open);
    child = (struct indent){ in.level + 1, true, f->alt };
    for (uint32_t i = 0; i < v.n; i++) {
        struct strbuf text = STRBUF_IN(p->a);

        child.first = false;
        if (!add_element(p, &text, v.items[i], f, child))
            return false;
        if (i)
            strbuf_add(out, sep);
        if (i && f->alt && is_container(v.items[i - 1]) && !is_container(v.items[i])) {
            trim_right(out);
            strbuf_addc(out, '\n');
            strbuf_pad(out, ' ', (size_t)child.level * 2);
        }
        if (text.n && text.p[0] == '\n')
            trim_right(out);
        strbuf_add(out, strbuf_sv(&text));
    }
    if (close)
        strbuf_addc(out, close);
    return true;
}

static bool add_hash(struct printer *p, struct strbuf *out, struct value v, const struct format *f, struct indent in)
{
    struct sv sep = f->separator.p ? f->separator : SV(", "), assoc = f->separator2.p ? f->separator2 : SV(" => ");
    struct indent child;
    char open, close;

    if (!strchr("hsp", f->letter))
        return illegal(p, "Hash", f, "hasp");
    delimiters(f, '{', &open, &close);
    in.on = in.on || f->alt;
    break_line(out, in);
    child = (struct indent){ in.level + 1, true, false };
    if (open)
        strbuf_addc(out, open);
    while (f->alt && sep.n && (sep.p[sep.n - 1] == ' ' || sep.p[sep.n - 1] == '\n'))
        sep.n--;
    for (uint32_t i = 0; i < v.h->count; i++) {
        strbuf_add(out, i ? sep : SV(""));
        if (f->alt) {
            strbuf_addc(out, '\n');
            strbuf_pad(out, ' ', (size_t)child.level * 2);
        }
        if (!add_element(p, out, v.h->pairs[i].key, f, child))
            return false;
        strbuf_add(out, assoc);
        if (!add_element(p, out, v.h->pairs[i].value, f, child))
            return false;
    }
    if (f->alt) {
        strbuf_adds(out, v.h->count ? "\n" : "\n\n");
        strbuf_pad(out, ' ', (size_t)in.level * 2);
    }
    if (close)
        strbuf_addc(out, close);
    return true;
}

static bool add_container(struct printer *p, struct strbuf *out, struct value v, const struct format *f, struct indent in)
{
    struct format as_array;
    bool ok;

    if (p->depth >= FORMAT_DEPTH)
        return err_set(p->err, "the value is nested too deeply");
    p->depth++;
    if (v.kind == V_HASH && f->letter == 'a') {
        struct value pairs = iterable_to_array(p->a, v);

        as_array = find_format(p->map, pairs, false);
        ok = add_array(p, out, pairs, &as_array, in);
    } else {
        ok = v.kind == V_HASH ? add_hash(p, out, v, f, in) : add_array(p, out, v, f, in);
    }
    p->depth--;
    return ok;
}

static bool add_value(struct printer *p, struct strbuf *out, struct value v, const struct format *f, struct indent in)
{
    switch (v.kind) {
    case V_UNSET:
    case V_UNDEF:
        return add_undef(p, out, f);
    case V_BOOL:
        return add_boolean(p, out, f, v.b);
    case V_INT:
    case V_FLOAT:
        return add_number(p, out, f, v);
    case V_STRING:
        return add_string(p, out, f, value_sv(v));
    case V_ITERATOR:
        v = iterable_to_array(p->a, v);
        return v.kind == V_ARRAY ? add_container(p, out, v, f, in) : err_set(p->err, "the iterator is too long");
    case V_ARRAY:
    case V_HASH:
        return add_container(p, out, v, f, in);
    default:
        return add_other(p, out, f, v);
    }
}

bool format_value(struct arena *a, struct strbuf *out, struct value v, struct value formats, struct err *err)
{
    struct printer p = { a, err, NULL, 0 };
    struct format_map map;
    struct format f;

    const struct type *kind;

    if (formats.kind == V_STRING) {
        if (!parse_format(value_sv(formats), &f, err))
            return false;
        if (is_container(v)) { /* for what is inside, where it is of the same kind, too */
            kind = type_bare(v.kind == V_ARRAY ? T_ARRAY : T_HASH);
            map = (struct format_map){ &kind, &f, 1 };
            p.map = &map;
        }
    } else if (formats.kind == V_HASH) {
        if (!read_map(a, formats.h, &map, err, 0))
            return false;
        p.map = &map;
        f = find_format(&map, v, false);
    } else {
        f = usual_format(v, false);
    }
    return add_value(&p, out, v, &f, (struct indent){ 0, true, false });
}
