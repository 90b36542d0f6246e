/* ref: "[kind:][namespace/]name", read, completed and looked up. Case does not matter. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "model/internal.h"

/* Kind, namespace and name are at most 63 characters each in Backstage; anything longer cannot exist. */
#define REF_MAX 256

bool ref_split(struct sv written, struct ref_parts *out_parts)
{
    struct ref_parts r = { SV_NONE, SV_NONE, written };
    size_t colon = sv_find_char(written, ':', 0);
    if (colon != SIZE_MAX) {
        r.kind = sv_slice(written, 0, colon);
        r.name = sv_slice(written, colon + 1, written.n);
        if (!r.kind.n)
            return false;
    }
    size_t slash = sv_find_char(r.name, '/', 0);
    if (slash != SIZE_MAX) {
        r.ns = sv_slice(r.name, 0, slash);
        r.name = sv_slice(r.name, slash + 1, r.name.n);
        if (!r.ns.n)
            return false;
    }
    if (!r.name.n || sv_find_char(r.name, ':', 0) != SIZE_MAX || sv_find_char(r.name, '/', 0) != SIZE_MAX)
        return false;
    *out_parts = r;
    return true;
}

bool next_word(const char **rest, struct sv *out_word)
{
    if (!*rest || !**rest)
        return false;
    size_t n = strcspn(*rest, "|");
    *out_word = sv_make(*rest, n);
    *rest += n + ((*rest)[n] == '|');
    return true;
}

bool kinds_allow(const char *kinds, enum model_kind k)
{
    struct sv word;
    while (next_word(&kinds, &word))
        if (sv_is(word, "*") || sv_is(word, model_kinds[k].lower))
            return true;
    return false;
}

struct sv near_words(struct arena *a, struct sv wrong, const char *words)
{
    struct sv list[64], word;
    size_t n = 0;
    while (n < 64 && next_word(&words, &word))
        list[n++] = word;
    return near_names(a, wrong, list, n);
}

static size_t put_lower(char *buf, size_t at, struct sv s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        buf[at + i] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
    }
    return at + s.n;
}

/* Writes the lower-case full ref into buf; 0 where it does not fit or lacks a kind. */
static size_t write_full(char *buf, size_t size, const struct ref_parts *r, struct sv default_kind, struct sv default_ns)
{
    struct sv kind = r->kind.n ? r->kind : default_kind;
    struct sv ns = r->ns.n ? r->ns : default_ns.n ? default_ns : SV("default");
    size_t need = kind.n + ns.n + r->name.n + 2;
    if (!kind.n || need > size)
        return 0;
    size_t at = put_lower(buf, 0, kind);
    buf[at++] = ':';
    at = put_lower(buf, at, ns);
    buf[at++] = '/';
    return put_lower(buf, at, r->name);
}

struct sv model_full_ref(struct arena *a, struct sv written, const char *default_kind, struct sv default_namespace)
{
    struct ref_parts r;
    if (!ref_split(written, &r))
        return SV_NONE;
    struct sv kind = sv_of(default_kind);
    size_t size = written.n + kind.n + default_namespace.n + sizeof "default" + 4;
    char *buf = arena_alloc(a, size);
    size_t n = write_full(buf, size - 1, &r, kind, default_namespace);
    buf[n] = '\0';
    return n ? sv_make(buf, n) : SV_NONE;
}

struct entity *model_resolve(const struct model *m, struct sv written, const char *kinds, struct sv default_ns)
{
    struct ref_parts r;
    char buf[REF_MAX];
    struct sv kind = SV_NONE;
    if (!ref_split(written, &r))
        return NULL;
    /* "a|b": the first is what a bare name means. Only where all of a model's people are meant does a second try help nobody. */
    next_word(&kinds, &kind);
    size_t n = write_full(buf, sizeof buf, &r, kind, default_ns);
    return n ? map_find(&m->by_ref, sv_make(buf, n)) : NULL;
}

const struct entity *model_find(const struct model *m, struct sv ref) { return model_resolve(m, ref, NULL, SV_NONE); }

struct sv ref_short(struct arena *a, struct sv ref)
{
    struct ref_parts r;
    if (!ref_split(ref, &r) || !r.kind.n || !sv_eq_nocase(r.ns, SV("default")))
        return ref;
    return arena_printf(a, "%.*s:%.*s", SV_ARG(r.kind), SV_ARG(r.name));
}

/* "ritual:[ns/]search.sync": the name may hold dots itself, so the last one parts it from the ritual. */
const struct entity *model_ritual(const struct model *m, struct sv written, struct sv default_namespace, struct sv *out_ritual)
{
    struct sv prefix = SV("ritual:");
    if (sv_starts(written, prefix))
        written = sv_slice(written, prefix.n, written.n);
    size_t dot = sv_rfind_char(written, '.');
    if (dot == SIZE_MAX || sv_find_char(written, ':', 0) != SIZE_MAX)
        return NULL;
    struct sv name = sv_slice(written, 0, dot), ritual = sv_slice(written, dot + 1, written.n);
    static const char *const rituals[] = { "checkup", "sync", "oneOnOnes", "quickChat", "mock" };
    for (size_t i = 0; i < sizeof rituals / sizeof *rituals; i++) {
        if (!sv_is(ritual, rituals[i]))
            continue;
        const struct entity *e = model_resolve(m, name, i == 0 ? "systemownership" : "potlac", default_namespace);
        if (!e || !data_get(e->spec, rituals[i]))
            return NULL;
        *out_ritual = ritual;
        return e;
    }
    return NULL;
}
