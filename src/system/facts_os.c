/* facts_os: the distribution, the kernel, security modes, and host keys. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/hash.h"
#include "system/facts_internal.h"
#include "system/internal.h"

static const struct distro {
    const char *id, *name, *family;
} distros[] = {
    { "debian", "Debian", "Debian" },
    { "ubuntu", "Ubuntu", "Debian" },
    { "raspbian", "Raspbian", "Debian" },
    { "linuxmint", "LinuxMint", "Debian" },
    { "devuan", "Devuan", "Debian" },
    { "kali", "Kali", "Debian" },
    { "rhel", "RedHat", "RedHat" },
    { "centos", "CentOS", "RedHat" },
    { "fedora", "Fedora", "RedHat" },
    { "rocky", "Rocky", "RedHat" },
    { "almalinux", "AlmaLinux", "RedHat" },
    { "ol", "OracleLinux", "RedHat" },
    { "amzn", "Amazon", "RedHat" },
    { "sles", "SLES", "Suse" },
    { "sled", "SLED", "Suse" },
    { "opensuse-leap", "openSUSE", "Suse" },
    { "opensuse-tumbleweed", "openSUSE", "Suse" },
    { "arch", "Archlinux", "Archlinux" },
    { "manjaro", "ManjaroLinux", "Archlinux" },
    { "gentoo", "Gentoo", "Gentoo" },
    { "alpine", "Alpine", "Alpine" },
};

static const struct distro *distro_of(struct facts *f, struct sv release)
{
    struct sv id = fact_line(release, "ID", '=');
    for (size_t i = 0; i < sizeof distros / sizeof *distros; i++)
        if (sv_is(id, distros[i].id))
            return &distros[i];
    struct distro *d = ARENA_NEW(f->arena, struct distro); /* unknown: like its relatives, under its own name */
    *d = (struct distro){ "", id.n ? arena_cstr(f->arena, id) : "Linux", "Linux" };
    struct sv like = fact_line(release, "ID_LIKE", '='), word;
    while (sv_cut(&like, ' ', &word))
        for (size_t i = 0; i < sizeof distros / sizeof *distros; i++)
            if (sv_is(word, distros[i].id)) {
                d->family = distros[i].family;
                return d;
            }
    return d;
}

/* "12.11" -> full 12.11, major 12, minor 11. Ubuntu counts 22.04 as major. */
static struct hash *release_hash(struct facts *f, struct sv full, bool ubuntu)
{
    struct hash *h = fact_sub(f, 3);
    fact_str(f, h, "full", full);
    size_t dot = sv_find_char(full, '.', 0);
    fact_str(f, h, "major", ubuntu || dot == SIZE_MAX ? full : sv_slice(full, 0, dot));
    if (!ubuntu && dot != SIZE_MAX) {
        size_t next = sv_find_char(full, '.', dot + 1);
        fact_str(f, h, "minor", sv_slice(full, dot + 1, next));
    }
    return h;
}

static struct sv architecture(const char *machine, const char *family)
{
    if (strcmp(family, "Debian") != 0)
        return sv_of(machine);
    if (strcmp(machine, "x86_64") == 0)
        return SV("amd64");
    return machine[0] == 'i' && strcmp(machine + 2, "86") == 0 ? SV("i386") : sv_of(machine);
}

static void os_hash(struct facts *f, const char *machine)
{
    struct sv text = fact_file(f, "/etc/os-release");
    if (!text.p)
        text = fact_file(f, "/usr/lib/os-release");
    const struct distro *d = distro_of(f, text);
    struct sv full = fact_line(text, "VERSION_ID", '='), debian = fact_file(f, "/etc/debian_version");
    if (strcmp(d->name, "Debian") == 0 && debian.n)
        full = debian;
    bool ubuntu = strcmp(d->name, "Ubuntu") == 0;
    struct hash *os = fact_sub(f, 8), *distro = fact_sub(f, 4), *selinux = fact_sub(f, 1);
    fact_str(f, os, "architecture", architecture(machine, d->family));
    fact_str(f, distro, "codename", fact_line(text, "VERSION_CODENAME", '='));
    fact_str(f, distro, "description", fact_line(text, "PRETTY_NAME", '='));
    fact_str(f, distro, "id", sv_of(d->name));
    fact_hash(f, distro, "release", release_hash(f, full, ubuntu));
    fact_hash(f, os, "distro", distro);
    fact_str(f, os, "family", sv_of(d->family));
    fact_str(f, os, "hardware", sv_of(machine));
    fact_str(f, os, "name", sv_of(d->name));
    fact_hash(f, os, "release", release_hash(f, full, ubuntu));
    fact_bool(f, selinux, "enabled", fs_exists("/sys/fs/selinux/enforce"));
    fact_hash(f, os, "selinux", selinux);
    fact_hash(f, f->top, "os", os);
}

