/* type: Type.new(arguments). */
/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "base/hash.h"
#include "types/format.h"
#include "types/internal.h"
#include "types/iterator.h"
#include "types/regexp.h"
#include "types/semver.h"
#include "types/timefmt.h"

struct job {
    struct arena *a;
    const struct type *t;
    const struct value *args;
    uint32_t count;
    struct value *out;
    struct err *err;
};

static const struct value *arg(const struct job *j, uint32_t i)
{
    return i < j->count && j->args[i].kind != V_DEFAULT ? &j->args[i] : NULL;
}

static bool fail_convert(struct job *j, struct value v, const char *to)
{
    if (v.kind == V_STRING)
        return err_set(j->err, "The string '%.*s' cannot be converted to %s", SV_ARG(value_sv(v)), to);
    return err_set(j->err, "Value of type %.*s cannot be converted to %s",
                   SV_ARG(type_text(j->a, type_generalize(j->a, type_infer_reduced(j->a, v)))), to);
}

static bool give(struct job *j, struct value v)
{
    *j->out = v;
    return true;
}

/* The arguments by name: { from => ..., radix => ... } become a list. */
static bool by_name(struct job *j, const char *const *names, uint32_t count)
{
    struct value *list;
    const struct hash *h;

    if (j->count != 1 || j->args[0].kind != V_HASH || !hash_find_sv(j->args[0].h, sv_of(names[0])))
        return true;
    h = j->args[0].h;
    list = ARENA_ARRAY(j->a, struct value, count);
    for (uint32_t i = 0; i < count; i++) {
        const struct value *v = hash_find_sv(h, sv_of(names[i]));

        list[i] = v ? *v : VALUE_DEFAULT;
    }
    j->args = list;
    j->count = count;
    return true;
}

static struct sv skip_sign(struct sv s, bool *out_negative)
{
    size_t at = 0;

    *out_negative = false;
    if (s.n && (s.p[0] == '-' || s.p[0] == '+')) {
        *out_negative = s.p[0] == '-';
        at = 1;
        while (at < s.n && text_blank(s.p[at]))
            at++;
    }
    return sv_slice(s, at, s.n);
}

/* Digits of a base, with an optional prefix; base 0: by prefix. */
static bool read_digits(struct sv text, int base, int64_t *out_n)
{
    bool negative;
    struct sv s = skip_sign(text, &negative);
    char second = s.n > 2 && s.p[0] == '0' ? (char)(s.p[1] | 0x20) : 0;
    int prefix = second == 'x' ? 16 : second == 'b' ? 2 : second == 'o' ? 8 : 0;
    uint64_t n = 0;

    if (prefix && (base == 0 || base == prefix)) {
        s = sv_slice(s, 2, s.n);
        base = prefix;
    } else if (base == 0) {
        base = s.n > 1 && s.p[0] == '0' ? 8 : 10;
    }
    if (!s.n)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        unsigned digit = c >= '0' && c <= '9'                       ? (unsigned)(c - '0')
                         : ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ? (unsigned)((c | 0x20) - 'a' + 10)
                                                                    : 99;

        if (digit >= (unsigned)base || __builtin_mul_overflow(n, (uint64_t)base, &n) || __builtin_add_overflow(n, (uint64_t)digit, &n) ||
            n > (uint64_t)INT64_MAX)
            return false;
    }
    *out_n = negative ? -(int64_t)n : (int64_t)n;
    return true;
}

