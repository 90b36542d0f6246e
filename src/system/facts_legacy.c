/* facts_legacy: the flat names of older manifests, taken from the structured facts. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "system/facts_internal.h"

static const struct row {
    const char *name, *path;
} rows[] = {
    { "architecture", "os.architecture" },
    { "bios_release_date", "dmi.bios.release_date" },
    { "bios_vendor", "dmi.bios.vendor" },
    { "bios_version", "dmi.bios.version" },
    { "boardassettag", "dmi.board.asset_tag" },
    { "boardmanufacturer", "dmi.board.manufacturer" },
    { "boardproductname", "dmi.board.product" },
    { "boardserialnumber", "dmi.board.serial_number" },
    { "domain", "networking.domain" },
    { "fqdn", "networking.fqdn" },
    { "gid", "identity.group" },
    { "hardwareisa", "processors.isa" },
    { "hardwaremodel", "os.hardware" },
    { "hostname", "networking.hostname" },
    { "id", "identity.user" },
    { "ipaddress", "networking.ip" },
    { "ipaddress6", "networking.ip6" },
    { "lsbdistcodename", "os.distro.codename" },
    { "lsbdistdescription", "os.distro.description" },
    { "lsbdistid", "os.distro.id" },
    { "lsbdistrelease", "os.distro.release.full" },
    { "lsbmajdistrelease", "os.distro.release.major" },
    { "lsbminordistrelease", "os.distro.release.minor" },
    { "macaddress", "networking.mac" },
    { "manufacturer", "dmi.manufacturer" },
    { "memoryfree", "memory.system.available" },
    { "memorysize", "memory.system.total" },
    { "netmask", "networking.netmask" },
    { "netmask6", "networking.netmask6" },
    { "network", "networking.network" },
    { "network6", "networking.network6" },
    { "operatingsystem", "os.name" },
    { "operatingsystemmajrelease", "os.release.major" },
    { "operatingsystemrelease", "os.release.full" },
    { "osfamily", "os.family" },
    { "physicalprocessorcount", "processors.physicalcount" },
    { "processorcount", "processors.count" },
    { "productname", "dmi.product.name" },
    { "scope6", "networking.scope6" },
    { "selinux", "os.selinux.enabled" },
    { "serialnumber", "dmi.product.serial_number" },
    { "swapfree", "memory.swap.available" },
    { "swapsize", "memory.swap.total" },
    { "uptime", "system_uptime.uptime" },
    { "uptime_days", "system_uptime.days" },
    { "uptime_hours", "system_uptime.hours" },
    { "uptime_seconds", "system_uptime.seconds" },
    { "uuid", "dmi.product.uuid" },
};

static const struct value *dig(const struct hash *h, const char *path)
{
    struct sv rest = sv_of(path), key;
    const struct value *v = NULL;
    while (h && sv_cut(&rest, '.', &key)) {
        v = hash_find_sv(h, key);
        h = v && v->kind == V_HASH ? v->h : NULL;
        if (!v)
            return NULL;
    }
    return v;
}

static void megabytes(struct facts *f, const char *name, const char *path)
{
    const struct value *v = dig(f->top, path);
    if (v)
        fact_float(f, f->top, name, (double)v->i / 1048576.0);
}

static void interfaces(struct facts *f)
{
    static const struct row per[] = { { "ipaddress", "ip" },    { "ipaddress6", "ip6" },    { "macaddress", "mac" },
                                      { "mtu", "mtu" },         { "netmask", "netmask" },   { "netmask6", "netmask6" },
                                      { "network", "network" }, { "network6", "network6" }, { "scope6", "scope6" } };
    const struct value *all = dig(f->top, "networking.interfaces");
    struct strbuf list = STRBUF_IN(f->arena);
    for (uint32_t i = 0; all && i < all->h->count; i++) {
        char *name = arena_cstr(f->arena, value_sv(all->h->pairs[i].key));
        for (char *p = name; *p; p++)
            if ((*p < '0' || *p > '9') && (*p < 'a' || *p > 'z') && (*p < 'A' || *p > 'Z'))
                *p = '_';
        strbuf_addf(&list, "%s%s", i ? "," : "", name);
        for (size_t k = 0; k < sizeof per / sizeof *per; k++) {
            const struct value *v = hash_find_sv(all->h->pairs[i].value.h, sv_of(per[k].path));
            if (v)
                hash_put_str(f->arena, f->top, arena_printf(f->arena, "%s_%s", per[k].name, name).p, *v);
        }
    }
    fact_str(f, f->top, "interfaces", strbuf_sv(&list));
}

static void disks(struct facts *f)
{
    static const struct row per[] = { { "model", "model" }, { "size", "size_bytes" }, { "vendor", "vendor" } };
    const struct value *all = dig(f->top, "disks");
    struct strbuf list = STRBUF_IN(f->arena);
    for (uint32_t i = 0; all && i < all->h->count; i++) {
        struct sv name = value_sv(all->h->pairs[i].key);
        strbuf_addf(&list, "%s%.*s", i ? "," : "", SV_ARG(name));
        for (size_t k = 0; k < sizeof per / sizeof *per; k++) {
            const struct value *v = hash_find_sv(all->h->pairs[i].value.h, sv_of(per[k].path));
            if (v)
                hash_put_str(f->arena, f->top, arena_printf(f->arena, "blockdevice_%.*s_%s", SV_ARG(name), per[k].name).p, *v);
        }
    }
    fact_str(f, f->top, "blockdevices", strbuf_sv(&list));
}

void facts_legacy(struct facts *f)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct value *v = dig(f->top, rows[i].path);
        if (v)
            hash_put_str(f->arena, f->top, rows[i].name, *v);
    }
    megabytes(f, "memorysize_mb", "memory.system.total_bytes");
    megabytes(f, "memoryfree_mb", "memory.system.available_bytes");
    megabytes(f, "swapsize_mb", "memory.swap.total_bytes");
    megabytes(f, "swapfree_mb", "memory.swap.available_bytes");
    interfaces(f);
    disks(f);
    const struct value *models = dig(f->top, "processors.models");
    for (uint32_t i = 0; models && i < models->n; i++)
        hash_put_str(f->arena, f->top, arena_printf(f->arena, "processor%u", i).p, models->items[i]);
}
