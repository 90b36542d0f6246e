/* facts_hw: processors, memory, what the firmware says, and whether the machine is virtual. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <unistd.h>
#if defined __x86_64__ || defined __i386__
#include <cpuid.h>
#endif

#include "base/fs.h"
#include "system/facts_internal.h"

#define PROCESSORS_MOST 4096
#define CPUINFO_MOST    (16u << 20)

static int64_t number_at(struct sv s)
{
    int64_t n = 0;
    struct sv head = s;
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9') {
            head = sv_slice(s, 0, i);
            break;
        }
    return sv_to_int(head, &n) ? n : 0;
}

static void processors(struct facts *f)
{
    struct sv text, line, models[PROCESSORS_MOST];
    struct err ignored;
    uint32_t count = 0, model_count = 0;
    uint64_t sockets[16] = { 0 }; /* a bit for each physical id */
    int64_t siblings = 0, cores = 0;
    double mhz = 0;
    if (!fs_read(f->arena, "/proc/cpuinfo", CPUINFO_MOST, &text, &ignored))
        return;
    while (sv_cut(&text, '\n', &line)) {
        struct sv value = sv_trim(sv_slice(line, sv_find_char(line, ':', 0) + 1, line.n));
        if (sv_find_char(line, ':', 0) == SIZE_MAX)
            continue;
        if (sv_starts(line, SV("processor\t")))
            count++;
        else if (sv_starts(line, SV("model name")) && model_count < PROCESSORS_MOST)
            models[model_count++] = value;
        else if (sv_starts(line, SV("physical id")))
            sockets[number_at(value) / 64 % 16] |= 1ull << (number_at(value) % 64);
        else if (sv_starts(line, SV("siblings")))
            siblings = number_at(value);
        else if (sv_starts(line, SV("cpu cores")))
            cores = number_at(value);
        else if (sv_starts(line, SV("cpu MHz")) && mhz == 0)
            mhz = strtod(arena_cstr(f->arena, value), NULL);
    }
    int physical = 0;
    for (size_t i = 0; i < 16; i++)
        physical += __builtin_popcountll(sockets[i]);
    struct hash *h = fact_sub(f, 8);
    struct value *list = ARENA_ARRAY(f->arena, struct value, model_count + 1);
    for (uint32_t i = 0; i < model_count; i++)
        list[i] = value_str(models[i]);
    if (cores)
        fact_int(f, h, "cores", cores);
    fact_int(f, h, "count", count);
    fact_str(f, h, "isa", SV("unknown")); /* as uname -p on Debian */
    hash_put_str(f->arena, h, "models", value_array(list, model_count));
    fact_int(f, h, "physicalcount", physical ? physical : 1);
    if (mhz > 0)
        fact_str(f, h, "speed", arena_printf(f->arena, mhz >= 1000 ? "%.2f GHz" : "%.2f MHz", mhz >= 1000 ? mhz / 1000 : mhz));
    if (cores && siblings)
        fact_int(f, h, "threads", siblings / cores);
    fact_hash(f, f->top, "processors", h);
}

static struct hash *memory_part(struct facts *f, uint64_t total, uint64_t available)
{
    struct hash *h = fact_sub(f, 7);
    uint64_t used = total - available;
    fact_str(f, h, "available", fact_size(f, available));
    fact_int(f, h, "available_bytes", (int64_t)available);
    fact_str(f, h, "capacity", arena_printf(f->arena, "%.2f%%", 100.0 * (double)used / (double)total));
    fact_str(f, h, "total", fact_size(f, total));
    fact_int(f, h, "total_bytes", (int64_t)total);
    fact_str(f, h, "used", fact_size(f, used));
    fact_int(f, h, "used_bytes", (int64_t)used);
    return h;
}

static uint64_t meminfo(struct sv text, const char *name) { return (uint64_t)number_at(fact_line(text, name, ':')) * 1024; }

static void memory(struct facts *f)
{
    struct sv text = fact_file(f, "/proc/meminfo");
    uint64_t total = meminfo(text, "MemTotal"), swap = meminfo(text, "SwapTotal");
    struct hash *h = fact_sub(f, 2);
    if (total)
        fact_hash(f, h, "system", memory_part(f, total, meminfo(text, "MemAvailable")));
    if (swap)
        fact_hash(f, h, "swap", memory_part(f, swap, meminfo(text, "SwapFree")));
    fact_hash(f, f->top, "memory", h);
}