static bool new_integer(struct job *j)
{
    static const char *const names[] = { "from", "radix", "abs" };
    const struct value *radix, *abs_too;
    struct value v;
    int64_t n;

    by_name(j, names, 3);
    if (j->count < 1 || j->count > 3)
        return err_set(j->err, "expects between 1 and 3 arguments, got %u", j->count);
    v = j->args[0];
    radix = arg(j, 1);
    abs_too = arg(j, 2);
    if (radix && (radix->kind != V_INT || (radix->i != 2 && radix->i != 8 && radix->i != 10 && radix->i != 16)))
        return err_set(j->err, "Illegal radix: %.*s, expected 2, 8, 10, 16, or default", SV_ARG(value_text(j->a, *radix)));
    if (v.kind == V_FLOAT && !isnan(v.f) && fabs(v.f) < 9.2e18)
        n = (int64_t)v.f;
    else if (v.kind == V_INT)
        n = v.i;
    else if (v.kind == V_BOOL)
        n = v.b;
    else if (v.kind == V_TIMESPAN || v.kind == V_TIMESTAMP)
        n = v.i / NS_PER_SECOND - (v.i % NS_PER_SECOND < 0);
    else if (v.kind != V_STRING || !read_digits(value_sv(v), radix ? (int)radix->i : 0, &n))
        return fail_convert(j, v, "Integer");
    if (abs_too && abs_too->kind == V_BOOL && abs_too->b && n < 0)
        n = n == INT64_MIN ? n : -n;
    return give(j, value_int(n));
}

/* Numeric or Float from one value. */
static bool to_number(struct job *j, struct value v, bool as_float, struct value *out_n)
{
    const char *to = as_float ? "Float" : "Numeric";
    int64_t n;

    if (v.kind == V_INT || v.kind == V_FLOAT) {
        *out_n = v;
    } else if (v.kind == V_BOOL) {
        *out_n = value_int(v.b);
    } else if (v.kind == V_TIMESPAN || v.kind == V_TIMESTAMP) {
        *out_n = value_float((double)v.i / 1e9);
    } else if (v.kind != V_STRING) {
        return fail_convert(j, v, to);
    } else if (v.n > 1 && v.s[0] == '0' && (v.s[1] | 0x20) == 'b' && read_digits(value_sv(v), 2, &n)) {
        *out_n = value_int(n);
    } else if (!number_from_sv(value_sv(v), out_n)) {
        /* what the arithmetic does not take: 0e1 */
        char *end;
        char *text = arena_cstr(j->a, value_sv(v));
        double f = strtod(text, &end);

        if (end == text || *end || strpbrk(text, "xXnN"))
            return fail_convert(j, v, to);
        *out_n = value_float(f);
    }
    if (as_float && out_n->kind == V_INT)
        *out_n = value_float((double)out_n->i);
    return true;
}

static bool new_number(struct job *j)
{
    static const char *const names[] = { "from", "abs" };
    const struct value *abs_too;
    struct value n;

    by_name(j, names, 2);
    if (j->count < 1 || j->count > 2)
        return err_set(j->err, "expects between 1 and 2 arguments, got %u", j->count);
    abs_too = arg(j, 1);
    if (!to_number(j, j->args[0], j->t->kind == T_FLOAT, &n))
        return false;
    if (abs_too && abs_too->kind == V_BOOL && abs_too->b) {
        if (n.kind == V_INT && n.i < 0)
            n.i = n.i == INT64_MIN ? n.i : -n.i;
        else if (n.kind == V_FLOAT)
            n.f = fabs(n.f);
    }
    return give(j, n);
}

static bool new_string(struct job *j)
{
    struct strbuf out = STRBUF_IN(j->a);

    if (j->count < 1 || j->count > 2)
        return err_set(j->err, "expects between 1 and 2 arguments, got %u", j->count);
    if (!format_value(j->a, &out, j->args[0], j->count > 1 ? j->args[1] : VALUE_DEFAULT, j->err))
        return false;
    return give(j, value_str(strbuf_sv(&out)));
}

static bool new_boolean(struct job *j)
{
    static const struct {
        const char *text;
        bool b;
    } words[] = { { "true", true }, { "yes", true }, { "y", true }, { "false", false }, { "no", false }, { "n", false } };
    struct value v;

    if (j->count != 1)
        return err_set(j->err, "expects 1 argument, got %u", j->count);
    v = j->args[0];
    if (v.kind == V_BOOL)
        return give(j, v);
    if (v.kind == V_INT || v.kind == V_FLOAT)
        return give(j, value_bool(v.kind == V_INT ? v.i != 0 : v.f != 0));
    for (size_t i = 0; v.kind == V_STRING && i < sizeof words / sizeof *words; i++)
        if (sv_eq_nocase(value_sv(v), sv_of(words[i].text)))
            return give(j, value_bool(words[i].b));
    return fail_convert(j, v, "Boolean");
}

