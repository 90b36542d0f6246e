/* check: stdlib's is_... functions: what a value is, or looks like. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "func/check.h"

#include "types/text.h"

void deprecation(struct call *k, struct sv key, struct sv message)
{
    const struct compile_options *o = compile_options_of(k->c);
    if (o->strict == STRICT_ERROR)
        call_fail(k, "deprecation. %.*s. %.*s", SV_ARG(key), SV_ARG(message));
    if (o->strict == STRICT_WARNING)
        call_warn(k, "deprecations", "%.*s", SV_ARG(message));
}

/* ---- what text looks like ---- */

static bool digit(struct sv s, size_t i) { return i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; }

static size_t digits_from(struct sv s, size_t at)
{
    while (digit(s, at))
        at++;
    return at;
}

/* -?(0|[1-9]\d*), then, where more is allowed, (\.\d+)?([eE]-?\d+)? */
static bool number_line(struct sv s, bool whole)
{
    size_t at = s.n && s.p[0] == '-';
    if (!digit(s, at))
        return false;
    at = s.p[at] == '0' ? at + 1 : digits_from(s, at);
    if (!whole && at < s.n && s.p[at] == '.' && digit(s, at + 1))
        at = digits_from(s, at + 1);
    if (!whole && at < s.n && (s.p[at] | 0x20) == 'e') {
        size_t from = at + 1 + (at + 1 < s.n && s.p[at + 1] == '-');
        if (digit(s, from))
            at = digits_from(s, from);
    }
    return at == s.n;
}

/* The patterns of the reference are anchored to lines: one line that fits is enough. */
static bool number_in(struct sv s, bool whole)
{
    struct sv line;
    while (sv_cut(&s, '\n', &line))
        if (number_line(line, whole))
            return true;
    return false;
}

bool is_integer_like(struct value v) { return v.kind == V_INT || (v.kind == V_STRING && number_in(value_sv(v), true)); }

bool is_numeric_like(struct value v)
{
    return v.kind == V_INT || v.kind == V_FLOAT || (v.kind == V_STRING && number_in(value_sv(v), false));
}

/* Is text what Ruby prints for the float that it reads as. */
static bool is_float_text(struct sv s)
{
    AUTO_STRBUF b = STRBUF_HEAP;
    double f;
    if (s.n > 40 || !ruby_float(s, &f))
        return false;
    float_print(&b, f);
    return sv_eq(strbuf_sv(&b), s);
}

bool is_string_like(struct value v)
{
    if (v.kind != V_STRING)
        return is_none(v);
    struct sv s = value_sv(v);
    bool whole = number_line(s, true) && !sv_is(s, "-0");
    return !whole && !is_float_text(s);
}

static bool is_float_like(struct value v) { return v.kind == V_FLOAT || (v.kind == V_STRING && is_float_text(value_sv(v))); }

static bool slash(struct sv s, size_t i) { return i < s.n && (s.p[i] == '/' || s.p[i] == '\\'); }

static size_t name_from(struct sv s, size_t at)
{
    while (at < s.n && !slash(s, at))
        at++;
    return at;
}

/* /x, C:/x, //host/share, //?/x */
static bool is_absolute_line(struct sv s)
{
    if (s.n && s.p[0] == '/')
        return true;
    if (s.n > 2 && (s.p[0] | 0x20) >= 'a' && (s.p[0] | 0x20) <= 'z' && s.p[1] == ':' && slash(s, 2))
        return true;
    if (!slash(s, 0) || !slash(s, 1))
        return false;
    size_t at = name_from(s, 2);
    return at > 2 && slash(s, at) && name_from(s, at + 1) > at + 1;
}

bool is_absolute_path(struct sv path)
{
    struct sv line;
    while (sv_cut(&path, '\n', &line))
        if (is_absolute_line(line))
            return true;
    return false;
}

static bool is_letter(char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; }

static bool is_domain_label(struct sv label)
{
    if (label.n < 1 || label.n > 63 || label.p[0] == '-' || label.p[label.n - 1] == '-')
        return false;
    for (size_t i = 0; i < label.n; i++)
        if (!is_letter(label.p[i]) && !digit(label, i) && label.p[i] != '-')
            return false;
    return true;
}