static struct sv version_head(struct sv s, int parts)
{
    for (size_t i = 0; i < s.n; i++)
        if ((s.p[i] < '0' || s.p[i] > '9') && (s.p[i] != '.' || --parts == 0))
            return sv_slice(s, 0, i);
    return s;
}

static void facts_filesystems(struct facts *f)
{
    struct sv text = fact_file(f, "/proc/filesystems"), line, names[64];
    uint32_t n = 0;
    while (sv_cut(&text, '\n', &line) && n < 64) {
        struct sv name = sv_trim(line);
        if (name.n && !sv_starts(line, SV("nodev")) && !sv_is(name, "fuseblk"))
            names[n++] = name;
    }
    sort_texts(names, n);
    struct strbuf b = STRBUF_IN(f->arena);
    for (uint32_t i = 0; i < n; i++)
        strbuf_addf(&b, "%s%.*s", i ? "," : "", SV_ARG(names[i]));
    fact_str(f, f->top, "filesystems", strbuf_sv(&b));
}

void facts_os(struct facts *f)
{
    struct utsname u;
    if (uname(&u) < 0)
        return;
    struct sv release = arena_dup(f->arena, sv_of(u.release));
    os_hash(f, arena_dup(f->arena, sv_of(u.machine)).p);
    fact_str(f, f->top, "kernel", arena_dup(f->arena, sv_of(u.sysname)));
    fact_str(f, f->top, "kernelmajversion", version_head(release, 2));
    fact_str(f, f->top, "kernelrelease", release);
    fact_str(f, f->top, "kernelversion", version_head(release, 3));
    fact_bool(f, f->top, "fips_enabled", sv_is(fact_file(f, "/proc/sys/crypto/fips_enabled"), "1"));
    facts_filesystems(f);
}

/* --- ssh host keys --- */

void facts_ssh(struct facts *f)
{
    static const struct {
        const char *name, *fact;
        int number; /* of RFC 4255 and its successors */
    } kinds[] = { { "dsa", "dsa", 2 }, { "rsa", "rsa", 1 }, { "ecdsa", "ecdsa", 3 }, { "ed25519", "ed25519", 4 } };
    struct hash *all = fact_sub(f, 4);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct sv text = fact_file(f, "/etc/ssh/ssh_host_%s_key.pub", kinds[i].name), type, key, raw;
        if (!sv_cut(&text, ' ', &type) || !sv_cut(&text, ' ', &key) || !base64_decode(f->arena, key, &raw))
            continue;
        struct hash *h = fact_sub(f, 3), *prints = fact_sub(f, 2);
        struct sv sha1 = arena_printf(f->arena, "SSHFP %d 1 %.*s", kinds[i].number, SV_ARG(digest_hex(f->arena, DIGEST_SHA1, raw)));
        struct sv sha256 = arena_printf(f->arena, "SSHFP %d 2 %.*s", kinds[i].number, SV_ARG(digest_hex(f->arena, DIGEST_SHA256, raw)));
        fact_str(f, prints, "sha1", sha1);
        fact_str(f, prints, "sha256", sha256);
        fact_hash(f, h, "fingerprints", prints);
        fact_str(f, h, "key", key);
        fact_str(f, h, "type", type);
        fact_hash(f, all, kinds[i].fact, h);
        fact_str(f, f->top, arena_printf(f->arena, "ssh%skey", kinds[i].name).p, key);
        fact_str(f, f->top, arena_printf(f->arena, "sshfp_%s", kinds[i].name).p,
                 arena_printf(f->arena, "%.*s\n%.*s", SV_ARG(sha1), SV_ARG(sha256)));
    }
    fact_hash(f, f->top, "ssh", all);
}
