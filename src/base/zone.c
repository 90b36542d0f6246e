/* IANA time zones: TZif files (RFC 9636) and the POSIX rule in their footer, read once and kept. The process's TZ is never touched. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <stdlib.h>

#include "base/diag.h"
#include "base/fs.h"
#include "base/map.h"
#include "base/zone_rule.h"

#define DAY                  86400
#define ZONE_FILE_MAX        (1u << 20)
#define ZONE_TRANSITIONS_MAX 20000u

struct zone {
    struct sv name, footer;
    uint32_t count;
    const int64_t *at;   /* instants of change, rising */
    const uint8_t *kind; /* type from that instant on */
    struct zone_local *types;
    uint32_t type_count;
    struct zone_rule rule;
};

/* ---- the file ---- */

struct counts {
    uint32_t isut, isstd, leap, time, type, chars;
};

static uint32_t be32(const char *p)
{
    const unsigned char *u = (const unsigned char *)p;
    return (uint32_t)u[0] << 24 | (uint32_t)u[1] << 16 | (uint32_t)u[2] << 8 | u[3];
}

static int64_t be64(const char *p) { return (int64_t)((uint64_t)be32(p) << 32 | be32(p + 4)); }

static bool read_header(struct sv text, size_t at, struct counts *out_c)
{
    if (text.n < at + 44 || memcmp(text.p + at, "TZif", 4) != 0)
        return false;
    const char *p = text.p + at + 20;
    *out_c = (struct counts){ be32(p), be32(p + 4), be32(p + 8), be32(p + 12), be32(p + 16), be32(p + 20) };
    return out_c->time <= ZONE_TRANSITIONS_MAX && out_c->type >= 1 && out_c->type <= 256 && out_c->chars <= 65536 && out_c->leap <= 65536 &&
           out_c->isut <= 256 && out_c->isstd <= 256;
}

static size_t block_size(const struct counts *c, unsigned time_size)
{
    return (size_t)c->time * (time_size + 1) + (size_t)c->type * 6 + c->chars + (size_t)c->leap * (time_size + 4) + c->isstd + c->isut;
}

static bool read_block(struct arena *a, struct sv text, size_t at, const struct counts *c, unsigned time_size, struct zone *z)
{
    if (text.n < at + block_size(c, time_size))
        return false;
    const char *times = text.p + at, *kinds = times + (size_t)c->time * time_size, *types = kinds + c->time;
    const char *chars = types + (size_t)c->type * 6;
    int64_t *out_at = ARENA_ARRAY(a, int64_t, c->time + 1);
    z->types = ARENA_ARRAY(a, struct zone_local, c->type);
    for (uint32_t i = 0; i < c->time; i++) {
        out_at[i] = time_size == 8 ? be64(times + i * 8) : (int32_t)be32(times + i * 4);
        if ((unsigned char)kinds[i] >= c->type || (i > 0 && out_at[i] <= out_at[i - 1]))
            return false;
    }
    for (uint32_t i = 0; i < c->type; i++) {
        const char *t = types + (size_t)i * 6;
        uint32_t name = (unsigned char)t[5];
        if (name >= c->chars)
            return false;
        int32_t offset = (int32_t)be32(t);
        if (offset < -26 * 3600 || offset > 26 * 3600)
            return false;
        z->types[i] = (struct zone_local){ offset, t[4] != 0, sv_make(chars + name, strnlen(chars + name, c->chars - name)) };
    }
    z->at = out_at;
    z->kind = (const uint8_t *)kinds;
    z->count = c->time;
    z->type_count = c->type;
    return true;
}

static bool zone_read(struct arena *a, struct sv text, struct zone *z)
{
    struct counts c;
    if (!read_header(text, 0, &c))
        return false;
    if (text.p[4] < '2')
        return read_block(a, text, 44, &c, 4, z);
    size_t at = 44 + block_size(&c, 4);
    if (!read_header(text, at, &c) || !read_block(a, text, at + 44, &c, 8, z))
        return false;
    at += 44 + block_size(&c, 8);
    if (at < text.n && text.p[at] == '\n') {
        size_t end = sv_find_char(text, '\n', at + 1);
        if (end == SIZE_MAX)
            return false;
        z->footer = sv_slice(text, at + 1, end);
        if (z->footer.n > 0 && !zone_rule_parse(z->footer, &z->rule))
            return false;
    }
    return true;
}

/* ---- the cache ---- */

/* Zones are a part of the system, as its libraries are: read once, shared by all threads, kept until the process ends. */
static pthread_mutex_t cache_lock = PTHREAD_MUTEX_INITIALIZER;
static struct arena *cache_arena;
static struct map cache;