bool is_domain_name(struct sv name)
{
    struct sv label, rest;
    if (sv_is(name, "."))
        return true;
    if (name.n && name.p[name.n - 1] == '.')
        name.n--;
    if (!name.n || name.n > 255)
        return false;
    size_t dot = sv_rfind_char(name, '.');
    rest = dot == SIZE_MAX ? SV("") : sv_slice(name, dot + 1, name.n);
    if (dot != SIZE_MAX && !rest.n)
        return false;
    for (size_t i = 0; i < rest.n; i++)
        if (!is_letter(rest.p[i]))
            return false;
    while (sv_cut(&name, '.', &label))
        if (!is_domain_label(label))
            return false;
    return true;
}

/* ([\w+\-].?)+@[a-z\d\-]+(\.[a-z]+)*\.[a-z]+ */
bool is_email_address(struct sv address)
{
    size_t at = sv_rfind_char(address, '@'), i;
    if (at == SIZE_MAX || at == 0)
        return false;
    for (i = 0; i < at; i++) { /* a word character, then at most one other */
        char c = address.p[i];
        bool word = is_letter(c) || digit(address, i) || c == '_' || c == '+' || c == '-';
        if (!word && (i == 0 || c == '\n'))
            return false;
        if (!word && i + 1 < at && i > 0) {
            char next = address.p[i + 1], before = address.p[i - 1];
            bool ok = is_letter(next) || digit(address, i + 1) || next == '_' || next == '+' || next == '-';
            bool was = is_letter(before) || digit(address, i - 1) || before == '_' || before == '+' || before == '-';
            if (!ok || !was)
                return false;
        }
    }
    struct sv rest = sv_slice(address, at + 1, address.n), part;
    unsigned parts = 0;
    if (rest.n && rest.p[rest.n - 1] == '.')
        return false;
    for (; sv_cut(&rest, '.', &part); parts++) {
        if (!part.n)
            return false;
        for (i = 0; i < part.n; i++)
            if (!(part.p[i] >= 'a' && part.p[i] <= 'z') && (parts || (!digit(part, i) && part.p[i] != '-')))
                return false;
    }
    return parts > 1;
}

static bool hex_groups(struct sv s, unsigned want)
{
    struct sv group;
    unsigned n = 0;
    if (s.n && s.p[s.n - 1] == ':')
        return false;
    for (; sv_cut(&s, ':', &group); n++) {
        if (group.n < 1 || group.n > 2)
            return false;
        for (size_t i = 0; i < group.n; i++)
            if (!digit(group, i) && !((group.p[i] | 0x20) >= 'a' && (group.p[i] | 0x20) <= 'f'))
                return false;
    }
    return n == want;
}

static bool is_mac(struct sv s)
{
    struct sv line;
    while (sv_cut(&s, '\n', &line))
        if (hex_groups(line, 6) || hex_groups(line, 20))
            return true;
    return false;
}

/* ---- functions ---- */

static bool is_array(struct value v) { return v.kind == V_ARRAY; }
static bool is_bool(struct value v) { return v.kind == V_BOOL; }
static bool is_hash(struct value v) { return v.kind == V_HASH; }
static bool is_domain(struct value v) { return v.kind == V_STRING && is_domain_name(value_sv(v)); }
static bool is_email(struct value v) { return v.kind == V_STRING && is_email_address(value_sv(v)); }
static bool is_path(struct value v) { return v.kind == V_STRING && is_absolute_path(value_sv(v)); }
static bool is_ip(struct value v)
{
    struct ip ip;
    return v.kind == V_STRING && ip_parse(value_sv(v), &ip);
}
static bool is_ipv4(struct value v)
{
    struct ip ip;
    return v.kind == V_STRING && ip_parse(value_sv(v), &ip) && !ip.v6;
}
static bool is_ipv6(struct value v)
{
    struct ip ip;
    return v.kind == V_STRING && ip_parse(value_sv(v), &ip) && ip.v6;
}

