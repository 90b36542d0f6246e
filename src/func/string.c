/* string: letter case, trimming, splitting, matching, replacing, formatting. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "func/support.h"
#include "types/format.h"
#include "types/iterator.h"
#include "types/regexp.h"
#include "types/text.h"

typedef struct sv text_fn(struct call *k, struct sv s);

/* Of text, a number (which stays), or each element of a list. */
static struct value map_text(struct call *k, struct value v, text_fn *change)
{
    if (v.kind == V_STRING)
        return value_str(change(k, value_sv(v)));
    if (v.kind == V_INT || v.kind == V_FLOAT)
        return v;
    struct value list = iterable_to_array(k->arena, v);
    if (list.kind != V_ARRAY)
        return v;
    struct value *items = ARENA_ARRAY(k->arena, struct value, list.n + 1);
    for (uint32_t i = 0; i < list.n; i++)
        items[i] = list.items[i].kind == V_STRING ? value_str(change(k, value_sv(list.items[i]))) : list.items[i];
    return value_array(items, list.n);
}

/* Of all text in lists and hashes. */
static struct value map_deep(struct call *k, struct value v, text_fn *change, unsigned depth)
{
    if (depth > 400)
        call_fail(k, "%s(): the data is nested more than 400 deep", k->fn->name);
    if (v.kind == V_HASH) {
        struct hash *h = hash_new(k->arena, v.h->count);
        for (uint32_t i = 0; i < v.h->count; i++)
            hash_put(k->arena, h, map_deep(k, v.h->pairs[i].key, change, depth + 1), map_deep(k, v.h->pairs[i].value, change, depth + 1));
        return value_hash(h);
    }
    if (v.kind != V_ARRAY)
        return v.kind == V_STRING ? value_str(change(k, value_sv(v))) : v;
    struct value *items = ARENA_ARRAY(k->arena, struct value, v.n + 1);
    for (uint32_t i = 0; i < v.n; i++)
        items[i] = map_deep(k, v.items[i], change, depth + 1);
    return value_array(items, v.n);
}

static struct sv up(struct call *k, struct sv s) { return text_case(k->arena, s, CASE_UP); }
static struct sv down(struct call *k, struct sv s) { return text_case(k->arena, s, CASE_DOWN); }
static struct sv capital(struct call *k, struct sv s) { return text_case(k->arena, s, CASE_CAPITAL); }

static struct sv left_stripped(struct call *k, struct sv s)
{
    (void)k;
    while (s.n && (text_blank(*s.p) || !*s.p))
        s = sv_slice(s, 1, s.n);
    return s;
}

static struct sv right_stripped(struct call *k, struct sv s)
{
    (void)k;
    while (s.n && (text_blank(s.p[s.n - 1]) || !s.p[s.n - 1]))
        s.n--;
    return s;
}

static struct sv stripped(struct call *k, struct sv s) { return left_stripped(k, right_stripped(k, s)); }

static struct sv chomped(struct call *k, struct sv s)
{
    (void)k;
    if (s.n && s.p[s.n - 1] == '\n')
        return sv_slice(s, 0, s.n - (s.n > 1 && s.p[s.n - 2] == '\r' ? 2 : 1));
    return s.n && s.p[s.n - 1] == '\r' ? sv_slice(s, 0, s.n - 1) : s;
}

static struct sv chopped(struct call *k, struct sv s)
{
    size_t n = utf8_count(s);

    (void)k;
    if (s.n > 1 && s.p[s.n - 1] == '\n' && s.p[s.n - 2] == '\r')
        return sv_slice(s, 0, s.n - 2);
    return n ? sv_slice(s, 0, utf8_offset(s, n - 1)) : s;
}

/* foo_bar: FooBar */
static struct sv camel(struct call *k, struct sv s)
{
    struct strbuf out = STRBUF_IN(k->arena);
    struct sv piece;

