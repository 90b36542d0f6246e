/* facts: gathers all facts, and the helpers that resolvers use. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "system/facts_internal.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/sysinfo.h>
#include <time.h>
#include <unistd.h>

#include "base/fs.h"
#include "system/internal.h"

#define SMALL_FILE 65536

void fact_str(struct facts *f, struct hash *h, const char *key, struct sv s)
{
    if (s.n)
        hash_put_str(f->arena, h, key, value_str(s));
}

void fact_int(struct facts *f, struct hash *h, const char *key, int64_t n) { hash_put_str(f->arena, h, key, value_int(n)); }
void fact_bool(struct facts *f, struct hash *h, const char *key, bool b) { hash_put_str(f->arena, h, key, value_bool(b)); }
void fact_float(struct facts *f, struct hash *h, const char *key, double d) { hash_put_str(f->arena, h, key, value_float(d)); }

void fact_hash(struct facts *f, struct hash *h, const char *key, struct hash *sub)
{
    if (sub->count)
        hash_put_str(f->arena, h, key, value_hash(sub));
}

struct hash *fact_sub(struct facts *f, uint32_t expected) { return hash_new(f->arena, expected); }

struct sv fact_file(struct facts *f, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    const char *path = arena_vprintf(f->arena, fmt, ap).p;
    va_end(ap);
    AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return SV_NONE;
    char *text = arena_alloc(f->arena, SMALL_FILE);
    size_t n = 0;
    for (ssize_t k; n < SMALL_FILE && (k = read(fd, text + n, SMALL_FILE - n)) > 0;)
        n += (size_t)k;
    return sv_trim(sv_make(text, n));
}

struct sv fact_size(struct facts *f, uint64_t bytes)
{
    static const char *const units[] = { "bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
    double d = (double)bytes;
    size_t u = 0;
    if (bytes < 1024)
        return arena_printf(f->arena, "%u bytes", (unsigned)bytes);
    for (; d >= 1023.995 && u + 1 < sizeof units / sizeof *units; u++)
        d /= 1024;
    return arena_printf(f->arena, "%.2f %s", d, units[u]);
}

struct sv fact_line(struct sv text, const char *name, char sep)
{
    struct sv line, key = sv_of(name);
    while (sv_cut(&text, '\n', &line)) {
        if (!sv_starts(line, key))
            continue;
        size_t at = sv_find_char(line, sep, key.n);
        if (at == SIZE_MAX || sv_trim(sv_slice(line, key.n, at)).n)
            continue;
        struct sv v = sv_trim(sv_slice(line, at + 1, line.n));
        if (v.n >= 2 && (v.p[0] == '"' || v.p[0] == '\'') && v.p[v.n - 1] == v.p[0])
            v = sv_slice(v, 1, v.n - 1);
        return v;
    }
    return SV_NONE;
}

static void facts_identity(struct facts *f)
{
    struct run names = { .arena = f->arena };
    struct hash *h = fact_sub(f, 5);
    fact_int(f, h, "gid", getegid());
    fact_str(f, h, "group", account_group_name(&names, getegid()));
    fact_bool(f, h, "privileged", geteuid() == 0);
    fact_int(f, h, "uid", geteuid());
    fact_str(f, h, "user", account_user_name(&names, geteuid()));
    fact_hash(f, f->top, "identity", h);
}

static void facts_time(struct facts *f)
{
    struct sysinfo si;
    time_t now = time(NULL);
    struct tm tm;
    char zone[32] = "";
    if (localtime_r(&now, &tm) && strftime(zone, sizeof zone, "%Z", &tm))
        fact_str(f, f->top, "timezone", arena_dup(f->arena, sv_of(zone)));
    double load[3];
    if (getloadavg(load, 3) == 3) {
        struct hash *h = fact_sub(f, 3);
        fact_float(f, h, "15m", load[2]);
        fact_float(f, h, "1m", load[0]);
        fact_float(f, h, "5m", load[1]);
        fact_hash(f, f->top, "load_averages", h);
    }
    if (sysinfo(&si) < 0)
        return;
    long days = si.uptime / 86400, hours = si.uptime / 3600 % 24, minutes = si.uptime / 60 % 60;
    struct hash *h = fact_sub(f, 4);
    fact_int(f, h, "days", days);
    fact_int(f, h, "hours", si.uptime / 3600);
    fact_int(f, h, "seconds", si.uptime);
    fact_str(f, h, "uptime",
             days == 0   ? arena_printf(f->arena, "%ld:%02ld hours", hours, minutes)
             : days == 1 ? SV("1 day")
                         : arena_printf(f->arena, "%ld days", days));
    fact_hash(f, f->top, "system_uptime", h);
}

struct value facts_collect(struct arena *a)
{
    static const char *const folders[] = { "/opt/puppetlabs/facter/facts.d", "/etc/puppetlabs/facter/facts.d", "/etc/facter/facts.d" };
    struct facts f = { .arena = a, .top = hash_new(a, 128) };
    facts_os(&f);
    facts_network(&f);
    facts_hardware(&f);
    facts_storage(&f);
    facts_virtual(&f);
    facts_identity(&f);
    facts_time(&f);
    facts_ssh(&f);
    const char *path = getenv("PATH");
    if (path)
        fact_str(&f, f.top, "path", arena_dup(a, sv_of(path)));
    /* The versions whose facts and language these are: modules ask before they use a feature. */
    fact_str(&f, f.top, "facterversion", SV("4.3.0"));
    fact_str(&f, f.top, "puppetversion", SV("7.23.0"));
    facts_legacy(&f);
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        facts_external(&f, folders[i]);
    return value_hash(f.top);
}
