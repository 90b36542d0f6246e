/* ip: IP addresses and networks in text, and the functions that ask about them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>

#include "func/support.h"

static bool v4_parse(struct sv s, unsigned char *out)
{
    struct sv rest = s, piece;
    unsigned n = 0;
    while (sv_cut(&rest, '.', &piece)) {
        int64_t value;
        bool digits = piece.n > 0 && piece.n <= 3;
        for (size_t i = 0; i < piece.n; i++)
            digits = digits && piece.p[i] >= '0' && piece.p[i] <= '9';
        /* "010" is refused: some read it as 8 */
        if (!digits || n == 4 || (piece.n > 1 && piece.p[0] == '0') || !sv_to_int(piece, &value) || value > 255)
            return false;
        out[n++] = (unsigned char)value;
    }
    return n == 4 && s.p[s.n - 1] != '.';
}

static bool v6_parse(struct sv s, unsigned char *out)
{
    char text[INET6_ADDRSTRLEN + 1];
    size_t zone = sv_find_char(s, '%', 0);
    if (zone != SIZE_MAX && zone + 1 < s.n)
        s = sv_slice(s, 0, zone);
    if (!s.n || s.n >= sizeof text || memchr(s.p, 0, s.n))
        return false;
    memcpy(text, s.p, s.n);
    text[s.n] = '\0';
    return inet_pton(AF_INET6, text, out) == 1;
}

static void apply_mask(struct ip *ip)
{
    unsigned bytes = ip->v6 ? 16 : 4;
    for (unsigned i = 0; i < bytes; i++) {
        unsigned from = i * 8, keep = ip->prefix <= from ? 0 : ip->prefix - from >= 8 ? 8 : ip->prefix - from;
        ip->bytes[i] &= (unsigned char)(0xff00u >> keep);
    }
}

/* "24" or "255.255.255.0" */
static bool mask_parse(struct sv s, const struct ip *ip, unsigned *out_prefix)
{
    unsigned most = ip->v6 ? 128 : 32, bits = 0;
    unsigned char mask[16];
    int64_t n;
    bool digits = s.n > 0 && !(s.n > 1 && s.p[0] == '0');
    for (size_t i = 0; i < s.n; i++)
        digits = digits && s.p[i] >= '0' && s.p[i] <= '9';
    if (digits) {
        if (!sv_to_int(s, &n) || n > most)
            return false;
        *out_prefix = (unsigned)n;
        return true;
    }
    if (ip->v6 ? !v6_parse(s, mask) : !v4_parse(s, mask))
        return false;
    while (bits < most && mask[bits / 8] & (0x80u >> bits % 8))
        bits++;
    for (unsigned i = bits; i < most; i++)
        if (mask[i / 8] & (0x80u >> i % 8))
            return false;
    *out_prefix = bits;
    return true;
}

bool ip_parse(struct sv text, struct ip *out_ip)
{
    struct ip ip = { 0 };
    size_t slash = sv_find_char(text, '/', 0);
    struct sv address = slash == SIZE_MAX ? text : sv_slice(text, 0, slash);
    bool bracketed = address.n > 2 && address.p[0] == '[' && address.p[address.n - 1] == ']';
    if (bracketed)
        address = sv_slice(address, 1, address.n - 1);
    if (!bracketed && v4_parse(address, ip.bytes))
        ip.prefix = 32;
    else if (v6_parse(address, ip.bytes))
        ip.v6 = true, ip.prefix = 128;
    else
        return false;
    if (slash != SIZE_MAX && slash + 1 < text.n) {
        if (!mask_parse(sv_slice(text, slash + 1, text.n), &ip, &ip.prefix))
            return false;
        apply_mask(&ip);
    }
    *out_ip = ip;
    return true;
}

struct sv ip_text(struct arena *a, const struct ip *ip)
{
    char text[INET6_ADDRSTRLEN];
    return inet_ntop(ip->v6 ? AF_INET6 : AF_INET, ip->bytes, text, sizeof text) ? arena_dup(a, sv_of(text)) : SV("");
}

bool ip_in(const struct ip *network, const struct ip *ip)
{
    struct ip masked = *ip;
    if (network->v6 != ip->v6)
        return false;
    masked.prefix = network->prefix < ip->prefix ? network->prefix : ip->prefix;
    if (masked.prefix < network->prefix)
        return false;
    apply_mask(&masked);
    return memcmp(masked.bytes, network->bytes, ip->v6 ? 16 : 4) == 0;
}

/* ---- functions ---- */

static struct ip address_arg(struct call *k, struct value v)
{
    struct ip ip;
    if (v.kind != V_STRING || !ip_parse(value_sv(v), &ip)) { /* the reference shows only what has the form of IPv4 */
        struct sv s = ruby_text(k->arena, v);
        bool v4 = s.n > 0;
        for (size_t i = 0; i < s.n; i++)
            v4 = v4 && (s.p[i] == '.' || (s.p[i] >= '0' && s.p[i] <= '9'));
        call_fail(k, "invalid address: %.*s", SV_ARG(v4 ? s : SV("")));
    }
    return ip;
}