    while (sv_cut(&s, '_', &piece))
        strbuf_add(&out, text_case(k->arena, piece, CASE_CAPITAL));
    return out.n ? strbuf_sv(&out) : SV("");
}

static struct value fn_upcase(struct call *k) { return map_deep(k, k->args[0], up, 0); }
static struct value fn_downcase(struct call *k) { return map_deep(k, k->args[0], down, 0); }
static struct value fn_capitalize(struct call *k) { return map_text(k, k->args[0], capital); }
static struct value fn_camelcase(struct call *k) { return map_text(k, k->args[0], camel); }
static struct value fn_lstrip(struct call *k) { return map_text(k, k->args[0], left_stripped); }
static struct value fn_rstrip(struct call *k) { return map_text(k, k->args[0], right_stripped); }
static struct value fn_strip(struct call *k) { return map_text(k, k->args[0], stripped); }
static struct value fn_chomp(struct call *k) { return map_text(k, k->args[0], chomped); }
static struct value fn_chop(struct call *k) { return map_text(k, k->args[0], chopped); }

/* A pattern argument: a regular expression, its source, or a Regexp or Pattern type. */
static const struct regexp *pattern_of(struct call *k, struct value v, const char *options)
{
    struct err err;
    const struct regexp *re;
    struct sv source;

    if (v.kind == V_TYPE) {
        const struct type *t = type_resolve(v.t);

        if (t->kind == T_PATTERN && t->patterns.count == 1)
            return t->patterns.items[0];
        v = t->kind == T_REGEXP && t->regexp ? (struct value){ .kind = V_REGEXP, .re = t->regexp } : value_str(SV(""));
    }
    if (v.kind == V_REGEXP && !*options)
        return v.re;
    source = v.kind == V_REGEXP ? regexp_source(v.re) : value_sv(v);
    if (*options)
        source = arena_printf(k->arena, "(?%s:%.*s)", options, SV_ARG(source));
    re = regexp_compile(k->arena, source, &err);
    if (!re)
        call_fail(k, "%s", err.text);
    return re;
}

static struct value match_one(struct call *k, struct value text, const struct regexp *re)
{
    struct regexp_match m;
    struct value *items;

    if (text.kind != V_STRING || !regexp_finds(k, re, value_sv(text), 0, &m))
        return VALUE_UNDEF;
    items = ARENA_ARRAY(k->arena, struct value, m.count);
    for (uint32_t i = 0; i < m.count; i++)
        items[i] = m.from[i] < 0 ? VALUE_UNDEF : value_str(sv_slice(value_sv(text), (size_t)m.from[i], (size_t)m.to[i]));
    return value_array(items, m.count);
}

/* With the first of some patterns that matches. */
static struct value match_any(struct call *k, struct value text, struct value pattern, unsigned depth)
{
    struct value found = VALUE_UNDEF;
    const struct type *t = pattern.kind == V_TYPE ? type_resolve(pattern.t) : NULL;

    if (pattern.kind == V_STRING || pattern.kind == V_REGEXP)
        return match_one(k, text, pattern_of(k, pattern, ""));
    if (pattern.kind == V_ARRAY && depth < 100) {
        for (uint32_t i = 0; i < pattern.n && found.kind == V_UNDEF; i++)
            found = match_any(k, text, pattern.items[i], depth + 1);
        return found;
    }
    if (t && t->kind == T_REGEXP && !t->regexp)
        call_fail(k, "Given Regexp Type has no regular expression");
    if (t && t->kind == T_REGEXP)
        return match_one(k, text, t->regexp);
    for (uint32_t i = 0; t && t->kind == T_PATTERN && i < t->patterns.count && found.kind == V_UNDEF; i++)
        found = match_one(k, text, t->patterns.items[i]);
    for (uint32_t i = 0; t && t->kind == T_VARIANT && depth < 100 && i < t->variant.count && found.kind == V_UNDEF; i++)
        found = match_any(k, text, value_type(t->variant.items[i]), depth + 1);
    if (t && (t->kind == T_PATTERN || (t->kind == T_VARIANT && depth < 100)))
        return found;
    call_fail(k, "match() expects pattern of T, where T is String, Regexp, Regexp[r], Pattern[p], or Array[T]. Got %s",
              ruby_class(pattern));
}