static bool new_array(struct job *j)
{
    const struct value *wrap = arg(j, 1);
    struct value v, *items;

    if (j->count < 1 || j->count > 2)
        return err_set(j->err, "expects between 1 and 2 arguments, got %u", j->count);
    v = j->args[0];
    if (wrap && wrap->kind == V_BOOL && wrap->b && v.kind != V_ARRAY) {
        items = ARENA_NEW(j->a, struct value);
        *items = v;
        return give(j, value_array(items, 1));
    }
    if (v.kind == V_BINARY) {
        items = ARENA_ARRAY(j->a, struct value, v.n);
        for (uint32_t i = 0; i < v.n; i++)
            items[i] = value_int((unsigned char)v.s[i]);
        return give(j, value_array(items, v.n));
    }
    *j->out = iterable_to_array(j->a, v);
    return j->out->kind == V_ARRAY || fail_convert(j, v, "Array");
}

static bool pairs_to_hash(struct job *j, struct value list)
{
    struct hash *h = hash_new(j->a, list.n);

    for (uint32_t i = 0; i < list.n; i++)
        hash_put(j->a, h, list.items[i].items[0], list.items[i].items[1]);
    return give(j, value_hash(h));
}

static bool all_pairs(struct value list, bool paths)
{
    for (uint32_t i = 0; i < list.n; i++)
        if (list.items[i].kind != V_ARRAY || list.items[i].n != 2 || (paths && list.items[i].items[0].kind != V_ARRAY))
            return false;
    return list.n > 0;
}

/* [[path, value], ...] to nested hashes. */
static bool tree_to_hash(struct job *j, struct value list)
{
    struct hash *root = hash_new(j->a, 8);

    for (uint32_t i = 0; i < list.n; i++) {
        struct value path = list.items[i].items[0], v = list.items[i].items[1];
        struct hash *at = root;

        if (path.n == 0 && v.kind == V_HASH)
            for (uint32_t k = 0; k < v.h->count; k++)
                hash_put(j->a, root, v.h->pairs[k].key, v.h->pairs[k].value);
        for (uint32_t k = 0; k + 1 < path.n; k++) {
            const struct value *next = hash_find(at, path.items[k]);
            struct hash *made;

            if (next && next->kind == V_HASH) {
                made = hash_copy(j->a, next->h, 4);
            } else {
                made = hash_new(j->a, 4);
            }
            hash_put(j->a, at, path.items[k], value_hash(made));
            at = made;
        }
        if (path.n)
            hash_put(j->a, at, path.items[path.n - 1], v);
    }
    return give(j, value_hash(root));
}

static bool new_hash(struct job *j)
{
    struct value v;
    struct hash *h;

    if (j->count < 1 || j->count > 2)
        return err_set(j->err, "expects between 1 and 2 arguments, got %u", j->count);
    v = j->args[0];
    if (v.kind == V_HASH)
        return give(j, v);
    if (v.kind == V_ARRAY && j->count == 2 && all_pairs(v, true))
        return tree_to_hash(j, v);
    v = iterable_to_array(j->a, v);
    if (v.kind != V_ARRAY)
        return fail_convert(j, j->args[0], "Hash");
    if (all_pairs(v, false))
        return pairs_to_hash(j, v);
    if (v.n % 2)
        return err_set(j->err, "odd number of arguments for Hash");
    h = hash_new(j->a, v.n / 2);
    for (uint32_t i = 0; i < v.n; i += 2)
        hash_put(j->a, h, v.items[i], v.items[i + 1]);
    return give(j, value_hash(h));
}

static bool new_sensitive(struct job *j)
{
    if (j->count != 1)
        return err_set(j->err, "expects 1 argument, got %u", j->count);
    return give(j, value_sensitive(j->a, j->args[0]));
}