static struct value fn_ip_in_range(struct call *k)
{
    struct ip ip = address_arg(k, k->args[0]);
    const struct value *ranges = k->args[1].kind == V_ARRAY ? k->args[1].items : &k->args[1];
    bool found = false;
    for (uint32_t i = 0, n = k->args[1].kind == V_ARRAY ? k->args[1].n : 1; i < n; i++) {
        struct ip range = address_arg(k, ranges[i]);
        found = found || ip_in(&range, &ip);
    }
    return value_bool(found);
}

static void enclose(struct call *k, struct list *out, struct value v)
{
    struct ip ip;
    if (v.kind == V_ARRAY) {
        for (uint32_t i = 0; i < v.n; i++)
            enclose(k, out, v.items[i]);
        return;
    }
    if (is_none(v))
        return;
    if (v.kind == V_STRING && sv_is(value_sv(v), "*"))
        ip.v6 = false;
    else if (v.kind != V_STRING || !ip_parse(value_sv(v), &ip))
        call_fail(k, "enclose_ipv6(): Wrong argument given %.*s is not an ip address.", SV_ARG(value_text(k->arena, v)));
    if (ip.v6)
        v = value_str(arena_printf(k->arena, "[%.*s]", SV_ARG(ip_text(k->arena, &ip))));
    for (uint32_t i = 0; i < out->count; i++)
        if (value_same(out->items[i], v))
            return;
    list_add(k, out, v);
}

static struct value fn_enclose_ipv6(struct call *k)
{
    struct list out = { 0 };
    if (k->count != 1)
        call_fail(k, "enclose_ipv6(): Wrong number of arguments given %u for 1", k->count);
    struct value v = old_arg(k, 0);
    if (v.kind != V_STRING && v.kind != V_ARRAY)
        call_fail(k, "enclose_ipv6(): Wrong argument type given %s expected String or Array", ruby_class(v));
    enclose(k, &out, v);
    return list_value(&out);
}

/* Is there an interface, or one whose fact KIND_INTERFACE has a value. */
static struct value interface_with(struct call *k, struct sv kind, const struct value *want)
{
    struct value v = VALUE_UNDEF;
    struct sv name;
    if (!call_variable(k, SV("interfaces"), &v) || v.kind != V_STRING)
        return value_bool(false);
    struct sv rest = value_sv(v);
    if (want && kind.n && call_variable(k, kind, &v) && value_same(v, *want))
        return value_bool(true);
    while (sv_cut(&rest, ',', &name)) {
        if (!want) {
            if (sv_eq(name, kind))
                return value_bool(true);
            continue;
        }
        struct sv fact = arena_printf(k->arena, "%.*s_%.*s", SV_ARG(kind), SV_ARG(name));
        v = VALUE_UNDEF;
        call_variable(k, fact, &v);
        if (value_same(v, *want))
            return value_bool(true);
    }
    return value_bool(false);
}

static struct value fn_has_interface_with(struct call *k)
{
    if (k->count < 1 || k->count > 2)
        call_fail(k, "has_interface_with(): Wrong number of arguments given (%u for 1 or 2)", k->count);
    struct value want = old_arg(k, 1);
    return interface_with(k, value_text(k->arena, k->args[0]), k->count > 1 ? &want : NULL);
}

static struct value has_ip(struct call *k, struct sv kind)
{
    if (k->count != 1)
        call_fail(k, "%s(): Wrong number of arguments given (%u for 1)", k->fn->name, k->count);
    struct value want = old_arg(k, 0);
    return interface_with(k, kind, &want);
}

static struct value fn_has_ip_address(struct call *k) { return has_ip(k, SV("ipaddress")); }
static struct value fn_has_ip_network(struct call *k) { return has_ip(k, SV("network")); }

const struct builtin func_ip[] = {
    { "stdlib::ip_in_range", "Callable[String, Variant[String, Array]]", "is an address in one of some networks", fn_ip_in_range, 0,
      "ipaddress range" },
    { "enclose_ipv6", TAKES_ANYTHING, "addresses, those of IPv6 in brackets", fn_enclose_ipv6, 0, NULL },
    { "has_interface_with", TAKES_ANYTHING, "has the node an interface, or one with a value", fn_has_interface_with, FN_SEES_SCOPE, NULL },
    { "has_ip_address", TAKES_ANYTHING, "has an interface this address", fn_has_ip_address, FN_SEES_SCOPE, NULL },
    { "has_ip_network", TAKES_ANYTHING, "has an interface this network", fn_has_ip_network, FN_SEES_SCOPE, NULL },
};
const size_t func_ip_count = sizeof func_ip / sizeof *func_ip;