static bool name_is_plain(struct sv name)
{
    if (name.n == 0 || name.n > 100 || name.p[0] == '/' || name.p[0] == '.' || sv_find(name, SV(".."), 0) != SIZE_MAX)
        return false;
    for (size_t i = 0; i < name.n; i++) {
        char ch = name.p[i];
        if (!((ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9') || strchr("/_+-.", ch)) || ch == 0)
            return false;
    }
    return true;
}

static bool no_such_zone(struct sv dir, struct sv name, struct err *err)
{
    struct arena *a = arena_new(0);
    struct sv area = path_dir(name), near = SV_NONE;
    bool whole = sv_find_char(name, '/', 0) == SIZE_MAX;
    struct fs_entry *entries;
    size_t count;
    const char *folder = arena_cstr(a, whole ? dir : path_join(a, dir, area));
    if (name_is_plain(name) && fs_list(a, folder, &entries, &count, NULL)) {
        struct sv *names = ARENA_ARRAY(a, struct sv, count + 1);
        for (size_t i = 0; i < count; i++)
            names[i] = whole ? entries[i].name : path_join(a, area, entries[i].name);
        near = near_names(a, name, names, count);
    }
    if (near.n)
        err_set(err, "no time zone named '%.*s': did you mean %.*s?", SV_ARG(name), SV_ARG(near));
    else
        err_set(err, "no time zone named '%.*s': expected an IANA name such as 'Europe/Stockholm'", SV_ARG(name));
    arena_free(a);
    return false;
}

static const struct zone *zone_load(struct arena *a, struct sv dir, struct sv name, struct err *err)
{
    struct sv path = path_join(a, dir, name), text;
    const char *file = arena_cstr(a, path);
    if (!name_is_plain(name) || !fs_exists(file) || fs_is_dir(file)) {
        no_such_zone(dir, name, err);
        return NULL;
    }
    struct zone *z = ARENA_NEW(a, struct zone);
    z->name = arena_dup(a, name);
    if (!fs_read(a, file, ZONE_FILE_MAX, &text, err))
        return NULL;
    if (!zone_read(a, text, z)) {
        err_set(err, "'%s' is no time zone file", file);
        return NULL;
    }
    return z;
}

const struct zone *zone_find(struct sv name, struct err *err)
{
    const char *env = getenv("TZDIR");
    struct sv dir = env && env[0] ? sv_of(env) : SV("/usr/share/zoneinfo");
    pthread_mutex_lock(&cache_lock);
    if (!cache_arena) {
        cache_arena = arena_new(0);
        cache = map_in(cache_arena);
    }
    AUTO_STRBUF key = STRBUF_HEAP;
    strbuf_addf(&key, "%.*s\n%.*s", SV_ARG(dir), SV_ARG(name));
    struct zone *z = map_find(&cache, strbuf_sv(&key));
    if (!z) {
        /* mistakes are not remembered, so that wrong names cannot fill the memory */
        struct arena *a = arena_new(0);
        z = (struct zone *)zone_load(a, dir, name, err);
        if (z)
            map_put(&cache, arena_dup(cache_arena, strbuf_sv(&key)), z), arena_defer(cache_arena, (void (*)(void *))arena_free, a);
        else
            arena_free(a);
    }
    pthread_mutex_unlock(&cache_lock);
    return z;
}

/* ---- questions ---- */

struct sv zone_name(const struct zone *z) { return z->name; }
struct sv zone_rule(const struct zone *z) { return z->footer; }

/* How many changes happened at or before an instant. */
static uint32_t changes_before(const struct zone *z, int64_t epoch)
{
    uint32_t low = 0, high = z->count;
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        if (z->at[mid] <= epoch)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static const struct zone_local *type_at(const struct zone *z, int64_t epoch)
{
    uint32_t n = changes_before(z, epoch);
    if (n == z->count && z->rule.present)
        return zone_rule_at(&z->rule, epoch);
    return n == 0 ? &z->types[0] : &z->types[z->kind[n - 1]];
}

int32_t zone_offset(const struct zone *z, int64_t epoch, bool *out_is_dst, struct sv *out_abbreviation)
{
    const struct zone_local *t = type_at(z, epoch);
    if (out_is_dst)
        *out_is_dst = t->is_dst;
    if (out_abbreviation)
        *out_abbreviation = t->abbreviation;
    return t->offset;
}

struct local_time zone_to_local(const struct zone *z, int64_t epoch) { return local_from_seconds(epoch + type_at(z, epoch)->offset); }

bool zone_next_change(const struct zone *z, int64_t after, int64_t until, int64_t *out_at)
{
    int64_t at;
    for (uint32_t i = changes_before(z, after); i < z->count; i++) {
        if (z->at[i] > until)
            return false;
        if (type_at(z, z->at[i])->offset != type_at(z, z->at[i] - 1)->offset) {
            *out_at = z->at[i];
            return true;
        }
        after = z->at[i];
    }
    /* past the table the rule holds, from the last listed change on */
    if (!z->rule.present || !zone_rule_next(&z->rule, after, &at) || at > until)
        return false;
    *out_at = at;
    return true;
}

enum local_kind zone_to_utc(const struct zone *z, struct local_time t, int64_t *out_epoch)
{
    int64_t wall = local_to_seconds(t), at = wall - 2 * DAY, first = 0, gap = wall;
    int32_t before = type_at(z, at)->offset;
    unsigned found = 0;
    /* each stretch of one offset within two days is asked whether the wall time is in it */
    for (int64_t from = INT64_MIN;;) {
        int64_t next;
        bool more = zone_next_change(z, at, wall + 2 * DAY, &next);
        int64_t candidate = wall - before;
        if (candidate >= from && (!more || candidate < next)) {
            if (found++ == 0)
                first = candidate;
        }
        if (!more)
            break;
        int32_t after = type_at(z, next)->offset;
        if (next + before <= wall && wall < next + after)
            gap = candidate;
        from = at = next;
        before = after;
    }
    *out_epoch = found ? first : gap;
    return found == 0 ? LOCAL_GAP : found > 1 ? LOCAL_TWICE : LOCAL_UNIQUE;
}
