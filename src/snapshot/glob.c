/* glob: shell patterns over a source tree, as Ruby's Dir.glob has them: * ? [..] {a,b} and ** for any folders. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <fnmatch.h>
#include <stdlib.h>

#include "snapshot/internal.h"

enum { MAX_DEPTH = 64, MAX_FOUND = 100000, MAX_BRACES = 256 };

struct globber {
    struct snapshot *s;
    struct arena *arena;
    struct sv *found;
    size_t count, cap;
    unsigned braces;
};

static bool has_magic(struct sv s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] == '*' || s.p[i] == '?' || s.p[i] == '[' || s.p[i] == '\\')
            return true;
    return false;
}

static bool segment_matches(struct globber *g, struct sv pattern, struct sv name)
{
    return fnmatch(arena_cstr(g->arena, pattern), arena_cstr(g->arena, name), FNM_PERIOD) == 0;
}

static void expand(struct globber *g, struct sv base, struct sv rest, unsigned depth);

static void expand_below(struct globber *g, struct sv base, struct sv rest, unsigned depth)
{
    struct fs_entry *entries;
    size_t count;
    if (depth > MAX_DEPTH || !g->s->tree.list(g->s->tree.ctx, g->arena, base, &entries, &count, NULL))
        return;
    for (size_t i = 0; i < count; i++)
        if (entries[i].is_dir && !entries[i].is_link && entries[i].name.p[0] != '.') /* Ruby follows no links here: they may go round */
            expand(g, path_join(g->arena, base, entries[i].name), rest, depth + 1);
}

static void expand_segment(struct globber *g, struct sv base, struct sv segment, struct sv rest, unsigned depth)
{
    struct fs_entry *entries;
    size_t count;
    if (!g->s->tree.list(g->s->tree.ctx, g->arena, base, &entries, &count, NULL))
        return;
    for (size_t i = 0; i < count; i++) {
        if (!segment_matches(g, segment, entries[i].name))
            continue;
        struct sv path = path_join(g->arena, base, entries[i].name);
        if (!rest.n)
            expand(g, path, SV_NONE, depth + 1);
        else if (entries[i].is_dir)
            expand(g, path, rest, depth + 1);
    }
}

/* base is there (or empty, for a pattern from the root); rest is the pattern below it. */
static void expand(struct globber *g, struct sv base, struct sv rest, unsigned depth)
{
    struct sv segment;
    if (depth > MAX_DEPTH || g->count >= MAX_FOUND)
        return;
    while (rest.n && rest.p[0] == '/')
        rest = sv_slice(rest, 1, rest.n);
    if (!rest.n) {
        if (g->s->tree.kind(g->s->tree.ctx, base) != TREE_ABSENT)
            ARENA_PUSH(g->arena, g->found, g->count, g->cap, base);
        return;
    }
    struct sv whole = rest;
    if (!sv_cut(&rest, '/', &segment))
        return;
    if (sv_is(segment, "**") && rest.n) {
        expand(g, base, rest, depth + 1);
        expand_below(g, base, whole, depth);
    } else if (has_magic(segment)) {
        expand_segment(g, base, segment, rest, depth);
    } else {
        expand(g, path_join(g->arena, base, segment), rest, depth + 1);
    }
}

/* Where the brace that is open at `from` ends; SIZE_MAX: nowhere. */
static size_t brace_end(struct sv p, size_t from)
{
    int depth = 0;
    for (size_t i = from; i < p.n; i++) {
        depth += p.p[i] == '{';
        depth -= p.p[i] == '}';
        if (depth == 0)
            return i;
    }
    return SIZE_MAX;
}

/* "a{b,c}d" is "abd" and then "acd". */
static void expand_braces(struct globber *g, struct sv pattern)
{
    size_t open = sv_find_char(pattern, '{', 0), close = open == SIZE_MAX ? SIZE_MAX : brace_end(pattern, open);
    if (++g->braces > MAX_BRACES)
        return;
    if (close == SIZE_MAX) {
        bool absolute = pattern.n && pattern.p[0] == '/';
        expand(g, absolute ? SV("/") : SV("."), pattern, 0);
        return;
    }
    int depth = 0;
    for (size_t from = open + 1, i = from; i <= close; i++) {
        depth += pattern.p[i] == '{';
        if (depth == 0 && (pattern.p[i] == ',' || i == close)) {
            expand_braces(g, arena_printf(g->arena, "%.*s%.*s%.*s", (int)open, pattern.p, (int)(i - from), pattern.p + from,
                                          (int)(pattern.n - close - 1), pattern.p + close + 1));
            from = i + 1;
        }
        depth -= pattern.p[i] == '}' && i != close;
    }
}

static int by_name(const void *x, const void *y) { return sv_cmp(*(const struct sv *)x, *(const struct sv *)y); }

struct found_names {
    const struct sv *names;
    uint32_t count;
};

static void *make_glob(void *ctx, struct sv pattern, struct arena *a)
{
    struct globber g = { .s = ctx, .arena = a };
    struct found_names *out = ARENA_NEW(a, struct found_names);
    if (!memchr(pattern.p, 0, pattern.n))
        expand_braces(&g, pattern);
    if (g.count)
        qsort(g.found, g.count, sizeof *g.found, by_name);
    size_t kept = 0;
    for (size_t i = 0; i < g.count; i++)
        if (!kept || !sv_eq(g.found[kept - 1], g.found[i]))
            g.found[kept++] = g.found[i];
    out->names = g.found;
    out->count = (uint32_t)kept;
    return out;
}

const struct sv *snapshot_glob(struct snapshot *s, struct sv pattern, uint32_t *out_count)
{
    const struct found_names *f = cache_get(&s->globs, pattern, make_glob, s);
    *out_count = f->count;
    return f->names;
}
