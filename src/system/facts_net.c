/* facts_net: names, interfaces and addresses, without asking any name server. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netpacket/packet.h>
#include <stdio.h>
#include <unistd.h>

#include "system/facts_internal.h"
#include "system/internal.h"

#define INTERFACES_MOST 1024

struct interface {
    struct sv name;
    struct hash *fact;
    struct value bindings[64], bindings6[64];
    uint32_t count, count6;
};

struct table {
    struct interface *items;
    uint32_t count;
    size_t cap;
};

static struct interface *interface_of(struct facts *f, struct table *t, const char *name)
{
    for (uint32_t i = 0; i < t->count; i++)
        if (sv_is(t->items[i].name, name))
            return &t->items[i];
    struct interface in = { .name = arena_dup(f->arena, sv_of(name)), .fact = fact_sub(f, 12) };
    ARENA_PUSH(f->arena, t->items, t->count, t->cap, in);
    return &t->items[t->count - 1];
}

static struct sv address_text(struct facts *f, int family, const void *address)
{
    char text[INET6_ADDRSTRLEN] = "";
    return inet_ntop(family, address, text, sizeof text) ? arena_dup(f->arena, sv_of(text)) : SV_NONE;
}

static void add_v4(struct facts *f, struct interface *in, const struct ifaddrs *i)
{
    const struct in_addr *ip = &((const struct sockaddr_in *)i->ifa_addr)->sin_addr;
    struct hash *b = fact_sub(f, 3);
    fact_str(f, b, "address", address_text(f, AF_INET, ip));
    if (i->ifa_netmask) {
        const struct in_addr *mask = &((const struct sockaddr_in *)i->ifa_netmask)->sin_addr;
        struct in_addr net = { ip->s_addr & mask->s_addr };
        fact_str(f, b, "netmask", address_text(f, AF_INET, mask));
        fact_str(f, b, "network", address_text(f, AF_INET, &net));
    }
    if (in->count < 64)
        in->bindings[in->count++] = value_hash(b);
}

/* /proc/net/if_inet6: address, index, prefix, scope, flags, name, in hexadecimal. */
static void flags_v6(struct facts *f, struct hash *b, const struct in6_addr *ip, struct sv table)
{
    static const struct {
        unsigned bit;
        const char *name;
    } names[] = { { 1, "temporary" },    { 2, "noad" },        { 4, "optimistic" }, { 8, "dadfailed" },
                  { 16, "homeaddress" }, { 32, "deprecated" }, { 64, "tentative" }, { 128, "permanent" } };
    struct strbuf hex = STRBUF_IN(f->arena);
    for (int i = 0; i < 16; i++)
        strbuf_addf(&hex, "%02x", ip->s6_addr[i]);
    struct sv line;
    while (sv_cut(&table, '\n', &line)) {
        if (!sv_starts(line, strbuf_sv(&hex)))
            continue;
        unsigned index, prefix, scope, flags;
        if (sscanf(arena_cstr(f->arena, sv_slice(line, 32, line.n)), " %x %x %x %x", &index, &prefix, &scope, &flags) != 4)
            return;
        struct value *list = ARENA_ARRAY(f->arena, struct value, 8);
        uint32_t n = 0;
        for (size_t i = 0; i < 8; i++)
            if (flags & names[i].bit)
                list[n++] = value_str(sv_of(names[i].name));
        fact_str(f, b, "scope6",
                 scope == 0      ? SV("global")
                 : scope == 0x10 ? SV("host")
                 : scope == 0x20 ? SV("link")
                 : scope == 0x40 ? SV("site")
                                 : SV("unknown"));
        hash_put_str(f->arena, b, "flags", value_array(list, n));
        return;
    }
}