static bool new_regexp(struct job *j)
{
    const struct value *escape = arg(j, 1);
    struct strbuf text = STRBUF_IN(j->a);
    const struct regexp *re;

    if (j->count < 1 || j->count > 2 || j->args[0].kind != V_STRING)
        return j->count ? fail_convert(j, j->args[0], "Regexp") : err_set(j->err, "expects between 1 and 2 arguments, got none");
    for (uint32_t i = 0; i < j->args[0].n; i++) {
        char c = j->args[0].s[i];

        if (escape && escape->kind == V_BOOL && escape->b && c && strchr(".*?+^$|\\()[]{}-# ", c))
            strbuf_addc(&text, '\\');
        strbuf_addc(&text, c);
    }
    re = regexp_compile(j->a, strbuf_sv(&text), j->err);
    return re && give(j, (struct value){ .kind = V_REGEXP, .re = re });
}

static bool new_semver(struct job *j)
{
    struct semver *v = ARENA_NEW(j->a, struct semver);
    int64_t *numbers[] = { &v->major, &v->minor, &v->patch };
    static const char *const names[] = { "major", "minor", "patch", "prerelease", "build" };

    by_name(j, names, 5);
    if (j->count == 1 && j->args[0].kind == V_STRING) {
        if (!semver_parse(j->a, value_sv(j->args[0]), v, j->err))
            return false;
    } else if (j->count >= 3) {
        for (int i = 0; i < 3; i++) {
            if (j->args[i].kind != V_INT || j->args[i].i < 0)
                return fail_convert(j, j->args[i], "SemVer");
            *numbers[i] = j->args[i].i;
        }
        if (arg(j, 3) && arg(j, 3)->kind == V_STRING)
            v->prerelease = value_sv(*arg(j, 3));
        if (arg(j, 4) && arg(j, 4)->kind == V_STRING)
            v->build = value_sv(*arg(j, 4));
    } else {
        return j->count ? fail_convert(j, j->args[0], "SemVer") : err_set(j->err, "expects at least 1 argument, got none");
    }
    return give(j, (struct value){ .kind = V_SEMVER, .semver = v });
}

static bool new_semver_range(struct job *j)
{
    const struct semver_range *r;

    if (j->count != 1 || j->args[0].kind != V_STRING)
        return j->count ? fail_convert(j, j->args[0], "SemVerRange") : err_set(j->err, "expects 1 argument, got none");
    r = semver_range_parse(j->a, value_sv(j->args[0]), j->err);
    return r && give(j, (struct value){ .kind = V_SEMVER_RANGE, .range = r });
}

static bool seconds_to_ns(struct job *j, struct value v, int64_t *out_ns)
{
    if (v.kind == V_INT && !__builtin_mul_overflow(v.i, NS_PER_SECOND, out_ns))
        return true;
    if (v.kind == V_FLOAT && fabs(v.f) < 9e9) {
        *out_ns = (int64_t)(v.f * 1e9);
        return true;
    }
    return err_set(j->err, "the time is out of range");
}

static bool new_timestamp(struct job *j)
{
    static const char *const names[] = { "string", "format", "timezone" };
    struct value formats = VALUE_DEFAULT;
    struct sv zone = SV_NONE;
    struct timespec now;
    int64_t ns;

    by_name(j, names, 3);
    if (j->count == 0) {
        clock_gettime(CLOCK_REALTIME, &now);
        return give(j, (struct value){ .kind = V_TIMESTAMP, .i = now.tv_sec * NS_PER_SECOND + now.tv_nsec });
    }
    if (j->args[0].kind == V_INT || j->args[0].kind == V_FLOAT) {
        if (!seconds_to_ns(j, j->args[0], &ns))
            return false;
    } else if (j->args[0].kind == V_STRING) {
        if (arg(j, 1))
            formats = *arg(j, 1);
        if (arg(j, 2) && arg(j, 2)->kind == V_STRING)
            zone = value_sv(*arg(j, 2));
        if (!timestamp_parse(j->a, value_sv(j->args[0]), formats, zone, &ns, j->err))
            return false;
    } else {
        return fail_convert(j, j->args[0], "Timestamp");
    }
    return give(j, (struct value){ .kind = V_TIMESTAMP, .i = ns });
}