static void firmware(struct facts *f)
{
    static const struct {
        const char *group, *key, *file;
    } rows[] = { { "bios", "release_date", "bios_date" },
                 { "bios", "vendor", "bios_vendor" },
                 { "bios", "version", "bios_version" },
                 { "board", "asset_tag", "board_asset_tag" },
                 { "board", "manufacturer", "board_vendor" },
                 { "board", "product", "board_name" },
                 { "board", "serial_number", "board_serial" },
                 { "chassis", "asset_tag", "chassis_asset_tag" },
                 { NULL, "manufacturer", "sys_vendor" },
                 { "product", "name", "product_name" },
                 { "product", "serial_number", "product_serial" },
                 { "product", "uuid", "product_uuid" } };
    static const char *const groups[] = { "bios", "board", "chassis", "product" };
    struct hash *dmi = fact_sub(f, 6), *sub[4];
    for (size_t g = 0; g < 4; g++)
        sub[g] = fact_sub(f, 4);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct hash *to = dmi;
        for (size_t g = 0; g < 4 && rows[i].group; g++)
            if (strcmp(groups[g], rows[i].group) == 0)
                to = sub[g];
        fact_str(f, to, rows[i].key, fact_file(f, "/sys/class/dmi/id/%s", rows[i].file));
    }
    for (size_t g = 0; g < 4; g++)
        fact_hash(f, dmi, groups[g], sub[g]);
    fact_hash(f, f->top, "dmi", dmi);
}

void facts_hardware(struct facts *f)
{
    processors(f);
    memory(f);
    firmware(f);
}

/* --- virtual --- */

static const char *container(struct facts *f)
{
    struct sv env = fact_file(f, "/proc/1/environ"), item;
    while (sv_cut(&env, '\0', &item))
        if (sv_starts(item, SV("container=")))
            return sv_is(item, "container=systemd-nspawn") ? "systemd_nspawn" : arena_cstr(f->arena, sv_slice(item, 10, item.n));
    if (fs_exists("/.dockerenv"))
        return "docker";
    if (fs_exists("/run/.containerenv"))
        return "podman";
    if (fs_is_dir("/proc/vz") && !fs_is_dir("/proc/bc"))
        return "openvzve";
    return NULL;
}

static const char *by_firmware(struct facts *f)
{
    static const struct {
        const char *mark, *name;
    } rows[] = { { "VMware", "vmware" },
                 { "VirtualBox", "virtualbox" },
                 { "Google", "gce" },
                 { "Amazon EC2", "kvm" },
                 { "QEMU", "kvm" },
                 { "KVM", "kvm" },
                 { "RHEV", "rhev" },
                 { "oVirt", "ovirt" },
                 { "OpenStack", "kvm" },
                 { "Bochs", "bochs" },
                 { "Parallels", "parallels" },
                 { "HVM domU", "xenhvm" },
                 { "Virtual Machine", "hyperv" },
                 { "Xen", "xen" } };
    static const char *const files[] = { "product_name", "sys_vendor", "bios_vendor" };
    for (size_t k = 0; k < 3; k++) {
        struct sv text = fact_file(f, "/sys/class/dmi/id/%s", files[k]);
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
            if (text.n && sv_find(text, sv_of(rows[i].mark), 0) != SIZE_MAX)
                return rows[i].name;
    }
    return NULL;
}

/* What the processor says of who runs it: leaf 0x40000000, where the hypervisor bit is set. */
static const char *by_processor(void)
{
#if defined __x86_64__ || defined __i386__
    static const struct {
        const char *mark, *name;
    } rows[] = { { "KVMKVMKVM", "kvm" },           { "VMwareVMware", "vmware" }, { "Microsoft Hv", "hyperv" }, { "XenVMMXenVMM", "xenhvm" },
                 { "VBoxVBoxVBox", "virtualbox" }, { "TCGTCGTCGTCG", "kvm" },    { "bhyve bhyve ", "bhyve" } };
    unsigned a, b, c, d, vendor[4] = { 0 };
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & (1u << 31)))
        return NULL;
    __cpuid(0x40000000, a, vendor[0], vendor[1], vendor[2]);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (memcmp(vendor, rows[i].mark, strlen(rows[i].mark)) == 0)
            return rows[i].name;
#endif
    return NULL;
}

void facts_virtual(struct facts *f)
{
    const char *name = container(f);
    if (!name)
        name = by_firmware(f);
    if (!name)
        name = by_processor();
    fact_str(f, f->top, "virtual", sv_of(name ? name : "physical"));
    fact_bool(f, f->top, "is_virtual", name != NULL);
}