static struct value fn_match(struct call *k)
{
    struct value *items;

    if (k->args[0].kind == V_STRING)
        return match_any(k, k->args[0], k->args[1], 0);
    items = ARENA_ARRAY(k->arena, struct value, k->args[0].n + 1);
    for (uint32_t i = 0; i < k->args[0].n; i++)
        items[i] = match_any(k, k->args[0].items[i], k->args[1], 0);
    return value_array(items, k->args[0].n);
}

static struct value fn_split(struct call *k)
{
    struct value in = k->args[0].kind == V_SENSITIVE ? *k->args[0].inner : k->args[0], *items = NULL, list;
    const struct regexp *re = pattern_of(k, k->args[1], "");
    struct sv s = value_sv(in);
    size_t n = 0, cap = 0, start = 0, at = 0;
    struct regexp_match m;

    while (at <= s.n && regexp_finds(k, re, s, at, &m)) {
        size_t from = (size_t)m.from[0], to = (size_t)m.to[0];

        if (to == from) { /* an empty match cuts between two characters */
            if (from >= s.n)
                break;
            if (from == start) {
                at = start + utf8_offset(sv_slice(s, start, s.n), 1);
                if (!regexp_finds(k, re, s, at, &m) || (size_t)m.from[0] >= s.n)
                    break;
                from = (size_t)m.from[0];
                to = (size_t)m.to[0];
            }
        }
        ARENA_PUSH(k->arena, items, n, cap, value_str(sv_slice(s, start, from)));
        for (uint32_t i = 1; i < m.count; i++)
            if (m.from[i] >= 0)
                ARENA_PUSH(k->arena, items, n, cap, value_str(sv_slice(s, (size_t)m.from[i], (size_t)m.to[i])));
        start = at = to;
    }
    ARENA_PUSH(k->arena, items, n, cap, value_str(sv_slice(s, start, s.n)));
    while (n && items[n - 1].n == 0)
        n--;
    list = value_array(items, (uint32_t)n);
    return k->args[0].kind == V_SENSITIVE ? value_sensitive(k->arena, list) : list;
}

static void add_group(struct strbuf *out, struct sv s, const struct regexp_match *m, int g)
{
    if (g >= 0 && (uint32_t)g < m->count && m->from[g] >= 0)
        strbuf_add(out, sv_slice(s, (size_t)m->from[g], (size_t)m->to[g]));
}

/* \1, \0, \&, \\, \k<name> of a replacement */
static void add_replacement(struct call *k, struct strbuf *out, struct sv with, struct sv s, const struct regexp *re,
                            const struct regexp_match *m)
{
    for (size_t i = 0; i < with.n; i++) {
        char c = i + 1 < with.n ? with.p[i + 1] : '\0';

        if (with.p[i] != '\\' || !c) {
            strbuf_addc(out, with.p[i]);
            continue;
        }
        i++;
        size_t close = c == 'k' && i + 1 < with.n && with.p[i + 1] == '<' ? sv_find_char(with, '>', i) : SIZE_MAX;
        if ((c >= '0' && c <= '9') || c == '&') {
            add_group(out, s, m, c == '&' ? 0 : c - '0');
        } else if (close != SIZE_MAX) {
            struct sv name = sv_slice(with, i + 2, close);
            int g = regexp_group(re, name);

            if (g < 0)
                call_fail(k, "undefined group name reference: %.*s", SV_ARG(name));
            add_group(out, s, m, g);
            i = close;
        } else if (c == '\\') {
            strbuf_addc(out, '\\');
        } else {
            strbuf_addc(out, '\\');
            strbuf_addc(out, c);
        }
    }
}