static void add_v6(struct facts *f, struct interface *in, const struct ifaddrs *i, struct sv table)
{
    const struct in6_addr *ip = &((const struct sockaddr_in6 *)i->ifa_addr)->sin6_addr;
    struct hash *b = fact_sub(f, 5);
    fact_str(f, b, "address", address_text(f, AF_INET6, ip));
    if (i->ifa_netmask) {
        const struct in6_addr *mask = &((const struct sockaddr_in6 *)i->ifa_netmask)->sin6_addr;
        struct in6_addr net;
        for (int k = 0; k < 16; k++)
            net.s6_addr[k] = ip->s6_addr[k] & mask->s6_addr[k];
        fact_str(f, b, "netmask", address_text(f, AF_INET6, mask));
        fact_str(f, b, "network", address_text(f, AF_INET6, &net));
    }
    flags_v6(f, b, ip, table);
    if (in->count6 < 64)
        in->bindings6[in->count6++] = value_hash(b);
}

static void copy(struct facts *f, struct hash *to, const char *as, const struct hash *from, const char *key)
{
    const struct value *v = hash_find_sv(from, sv_of(key));
    if (v)
        hash_put_str(f->arena, to, as, *v);
}

/* The address that stands for the interface: the first that is not local to the link. */
static const struct hash *main_binding(const struct value *list, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        const struct value *ip = hash_find_sv(list[i].h, SV("address"));
        if (ip && !sv_starts(value_sv(*ip), SV("fe80:")) && !sv_starts(value_sv(*ip), SV("169.254.")))
            return list[i].h;
    }
    return count ? list[0].h : NULL;
}

static void finish(struct facts *f, struct interface *in)
{
    const struct hash *v4 = main_binding(in->bindings, in->count), *v6 = main_binding(in->bindings6, in->count6);
    int64_t mtu;
    if (in->count)
        hash_put_str(f->arena, in->fact, "bindings",
                     value_array(memcpy(arena_alloc(f->arena, sizeof in->bindings), in->bindings, sizeof in->bindings), in->count));
    if (in->count6)
        hash_put_str(f->arena, in->fact, "bindings6",
                     value_array(memcpy(arena_alloc(f->arena, sizeof in->bindings6), in->bindings6, sizeof in->bindings6), in->count6));
    if (v4) {
        copy(f, in->fact, "ip", v4, "address");
        copy(f, in->fact, "netmask", v4, "netmask");
        copy(f, in->fact, "network", v4, "network");
    }
    if (v6) {
        copy(f, in->fact, "ip6", v6, "address");
        copy(f, in->fact, "netmask6", v6, "netmask");
        copy(f, in->fact, "network6", v6, "network");
        copy(f, in->fact, "scope6", v6, "scope6");
    }
    if (sv_to_int(fact_file(f, "/sys/class/net/%.*s/mtu", SV_ARG(in->name)), &mtu))
        fact_int(f, in->fact, "mtu", mtu);
}

static void add_mac(struct facts *f, struct interface *in, const struct sockaddr_ll *ll)
{
    static const unsigned char none[8];
    if (ll->sll_halen != 6 || memcmp(ll->sll_addr, none, 6) == 0)
        return;
    const unsigned char *m = ll->sll_addr;
    fact_str(f, in->fact, "mac", arena_printf(f->arena, "%02x:%02x:%02x:%02x:%02x:%02x", m[0], m[1], m[2], m[3], m[4], m[5]));
}

static void read_interfaces(struct facts *f, struct table *t)
{
    struct ifaddrs *list;
    if (getifaddrs(&list) < 0)
        return;
    struct sv table6 = fact_file(f, "/proc/net/if_inet6");
    for (const struct ifaddrs *i = list; i && t->count < INTERFACES_MOST; i = i->ifa_next) {
        if (!i->ifa_addr)
            continue;
        struct interface *in = interface_of(f, t, i->ifa_name);
        if (i->ifa_addr->sa_family == AF_INET)
            add_v4(f, in, i);
        else if (i->ifa_addr->sa_family == AF_INET6)
            add_v6(f, in, i, table6);
        else if (i->ifa_addr->sa_family == AF_PACKET)
            add_mac(f, in, (const struct sockaddr_ll *)i->ifa_addr);
    }
    freeifaddrs(list);
}

