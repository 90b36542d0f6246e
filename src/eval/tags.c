/* tags: what a resource is tagged with: its type, its title where that is a name, and all of what contains it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "eval/internal.h"

static bool tag_char(unsigned char ch, bool first)
{
    if ((ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9') || ch == '_' || ch >= 0x80)
        return true;
    return !first && (ch == ':' || ch == '.' || ch == '-');
}

bool tag_valid(struct sv s)
{
    size_t n = s.n && s.p[s.n - 1] == '\n' ? s.n - 1 : s.n; /* \Z */
    for (size_t i = 0; i < n; i++)
        if (!tag_char((unsigned char)s.p[i], i == 0))
            return false;
    return n > 0;
}

/* Where the syms of tags are made: those of definitions are the snapshot's (c NULL), those of titles the compile's. */
struct tag_home {
    struct arena *arena;
    struct symtab *syms;
    struct compile *c;
};

static const struct sym *lower_sym(const struct tag_home *home, struct sv s)
{
    char small[128];
    char *p = s.n <= sizeof small ? small : arena_alloc(home->arena, s.n);
    for (size_t i = 0; i < s.n; i++)
        p[i] = s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] + 32) : s.p[i];
    struct sv text = { p, s.n };
    return home->c ? text_sym(home->c, text) : intern(home->syms, text);
}

static const struct sym *tag_sym(struct compile *c, struct sv tag)
{
    struct tag_home home = { c->arena, c->syms, c };
    return lower_sym(&home, tag);
}

/* "ntp::install" is tagged "ntp::install", "ntp" and "install". */
static const struct sym **split(const struct tag_home *home, struct sv name, uint32_t *out_count)
{
    struct arena *a = home->arena;
    const struct sym **tags = NULL;
    uint32_t n = 0;
    size_t cap = 0, at = 0;
    ARENA_PUSH(a, tags, n, cap, lower_sym(home, name));
    while (sv_find(name, SV("::"), 0) != SIZE_MAX && at <= name.n) {
        size_t end = sv_find(name, SV("::"), at);
        struct sv part = sv_slice(name, at, end == SIZE_MAX ? name.n : end);
        if (part.n)
            ARENA_PUSH(a, tags, n, cap, lower_sym(home, part));
        if (end == SIZE_MAX)
            break;
        at = end + 2;
    }
    *out_count = n;
    return tags;
}

const struct sym **tag_split(struct arena *a, struct symtab *t, struct sv name, uint32_t *out_count)
{
    struct tag_home home = { a, t, NULL };
    return split(&home, name, out_count);
}

void tags_add_syms(struct compile *c, struct eres *r, const struct sym **tags, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        bool known = false;
        for (uint32_t j = 0; j < r->r.tag_count && !known; j++)
            known = sym_same(r->r.tags[j], tags[i]);
        if (!known)
            ARENA_PUSH(c->arena, r->r.tags, r->r.tag_count, r->r.tag_cap, tags[i]);
    }
}

void tag_if_valid(struct compile *c, struct eres *r, struct sv title)
{
    if (!tag_valid(title))
        return;
    uint32_t n;
    struct tag_home home = { c->arena, c->syms, c };
    const struct sym **tags = split(&home, title, &n);
    tags_add_syms(c, r, tags, n);
}

void tag_add(struct compile *c, struct eres *r, struct sv tag)
{
    if (!tag_valid(tag) && r->r.line)
        raise_plain(c, r->r.file, r->r.line, "Invalid tag '%.*s'", SV_ARG(tag_sym(c, tag)->text));
    if (!tag_valid(tag))
        raise_error(c, "Invalid tag '%.*s'", SV_ARG(tag_sym(c, tag)->text));
    tag_if_valid(c, r, tag);
}

void tag_value(struct compile *c, struct eres *r, struct value v)
{
    if (v.kind == V_ARRAY) {
        for (uint32_t i = 0; i < v.n; i++)
            tag_value(c, r, v.items[i]);
        return;
    }
    if (v.kind != V_UNDEF)
        tag_add(c, r, v.kind == V_STRING ? value_sv(v) : value_text(c->arena, v));
}

void tags_from_scope(struct compile *c, struct eres *r)
{
    if (r->tagged_by_scope)
        return;
    r->tagged_by_scope = true;
    struct eres *of = r->scope ? r->scope->resource : NULL;
    if (of && of != r)
        tags_add_syms(c, r, of->r.tags, of->r.tag_count);
}

bool tagged(struct compile *c, const struct eres *r, struct sv tag, bool deep)
{
    const struct sym *sym = tag_sym(c, tag);
    for (; r; r = r->scope && r->scope->resource != r ? r->scope->resource : NULL) {
        for (uint32_t i = 0; i < r->r.tag_count; i++)
            if (sym_same(r->r.tags[i], sym))
                return true;
        if (!deep)
            break;
    }
    return false;
}