static struct value replace(struct call *k, struct value v, const struct regexp *re, struct value with, bool all)
{
    struct strbuf out = STRBUF_IN(k->arena);
    struct sv s;
    size_t at = 0, copied = 0;
    struct regexp_match m;

    if (v.kind == V_SENSITIVE)
        return value_sensitive(k->arena, replace(k, *v.inner, re, with, all));
    if (v.kind == V_ARRAY) {
        struct value *items = ARENA_ARRAY(k->arena, struct value, v.n);

        for (uint32_t i = 0; i < v.n; i++)
            items[i] = replace(k, v.items[i], re, with, all);
        return value_array(items, v.n);
    }
    if (v.kind != V_STRING)
        return v;
    s = value_sv(v);
    while (at <= s.n && regexp_finds(k, re, s, at, &m)) {
        size_t from = (size_t)m.from[0], to = (size_t)m.to[0];

        strbuf_add(&out, sv_slice(s, copied, from));
        if (with.kind == V_HASH) {
            const struct value *found = hash_find_sv(with.h, sv_slice(s, from, to));

            if (found)
                value_print(&out, *found);
        } else {
            add_replacement(k, &out, value_sv(with), s, re, &m);
        }
        copied = to;
        if (!all)
            break;
        at = to;
        if (to == from) { /* an empty match: go on behind the next character */
            if (at >= s.n)
                break;
            utf8_next(s, &at);
        }
    }
    strbuf_add(&out, sv_slice(s, copied, s.n));
    return value_str(strbuf_sv(&out));
}

static struct value fn_regsubst(struct call *k)
{
    char options[4] = "";
    size_t n = 0;
    bool all = false;

    if (k->count > 3 && k->args[3].kind == V_STRING)
        for (uint32_t i = 0; i < k->args[3].n; i++) {
            char c = k->args[3].s[i];

            all = all || c == 'G';
            if ((c == 'I' || c == 'E' || c == 'M') && n < 3 && !strchr(options, c == 'I' ? 'i' : c == 'E' ? 'x' : 'm'))
                options[n++] = c == 'I' ? 'i' : c == 'E' ? 'x' : 'm';
            options[n] = '\0';
        }
    return replace(k, k->args[0], pattern_of(k, k->args[1], options), k->args[2], all);
}

/* A reference as functions of the older API print it: File[/a]. */
static struct value without_quotes(struct call *k, struct value v)
{
    if (v.kind != V_TYPE || (v.t->kind != T_RESOURCE && v.t->kind != T_CLASS) || !v.t->ref.has_title)
        return v;
    if (v.t->kind == T_CLASS)
        return value_str(arena_printf(k->arena, "Class[%.*s]", SV_ARG(type_name_normal(k->arena, v.t->ref.title))));
    return value_str(arena_printf(k->arena, "%.*s[%.*s]", SV_ARG(type_name_normal(k->arena, v.t->ref.type)), SV_ARG(v.t->ref.title)));
}

static struct value fn_sprintf(struct call *k)
{
    struct strbuf out = STRBUF_IN(k->arena);
    struct err err;
    if (!k->count)
        call_fail(k, "sprintf(): Wrong number of arguments given (0 for minimum 1)");
    struct value *args = ARENA_ARRAY(k->arena, struct value, k->count), format = old_arg(k, 0);
    if (format.kind != V_STRING)
        call_fail(k, "no implicit conversion of %s into String",
                  format.kind == V_BOOL ? (format.b ? "true" : "false") : ruby_class(format));
    for (uint32_t i = 1; i < k->count; i++)
        args[i - 1] = without_quotes(k, old_arg(k, i));
    if (!format_ruby(k->arena, &out, value_sv(format), args, k->count - 1, &err))
        call_fail(k, "%s", err.text);
    return value_str(out.n ? strbuf_sv(&out) : SV(""));
}

static bool all_digits(struct sv s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return s.n > 0;
}