/* The interface of the default route; else the first with an address that is not the loopback. */
static struct interface *primary(struct facts *f, struct table *t)
{
    struct sv routes = fact_file(f, "/proc/net/route"), line, name, to;
    while (sv_cut(&routes, '\n', &line))
        if (sv_cut(&line, '\t', &name) && sv_cut(&line, '\t', &to) && sv_is(to, "00000000"))
            for (uint32_t i = 0; i < t->count; i++)
                if (sv_eq(t->items[i].name, name))
                    return &t->items[i];
    for (uint32_t i = 0; i < t->count; i++)
        if (t->items[i].count && !sv_is(t->items[i].name, "lo"))
            return &t->items[i];
    return NULL;
}

/* From /etc/hosts, then resolv.conf: a name server that does not answer must not hold up a run. */
static struct sv domain_of(struct facts *f, struct sv host)
{
    struct sv text = fact_file(f, "/etc/hosts"), line, word = SV_NONE;
    while (sv_cut(&text, '\n', &line)) {
        struct sv rest = sv_slice(line, 0, sv_find_char(line, '#', 0));
        for (size_t i = 0; i < rest.n; i++) /* the text is this function's own copy */
            if (rest.p[i] == '\t')
                ((char *)(uintptr_t)rest.p)[i] = ' ';
        while (sv_cut(&rest, ' ', &word))
            if (word.n > host.n + 1 && sv_starts(word, host) && word.p[host.n] == '.')
                return sv_slice(word, host.n + 1, word.n);
    }
    text = fact_file(f, "/etc/resolv.conf");
    struct sv domain = fact_line(text, "domain", ' ');
    if (!domain.n)
        domain = fact_line(text, "search", ' ');
    sv_cut(&domain, ' ', &word);
    return domain.p ? sv_slice(word, 0, sv_find_char(word, ' ', 0)) : SV_NONE;
}

static void names(struct facts *f, struct hash *net)
{
    char text[256] = "";
    if (gethostname(text, sizeof text - 1) < 0)
        return;
    struct sv full = arena_dup(f->arena, sv_of(text));
    size_t dot = sv_find_char(full, '.', 0);
    struct sv host = sv_slice(full, 0, dot), domain = dot == SIZE_MAX ? domain_of(f, host) : sv_slice(full, dot + 1, full.n);
    fact_str(f, net, "hostname", host);
    fact_str(f, net, "domain", domain);
    fact_str(f, net, "fqdn", domain.n ? arena_printf(f->arena, "%.*s.%.*s", SV_ARG(host), SV_ARG(domain)) : host);
}

static int by_name(const void *a, const void *b)
{
    return sv_cmp((*(struct interface *const *)a)->name, (*(struct interface *const *)b)->name);
}

void facts_network(struct facts *f)
{
    static const char *const upward[] = { "ip", "ip6", "mac", "mtu", "netmask", "netmask6", "network", "network6", "scope6" };
    struct table t = { 0 };
    struct hash *net = fact_sub(f, 16), *all = fact_sub(f, 8);
    names(f, net);
    read_interfaces(f, &t);
    struct interface **sorted = ARENA_ARRAY(f->arena, struct interface *, t.count + 1), *main = primary(f, &t);
    for (uint32_t i = 0; i < t.count; i++) {
        finish(f, &t.items[i]);
        sorted[i] = &t.items[i];
    }
    for (uint32_t i = 1; i < t.count; i++) /* few: by insertion */
        for (uint32_t k = i; k > 0 && by_name(&sorted[k - 1], &sorted[k]) > 0; k--) {
            struct interface *swap = sorted[k];
            sorted[k] = sorted[k - 1];
            sorted[k - 1] = swap;
        }
    for (uint32_t i = 0; i < t.count; i++)
        fact_hash(f, all, sorted[i]->name.p, sorted[i]->fact);
    fact_hash(f, net, "interfaces", all);
    if (main) {
        for (size_t i = 0; i < sizeof upward / sizeof *upward; i++)
            copy(f, net, upward[i], main->fact, upward[i]);
        fact_str(f, net, "primary", main->name);
    }
    fact_hash(f, f->top, "networking", net);
}
