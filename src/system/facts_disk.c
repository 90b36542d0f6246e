/* facts_disk: disks, partitions and mount points. File systems over the network are named, never asked: their server may be away. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/fs.h"
#include "system/facts_internal.h"

#define MOUNTS_MOST  4096
#define MOUNTS_BYTES (8u << 20)

static bool is_remote(struct sv type)
{
    static const char *const remote[] = { "nfs", "nfs4", "cifs",  "smb3",  "smbfs", "ceph",   "glusterfs", "lustre",
                                          "afs", "9p",   "ncpfs", "ocfs2", "gfs2",  "autofs", "davfs" };
    for (size_t i = 0; i < sizeof remote / sizeof *remote; i++)
        if (sv_is(type, remote[i]))
            return true;
    return sv_starts(type, SV("fuse"));
}

/* "\040" in the mount table is a blank. */
static struct sv unescape(struct facts *f, struct sv s)
{
    struct strbuf b = STRBUF_IN(f->arena);
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] == '\\' && i + 3 < s.n && s.p[i + 1] >= '0' && s.p[i + 1] <= '3') {
            strbuf_addc(&b, (char)((s.p[i + 1] - '0') * 64 + (s.p[i + 2] - '0') * 8 + (s.p[i + 3] - '0')));
            i += 3;
        } else {
            strbuf_addc(&b, s.p[i]);
        }
    return strbuf_sv(&b);
}

static void sizes(struct facts *f, struct hash *h, const char *path)
{
    struct statvfs st;
    if (statvfs(path, &st) < 0)
        return;
    uint64_t size = (uint64_t)st.f_blocks * st.f_frsize, free_bytes = (uint64_t)st.f_bavail * st.f_frsize;
    uint64_t used = size - (uint64_t)st.f_bfree * st.f_frsize;
    double whole = (double)(used + free_bytes);
    fact_str(f, h, "available", fact_size(f, free_bytes));
    fact_int(f, h, "available_bytes", (int64_t)free_bytes);
    fact_str(f, h, "capacity", whole > 0 && used > 0 ? arena_printf(f->arena, "%.2f%%", 100.0 * (double)used / whole) : SV("0%"));
    fact_str(f, h, "size", fact_size(f, size));
    fact_int(f, h, "size_bytes", (int64_t)size);
    fact_str(f, h, "used", fact_size(f, used));
    fact_int(f, h, "used_bytes", (int64_t)used);
}

static struct value options_of(struct facts *f, struct sv text)
{
    struct value list[128];
    uint32_t n = 0;
    struct sv piece;
    while (n < 128 && sv_cut(&text, ',', &piece))
        list[n++] = value_str(piece);
    return value_array(memcpy(arena_alloc(f->arena, sizeof list[0] * (n + 1)), list, sizeof list[0] * n), n);
}

static void mounts(struct facts *f)
{
    struct sv text, line, device, path, type, options;
    struct err ignored;
    struct hash *all = fact_sub(f, 16);
    if (!fs_read(f->arena, "/proc/self/mounts", MOUNTS_BYTES, &text, &ignored))
        return;
    while (all->count < MOUNTS_MOST && sv_cut(&text, '\n', &line)) {
        if (!sv_cut(&line, ' ', &device) || !sv_cut(&line, ' ', &path) || !sv_cut(&line, ' ', &type) || !sv_cut(&line, ' ', &options))
            continue;
        bool kernel = sv_starts(path, SV("/proc")) || sv_starts(path, SV("/sys"));
        if ((kernel && !sv_is(type, "tmpfs")) || sv_is(type, "autofs"))
            continue;
        struct hash *h = fact_sub(f, 10);
        struct sv name = unescape(f, path);
        if (!is_remote(type))
            sizes(f, h, arena_cstr(f->arena, name));
        fact_str(f, h, "device", unescape(f, device));
        fact_str(f, h, "filesystem", type);
        hash_put_str(f->arena, h, "options", options_of(f, options));
        hash_put(f->arena, all, value_str(name), value_hash(h));
    }
    fact_hash(f, f->top, "mountpoints", all);
}

static void partition(struct facts *f, struct hash *all, struct sv disk, struct sv name)
{
    int64_t sectors;
    if (!fs_exists(arena_printf(f->arena, "/sys/block/%.*s/%.*s/partition", SV_ARG(disk), SV_ARG(name)).p) ||
        !sv_to_int(fact_file(f, "/sys/block/%.*s/%.*s/size", SV_ARG(disk), SV_ARG(name)), &sectors))
        return;
    struct hash *h = fact_sub(f, 3);
    struct sv dev = arena_printf(f->arena, "/dev/%.*s", SV_ARG(name));
    const struct value *mounted = hash_find_sv(f->top, SV("mountpoints"));
    for (uint32_t i = 0; mounted && i < mounted->h->count; i++) {
        const struct value *of = hash_find_sv(mounted->h->pairs[i].value.h, SV("device"));
        if (of && sv_eq(value_sv(*of), dev)) {
            fact_str(f, h, "mount", value_sv(mounted->h->pairs[i].key));
            break;
        }
    }
    fact_str(f, h, "size", fact_size(f, (uint64_t)sectors * 512));
    fact_int(f, h, "size_bytes", sectors * 512);
    fact_hash(f, all, dev.p, h);
}

static void disk(struct facts *f, struct hash *disks, struct hash *parts, struct sv name)
{
    static const struct {
        const char *key, *file;
    } rows[] = { { "model", "device/model" }, { "serial", "device/serial" }, { "vendor", "device/vendor" }, { "wwn", "device/wwid" } };
    const char *n = arena_cstr(f->arena, name);
    if (!fs_exists(arena_printf(f->arena, "/sys/block/%s/device", n).p))
        return; /* loop, ram, dm: made of others */
    int64_t sectors;
    struct hash *h = fact_sub(f, 7);
    if (sv_to_int(fact_file(f, "/sys/block/%s/size", n), &sectors)) {
        fact_str(f, h, "size", fact_size(f, (uint64_t)sectors * 512));
        fact_int(f, h, "size_bytes", sectors * 512);
    }
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        fact_str(f, h, rows[i].key, fact_file(f, "/sys/block/%s/%s", n, rows[i].file));
    struct sv spins = fact_file(f, "/sys/block/%s/queue/rotational", n);
    if (spins.n)
        fact_str(f, h, "type", sv_is(spins, "1") ? SV("hdd") : SV("ssd"));
    fact_hash(f, disks, n, h);
    struct fs_entry *in;
    size_t count;
    struct err ignored;
    if (fs_list(f->arena, arena_printf(f->arena, "/sys/block/%s", n).p, &in, &count, &ignored))
        for (size_t i = 0; i < count; i++)
            if (sv_starts(in[i].name, name))
                partition(f, parts, name, in[i].name);
}

void facts_storage(struct facts *f)
{
    struct fs_entry *list;
    size_t count = 0;
    struct err ignored;
    struct hash *disks = fact_sub(f, 4), *parts = fact_sub(f, 8);
    mounts(f);
    if (fs_list(f->arena, "/sys/block", &list, &count, &ignored))
        for (size_t i = 0; i < count; i++)
            disk(f, disks, parts, list[i].name);
    fact_hash(f, f->top, "disks", disks);
    hash_put_str(f->arena, f->top, "partitions", value_hash(parts)); /* there even where it is empty */
}