/* The next '-', '.', run of digits or run of others. */
static struct sv version_part(struct sv s, size_t *at)
{
    size_t start = *at;
    char c = s.p[start];
    bool digit = c >= '0' && c <= '9';

    ++*at;
    if (c == '-' || c == '.')
        return sv_slice(s, start, *at);
    while (*at < s.n && s.p[*at] != '-' && s.p[*at] != '.' && (s.p[*at] >= '0' && s.p[*at] <= '9') == digit)
        ++*at;
    return sv_slice(s, start, *at);
}

static int compare_nocase(struct call *k, struct sv x, struct sv y) { return sv_cmp(up(k, x), up(k, y)); }

static int compare_digits(struct sv x, struct sv y) { return x.n != y.n ? (x.n < y.n ? -1 : 1) : sv_cmp(x, y); }

static struct sv without_zeros(struct sv s)
{
    while (s.n > 2 && s.p[s.n - 1] == '0' && s.p[s.n - 2] == '.')
        s.n -= 2;
    return s;
}

static int version_compare(struct call *k, struct sv a, struct sv b)
{
    size_t i = 0, j = 0;
    int order;

    while (i < a.n && j < b.n) {
        struct sv x = version_part(a, &i), y = version_part(b, &j);

        if (sv_eq(x, y))
            continue;
        if (sv_is(x, "-") || sv_is(y, "-"))
            return sv_is(x, "-") ? -1 : 1;
        if (sv_is(x, ".") || sv_is(y, "."))
            return sv_is(x, ".") ? -1 : 1;
        if (all_digits(x) && all_digits(y) && x.p[0] != '0' && y.p[0] != '0')
            return compare_digits(x, y);
        return compare_nocase(k, x, y);
    }
    order = sv_cmp(a, b);
    return (order > 0) - (order < 0);
}

static struct value fn_versioncmp(struct call *k)
{
    struct sv a = value_sv(k->args[0]), b = value_sv(k->args[1]);
    int order;

    if (k->count > 2 && k->args[2].kind == V_BOOL && k->args[2].b) {
        a = without_zeros(a);
        b = without_zeros(b);
    }
    order = version_compare(k, a, b);
    return value_int((order > 0) - (order < 0));
}

static void shell_quote(struct strbuf *out, struct sv word)
{
    static const char safe_signs[] = "@%_+=:,./-", dangerous[] = "$`\\\"!";
    bool safe = word.n > 0, single = false, special = false;
    for (size_t c = 0; c < word.n; c++) {
        char ch = word.p[c];
        safe = safe && ((ch >= '0' && ch <= '9') || ((ch | 0x20) >= 'a' && (ch | 0x20) <= 'z') || (ch && strchr(safe_signs, ch)));
        single = single || ch == '\'';
        special = special || (ch && strchr(dangerous, ch));
    }
    if (safe) {
        strbuf_add(out, word);
    } else if (!special) {
        strbuf_addf(out, "\"%.*s\"", SV_ARG(word));
    } else if (!single) {
        strbuf_addf(out, "'%.*s'", SV_ARG(word));
    } else {
        strbuf_addc(out, '"');
        for (size_t c = 0; c < word.n; c++) {
            if (word.p[c] && strchr(dangerous, word.p[c]))
                strbuf_addc(out, '\\');
            strbuf_addc(out, word.p[c]);
        }
        strbuf_addc(out, '"');
    }
}

static void quote_all(struct call *k, struct strbuf *out, struct value v, unsigned depth)
{
    if (v.kind == V_ARRAY && depth < 400) {
        for (uint32_t i = 0; i < v.n; i++)
            quote_all(k, out, v.items[i], depth + 1);
        return;
    }
    if (v.kind != V_STRING)
        call_fail(k, "undefined method `length' for %.*s:%s", SV_ARG(ruby_inspected(k->arena, v)), ruby_class(v));
    strbuf_adds(out, out->n ? " " : "");
    shell_quote(out, value_sv(v));
}