static bool new_timespan(struct job *j)
{
    static const char *const fields[] = { "days", "hours", "minutes", "seconds", "milliseconds", "microseconds", "nanoseconds" };
    static const int64_t units[] = { 86400 * NS_PER_SECOND, 3600 * NS_PER_SECOND, 60 * NS_PER_SECOND, NS_PER_SECOND, 1000000, 1000, 1 };
    static const char *const names[] = { "string", "format" };
    const struct value *negative = NULL;
    int64_t ns = 0, part;

    by_name(j, names, 2);
    if (j->count == 0)
        return err_set(j->err, "expects at least 1 argument, got none");
    if (j->args[0].kind == V_STRING) {
        if (!timespan_parse(j->a, value_sv(j->args[0]), arg(j, 1) ? *arg(j, 1) : VALUE_DEFAULT, &ns, j->err))
            return false;
    } else if (j->count == 1 && (j->args[0].kind == V_INT || j->args[0].kind == V_FLOAT)) {
        if (!seconds_to_ns(j, j->args[0], &ns))
            return false;
    } else {
        bool named = j->args[0].kind == V_HASH;

        for (uint32_t i = 0; i < 7; i++) {
            const struct value *v = named ? hash_find_sv(j->args[0].h, sv_of(fields[i])) : arg(j, i);

            if (!v)
                continue;
            if (v->kind != V_INT)
                return fail_convert(j, *v, "Timespan");
            if (__builtin_mul_overflow(v->i, units[i], &part) || __builtin_add_overflow(ns, part, &ns))
                return err_set(j->err, "the time is out of range");
        }
        negative = named ? hash_find_sv(j->args[0].h, SV("negative")) : NULL;
        if (negative && value_truthy(*negative))
            ns = -ns;
    }
    return give(j, (struct value){ .kind = V_TIMESPAN, .i = ns });
}

static bool new_binary(struct job *j)
{
    static const char *const names[] = { "value", "format" };
    struct sv format, text, bytes;
    char *raw;

    by_name(j, names, 2);
    format = arg(j, 1) && arg(j, 1)->kind == V_STRING ? value_sv(*arg(j, 1)) : SV("%B");
    if (j->count < 1 || j->count > 2)
        return err_set(j->err, "expects between 1 and 2 arguments, got %u", j->count);
    if (j->args[0].kind == V_ARRAY) {
        raw = arena_alloc(j->a, j->args[0].n + 1);
        for (uint32_t i = 0; i < j->args[0].n; i++) {
            struct value b = j->args[0].items[i];

            if (b.kind != V_INT || b.i < 0 || b.i > 255)
                return fail_convert(j, j->args[0], "Binary");
            raw[i] = (char)b.i;
        }
        return give(j, (struct value){ .kind = V_BINARY, .n = j->args[0].n, .s = raw });
    }
    if (j->args[0].kind != V_STRING)
        return fail_convert(j, j->args[0], "Binary");
    text = value_sv(j->args[0]);
    if (sv_is(format, "%r") || sv_is(format, "%s"))
        return give(j, (struct value){ .kind = V_BINARY, .n = (uint32_t)text.n, .s = text.p });
    raw = (char *)arena_dup(j->a, text).p;
    for (size_t i = 0; i < text.n && sv_is(format, "%u"); i++)
        raw[i] = raw[i] == '-' ? '+' : raw[i] == '_' ? '/' : raw[i];
    if (!base64_decode(j->a, sv_make(raw, text.n), &bytes))
        return err_set(j->err, "The given string in encoding 'UTF-8' is invalid. Cannot create a Binary UTF-8 representation");
    return give(j, (struct value){ .kind = V_BINARY, .n = (uint32_t)bytes.n, .s = bytes.p });
}