static const struct kind_row {
    const char *name;
    bool (*test)(struct value v);
    const char *instead; /* NULL: not an old function */
    bool brackets;       /* in the message about the number of arguments */
    bool more;           /* further arguments are ignored */
} kinds[] = {
    { "is_array", is_array, "Array", true, true },
    { "is_bool", is_bool, "Bool", true, false },
    { "is_hash", is_hash, NULL, true, false },
    { "is_string", is_string_like, "String", true, true },
    { "is_integer", is_integer_like, NULL, false, false },
    { "is_float", is_float_like, "Float", false, false },
    { "is_numeric", is_numeric_like, "Numeric", false, false },
    { "is_ip_address", is_ip, "Ip_address", false, false },
    { "is_ipv4_address", is_ipv4, "Ipv4", false, false },
    { "is_ipv6_address", is_ipv6, "Ipv6", false, false },
    { "is_absolute_path", is_path, "Absolute_path", true, false },
    { "is_domain_name", is_domain, NULL, false, false },
    { "is_email_address", is_email, NULL, false, false },
};

static struct value fn_is(struct call *k)
{
    size_t i = 0;
    while (strcmp(kinds[i].name, k->fn->name) != 0) /* each row of the table below has its row above */
        i++;
    const struct kind_row *row = &kinds[i];
    if (row->instead)
        deprecation(k, sv_of(row->name),
                    arena_printf(k->arena,
                                 "This method is deprecated, please use match expressions with Stdlib::Compat::%s instead. They are "
                                 "described at https://docs.puppet.com/puppet/latest/reference/lang_data_type.html#match-expressions.",
                                 row->instead));
    if (row->more ? k->count < 1 : k->count != 1)
        call_fail(k, row->brackets ? "%s(): Wrong number of arguments given (%u for 1)" : "%s(): Wrong number of arguments given %u for 1",
                  row->name, k->count);
    return value_bool(row->test(k->args[0]));
}

static struct value fn_is_mac_address(struct call *k)
{
    struct value v = old_arg(k, 0);
    if (k->count != 1)
        call_fail(k, "is_mac_address(): Wrong number of arguments given %u for 1", k->count);
    if (v.kind != V_STRING)
        call_fail(k, "no implicit conversion of %s into String", v.kind == V_BOOL ? (v.b ? "true" : "false") : ruby_class(v));
    return value_bool(is_mac(value_sv(v)));
}

static struct value fn_is_function_available(struct call *k)
{
    if (k->count != 1)
        call_fail(k, "is_function_available?(): Wrong number of arguments given %u for 1", k->count);
    return value_bool(k->args[0].kind == V_STRING && call_function_exists(k, value_sv(k->args[0])));
}

static struct value fn_deprecation(struct call *k)
{
    deprecation(k, value_sv(k->args[0]), value_sv(k->args[1]));
    return VALUE_UNDEF;
}

#define KIND(name, help)                                                                                                                   \
    {                                                                                                                                      \
        name, TAKES_ANYTHING, "is a value " help, fn_is, 0, NULL                                                                           \
    }

const struct builtin func_check[] = {
    KIND("is_array", "a list"),
    KIND("is_bool", "a Boolean"),
    KIND("is_hash", "a hash"),
    KIND("is_string", "text that is no number"),
    KIND("is_integer", "a whole number or the text of one"),
    KIND("is_float", "a float or the text of one"),
    KIND("is_numeric", "a number or the text of one"),
    KIND("is_ip_address", "the text of an IP address"),
    KIND("is_ipv4_address", "the text of an IPv4 address"),
    KIND("is_ipv6_address", "the text of an IPv6 address"),
    KIND("is_absolute_path", "an absolute path"),
    KIND("is_domain_name", "a domain name"),
    KIND("is_email_address", "an e-mail address"),
    { "is_mac_address", TAKES_ANYTHING, "is a value a MAC address", fn_is_mac_address, 0, NULL },
    { "is_function_available", TAKES_ANYTHING, "is there a function of this name", fn_is_function_available, 0, NULL },
    { "deprecation", "Callable[String, String]", "warns that something is old", fn_deprecation, FN_STATEMENT, "key message" },
};
const size_t func_check_count = sizeof func_check / sizeof *func_check;