static struct value fn_shellquote(struct call *k)
{
    struct strbuf out = STRBUF_IN(k->arena);
    for (uint32_t i = 0; i < k->count; i++)
        quote_all(k, &out, old_arg(k, i), 0);
    return value_str(out.n ? strbuf_sv(&out) : SV(""));
}

/* What a name does to a number, to text and to the texts in a list. */
#define TEXTS(name, run, help)                                                                                                             \
    { name, "Callable[Numeric]", help, run, 0, "arg" }, { name, "Callable[String]", help, run, 0, "arg" },                                 \
    {                                                                                                                                      \
        name, "Callable[Iterable[Variant[String, Numeric]]]", help, run, 0, "arg"                                                          \
    }
/* The same for all that is in lists and hashes; the elements of the inner ones are not looked at. */
#define DEEP_TEXTS(name, run, help)                                                                                                        \
    { name, "Callable[Numeric]", help, run, 0, "arg" }, { name, "Callable[String]", help, run, 0, "arg" },                                 \
        { name, "Callable[Array[" TEXT_DATA "]]", help, run, 0, "arg" },                                                                   \
    {                                                                                                                                      \
        name, "Callable[Hash[" TEXT_DATA ", " TEXT_DATA "]]", help, run, 0, "arg"                                                          \
    }
#define TEXT_DATA   "Variant[String, Numeric, Array, Hash]"
#define TARGET      "Variant[Array[String], String]"
#define REPLACEMENT "Variant[String, Hash[String, String]]"

const struct builtin func_string[] = {
    DEEP_TEXTS("upcase", fn_upcase, "text in capitals"),
    DEEP_TEXTS("downcase", fn_downcase, "text in small letters"),
    TEXTS("capitalize", fn_capitalize, "the first letter capital, the others small"),
    TEXTS("camelcase", fn_camelcase, "foo_bar to FooBar"),
    TEXTS("lstrip", fn_lstrip, "text without leading blanks"),
    TEXTS("rstrip", fn_rstrip, "text without trailing blanks"),
    TEXTS("strip", fn_strip, "text without blanks around it"),
    TEXTS("chomp", fn_chomp, "text without its last line end"),
    TEXTS("chop", fn_chop, "text without its last character"),
    { "match", "Callable[String, Variant[Any, Type]]", "the match and its groups", fn_match, 0, "string pattern" },
    { "match", "Callable[Array[String], Variant[Any, Type]]", "the match and its groups, of each text", fn_match, 0, "string pattern" },
    { "split", "Callable[String, String]", "text cut where a pattern matches", fn_split, 0, "str pattern" },
    { "split", "Callable[String, Regexp]", "text cut where a pattern matches", fn_split, 0, "str pattern" },
    { "split", "Callable[String, Type[Regexp]]", "text cut where a pattern matches", fn_split, 0, "str pattern" },
    { "regsubst", "Callable[" TARGET ", String, " REPLACEMENT ", Optional[Pattern[/^[GEIM]*$/]], Enum['N', 'E', 'S', 'U'], 3, 5]",
      "text with matches of a pattern replaced", fn_regsubst, 0, "target pattern replacement flags encoding" },
    { "regsubst", "Callable[" TARGET ", Variant[Regexp, Type[Regexp]], " REPLACEMENT ", Pattern[/^G?$/], 3, 4]",
      "text with matches of a pattern replaced", fn_regsubst, 0, "target pattern replacement flags" },
    { "sprintf", TAKES_ANYTHING, "text by a format", fn_sprintf, 0, NULL },
    { "versioncmp", "Callable[String, String, Boolean, 2, 3]", "-1, 0 or 1: how two versions compare", fn_versioncmp, 0,
      "a b ignore_trailing_zeroes" },
    { "shellquote", TAKES_ANYTHING, "words quoted for a shell", fn_shellquote, 0, NULL },
};
const size_t func_string_count = sizeof func_string / sizeof *func_string;