static bool new_type(struct job *j)
{
    if (j->count != 1 || j->args[0].kind != V_STRING)
        return j->count ? fail_convert(j, j->args[0], "Type") : err_set(j->err, "expects 1 argument, got none");
    j->out->t = type_builtin(value_sv(j->args[0]));
    if (!j->out->t)
        return err_set(j->err, "Type.new of '%.*s' needs the loader: write the type itself", SV_ARG(value_sv(j->args[0])));
    j->out->kind = V_TYPE;
    return true;
}

static bool new_uri(struct job *j)
{
    struct strbuf text = STRBUF_IN(j->a);
    static const struct {
        const char *key, *before, *after;
    } parts[] = { { "scheme", "", ":" }, { "opaque", "", "" }, { "userinfo", "", "@" }, { "host", "", "" },
                  { "port", ":", "" },   { "path", "", "" },   { "query", "?", "" },    { "fragment", "#", "" } };

    if (j->count != 1)
        return err_set(j->err, "expects 1 argument, got %u", j->count);
    if (j->args[0].kind == V_STRING && j->args[0].n)
        return give(j, (struct value){ .kind = V_URI, .n = j->args[0].n, .s = j->args[0].s });
    if (j->args[0].kind != V_HASH)
        return fail_convert(j, j->args[0], "URI");
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        const struct value *v = hash_find_sv(j->args[0].h, sv_of(parts[i].key));

        if (i == 2 && hash_find_sv(j->args[0].h, SV("host")))
            strbuf_adds(&text, "//");
        if (v) {
            strbuf_adds(&text, parts[i].before);
            value_print(&text, *v);
            strbuf_adds(&text, parts[i].after);
        }
    }
    return give(j, (struct value){ .kind = V_URI, .n = (uint32_t)text.n, .s = strbuf_cstr(&text) });
}

static bool new_any(struct job *j)
{
    if (j->count != 1)
        return err_set(j->err, "expects 1 argument, got %u", j->count);
    return give(j, j->args[0]);
}

typedef bool new_fn(struct job *j);
static new_fn *const makers[TYPE_KIND_COUNT] = {
    [T_INTEGER] = new_integer,
    [T_FLOAT] = new_number,
    [T_NUMERIC] = new_number,
    [T_STRING] = new_string,
    [T_BOOLEAN] = new_boolean,
    [T_ARRAY] = new_array,
    [T_TUPLE] = new_array,
    [T_HASH] = new_hash,
    [T_STRUCT] = new_hash,
    [T_SENSITIVE] = new_sensitive,
    [T_REGEXP] = new_regexp,
    [T_SEMVER] = new_semver,
    [T_SEMVER_RANGE] = new_semver_range,
    [T_TIMESTAMP] = new_timestamp,
    [T_TIMESPAN] = new_timespan,
    [T_BINARY] = new_binary,
    [T_TYPE] = new_type,
    [T_URI] = new_uri,
    [T_UNIT] = new_any,
    [T_NOT_UNDEF] = new_any,
};

bool type_new(struct arena *a, const struct type *t, const struct value *args, uint32_t count, struct value *out_v, struct err *err)
{
    const struct type *inner = type_resolve(t);
    struct job j = { a, t, args, count, out_v, err };
    struct strbuf why = STRBUF_IN(a);
    struct value made = VALUE_UNDEF;

    j.out = &made;
    while ((inner->kind == T_OPTIONAL || inner->kind == T_NOT_UNDEF || inner->kind == T_INIT) && inner->inner)
        inner = type_resolve(inner->inner);
    if (inner->kind == T_OBJECT)
        return err_set(err, "creating instances of Object types is not supported yet");
    if (!makers[inner->kind])
        return err_set(err, "Creation of new instance of type '%.*s' is not supported", SV_ARG(type_text(a, t)));
    j.t = inner;
    if (!makers[inner->kind](&j))
        return false;
    if (!type_match(t, made)) {
        type_mismatch(a, &why, SV("Converted value from"), t, made);
        return err_set(err, "Converted value from %.*s.new() %.*s", SV_ARG(type_text(a, t)),
                       SV_ARG(sv_slice(strbuf_sv(&why), sizeof "Converted value from", why.n)));
    }
    *out_v = made;
    return true;
}
