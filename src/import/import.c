/* import: entities from what other tools say: names, fields, states, clusters; what cannot be mapped is noted. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "import/import.h"

#include "base/json.h"
#include "import/internal.h"

#define NAME_MAX_CHARS 63

static const struct import_source *const sources[] = { &import_ansible, &import_backstage, &import_csv, &import_netbox, &import_puppetdb };

const char *const import_host_fields[] = { "fqdn",    "title", "site", "cluster",         "status",          "platform",
                                           "address", "owner", "role", "params.VARIABLE", "annotations.KEY", NULL };

const struct import_source *import_source_find(struct sv name)
{
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++)
        if (sv_is(name, sources[i]->name))
            return sources[i];
    return NULL;
}

struct sv import_source_names(struct arena *a)
{
    struct strbuf out = STRBUF_IN(a);
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++)
        strbuf_addf(&out, "%s%s", i ? ", " : "", sources[i]->name);
    return strbuf_sv(&out);
}

struct import *import_new(struct arena *a, const struct import_options *o, struct diags *diags)
{
    struct import *im = ARENA_NEW(a, struct import);
    im->arena = a;
    im->options = *o;
    im->diags = diags;
    im->by_ref = map_in(a);
    return im;
}

/* ---- notes ---- */

void import_note(struct import *im, struct sv example, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    struct sv what = arena_vprintf(im->arena, fmt, ap);
    va_end(ap);
    struct import_note *n = NULL;
    for (size_t i = 0; i < im->note_count && !n; i++)
        if (sv_eq(im->notes[i]->what, what))
            n = im->notes[i];
    if (!n) {
        n = ARENA_NEW(im->arena, struct import_note);
        n->what = what;
        ARENA_PUSH(im->arena, im->notes, im->note_count, im->note_cap, n);
    }
    n->count++;
    for (uint32_t i = 0; i < n->example_count; i++)
        if (sv_eq(n->examples[i], example))
            return;
    if (example.n && n->example_count < 3)
        n->examples[n->example_count++] = arena_dup(im->arena, example);
}

const struct import_note *import_notes(const struct import *im, size_t *out_count)
{
    struct import_note *list = ARENA_ARRAY(im->arena, struct import_note, im->note_count + 1);
    for (size_t i = 0; i < im->note_count; i++)
        list[i] = *im->notes[i];
    *out_count = im->note_count;
    return list;
}

/* ---- names ---- */

static bool is_alnum(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

/* Lower case, with '-' for what a name may not hold; nothing but letters and digits at its ends. */
static struct sv entity_name(struct arena *a, struct sv s)
{
    char *p = arena_cstr(a, s);
    size_t n = 0;
    for (size_t i = 0; i < s.n && n < NAME_MAX_CHARS; i++) {
        char c = s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] + 32) : s.p[i];
        bool kept = is_alnum(c) || c == '_' || c == '.' || c == '-';
        if (!kept && (!n || p[n - 1] == '-'))
            continue;
        p[n++] = kept ? c : '-';
    }
    size_t from = 0;
    while (from < n && !is_alnum(p[from]))
        from++;
    while (n > from && !is_alnum(p[n - 1]))
        n--;
    p[n] = '\0';
    return sv_make(p + from, n - from);
}

struct imported *import_entity(struct import *im, enum model_kind kind, struct sv name, struct sv from)
{
    struct sv clean = entity_name(im->arena, name);
    if (!clean.n) {
        import_note(im, name, "left out: a %s without a name that letters and digits could make", model_kind_name(kind));
        return NULL;
    }
    struct sv ref = model_full_ref(im->arena, clean, model_kind_name(kind), SV("default"));
    struct imported *e = map_find(&im->by_ref, ref);
    if (e)
        return e;
    e = ARENA_NEW(im->arena, struct imported);
    *e = (struct imported){ .kind = kind, .name = clean, .ref = ref, .from = from, .spec = tree_map(), .annotations = tree_map() };
    if (!sv_eq_nocase(clean, name)) {
        e->title = arena_dup(im->arena, name);
        import_note(im, name, "names that were made ones of the model; as they were, they stand in 'title'");
    }
    ARENA_PUSH(im->arena, im->items, im->count, im->cap, e);
    map_put(&im->by_ref, ref, e);
    return e;
}

/* ---- fields ---- */

/* Words of others for the states of a host. */
static const struct {
    const char *theirs, *ours;
} states[] = {
    { "active", "active" },          { "planned", "planned" },   { "staged", "staged" },
    { "draining", "draining" },      { "failed", "failed" },     { "retired", "retired" },
    { "offline", "staged" },         { "inventory", "planned" }, { "decommissioning", "draining" },
    { "decommissioned", "retired" }, { "paused", "staged" },     { "online", "active" },
    { "running", "active" },         { "production", "active" }, { "maintenance", "draining" },
};

static void put_state(struct import *im, struct imported *host, struct sv word)
{
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        if (!sv_eq_nocase(word, sv_of(states[i].theirs)))
            continue;
        if (!sv_is(word, states[i].ours) && !sv_eq_nocase(word, sv_of(states[i].ours)))
            import_note(im, host->name, "status '%.*s' was read as '%.*s'", SV_ARG(sv_of(states[i].theirs)), SV_ARG(sv_of(states[i].ours)));
        tree_put(im->arena, &host->spec, SV("status"), tree_text(sv_of(states[i].ours)));
        return;
    }
    import_note(im, host->name, "status '%.*s' is none of the model's: left out", SV_ARG(word));
}

/* "10.0.0.1/24" and "10.0.0.1, 10.0.0.2": addresses without prefix lengths. */
static void put_addresses(struct import *im, struct imported *host, const struct data *value)
{
    struct data list = tree_list();
    uint32_t n = value->kind == DATA_LIST ? value->count : 1;
    for (uint32_t i = 0; i < n; i++) {
        const struct data *d = value->kind == DATA_LIST ? &value->items[i] : value;
        const struct data *inner = tree_get(d, SV("address"));
        struct sv rest = tree_word(im->arena, inner ? inner : d), piece;
        while (sv_cut(&rest, rest.n && sv_find_char(rest, ',', 0) == SIZE_MAX ? ' ' : ',', &piece)) {
            piece = sv_trim(piece);
            piece = sv_slice(piece, 0, sv_find_char(piece, '/', 0));
            if (piece.n)
                tree_push(im->arena, &list, tree_text(piece));
        }
    }
    if (list.count)
        tree_put(im->arena, &host->spec, SV("address"), list);
}

static void put_cluster(struct import *im, struct imported *host, struct sv name)
{
    struct imported *c = import_entity(im, KIND_CLUSTER, name, host->from);
    if (c)
        tree_put(im->arena, &host->spec, SV("cluster"), tree_text(c->name));
}

/* An owner is a Group or User of the model, or nobody. */
static void put_owner(struct import *im, struct imported *host, struct sv name)
{
    static const char *const kinds[] = { "group", "user" };
    for (size_t i = 0; i < 2; i++) {
        struct sv ref = model_full_ref(im->arena, entity_name(im->arena, name), kinds[i], SV("default"));
        if ((im->options.others && model_find(im->options.others, ref)) || map_find(&im->by_ref, ref)) {
            tree_put(im->arena, &host->spec, SV("owner"), tree_text(ref_short(im->arena, ref)));
            return;
        }
    }
    import_note(im, name, "owners that are neither Group nor User of the model: left out");
}

void import_field(struct import *im, struct imported *host, struct sv field, const struct data *value)
{
    struct arena *a = im->arena;
    struct sv word = tree_word(a, value);
    if (sv_starts(field, SV("params."))) {
        struct data params = tree_get(&host->spec, SV("params")) ? *tree_get(&host->spec, SV("params")) : tree_map();
        tree_put(a, &params, sv_slice(field, 7, field.n), *value);
        tree_put(a, &host->spec, SV("params"), import_without_secrets(im, &params));
        return;
    }
    if (sv_starts(field, SV("annotations."))) {
        if (word.n)
            tree_put(a, &host->annotations, sv_slice(field, 12, field.n), tree_text(word));
        return;
    }
    if (tree_get(&host->spec, field) || (!word.n && value->kind != DATA_LIST))
        return;
    if (sv_is(field, "title"))
        host->title = host->title.n ? host->title : word;
    else if (sv_is(field, "status"))
        put_state(im, host, word);
    else if (sv_is(field, "address"))
        put_addresses(im, host, value);
    else if (sv_is(field, "cluster"))
        put_cluster(im, host, word);
    else if (sv_is(field, "owner"))
        put_owner(im, host, word);
    else if (word.n)
        tree_put(a, &host->spec, field, tree_text(word));
}

static const struct data *dig_any(const struct data *item, const char *paths)
{
    struct sv rest = sv_of(paths), path;
    while (sv_cut(&rest, '|', &path)) {
        const struct data *d = tree_dig(item, path);
        if (d && d->kind != DATA_NULL && !(d->kind == DATA_STRING && !sv_trim(d->s).n))
            return d;
    }
    return NULL;
}

static struct sv full_name(struct import *im, struct sv name)
{
    if (!im->options.domain.n || !name.n || sv_find_char(name, '.', 0) != SIZE_MAX)
        return name;
    return arena_printf(im->arena, "%.*s.%.*s", SV_ARG(name), SV_ARG(im->options.domain));
}

struct imported *import_host(struct import *im, const struct data *item, const struct mapping *rows, struct sv name, struct sv from)
{
    const struct data *d;
    struct sv fqdn = SV_NONE;
    for (const struct mapping *row = rows; row && row->field; row++)
        if (strcmp(row->field, "fqdn") == 0 && (d = dig_any(item, row->paths)))
            fqdn = tree_word(im->arena, d);
    for (size_t i = 0; i < im->options.map_count; i++)
        if (sv_is(im->options.maps[i].field, "fqdn") && (d = tree_dig(item, im->options.maps[i].path)))
            fqdn = tree_word(im->arena, d);
    fqdn = full_name(im, fqdn.n ? fqdn : name);
    if (!fqdn.n) {
        import_note(im, from, "left out: hosts without a name");
        return NULL;
    }
    size_t before = im->count;
    struct imported *host = import_entity(im, KIND_HOST, fqdn, from);
    if (!host)
        return NULL;
    if (im->count == before)
        import_note(im, fqdn, "hosts that come twice: the first one counts");
    if (im->count == before)
        return host;
    tree_put(im->arena, &host->spec, SV("fqdn"), tree_text(fqdn.n > NAME_MAX_CHARS ? fqdn : host->name));
    for (size_t i = 0; i < im->options.map_count; i++)
        if ((d = tree_dig(item, im->options.maps[i].path)) && d->kind != DATA_NULL)
            import_field(im, host, im->options.maps[i].field, d);
    for (const struct mapping *row = rows; row && row->field; row++)
        if ((d = dig_any(item, row->paths)))
            import_field(im, host, sv_of(row->field), d);
    return host;
}

/* ---- secrets ---- */

static bool is_encrypted(const struct data *d)
{
    return sv_starts(data_text(d), SV("$ANSIBLE_VAULT;")) || tree_get(d, SV("__ansible_vault"));
}

static bool is_secret(struct import *im, struct sv key, const struct data *d)
{
    bool number = d->kind == DATA_INT || d->kind == DATA_FLOAT;
    if (is_encrypted(d))
        return true;
    if (d->kind == DATA_LIST && d->count)
        return is_secret(im, key, &d->items[0]);
    return (number || d->kind == DATA_STRING) && model_is_secret(key, tree_word(im->arena, d));
}

static struct data without_secrets(struct import *im, const struct data *d)
{
    struct data copy = *d;
    if (d->kind == DATA_LIST) {
        copy = tree_list();
        for (uint32_t i = 0; i < d->count; i++)
            tree_push(im->arena, &copy, without_secrets(im, &d->items[i]));
    }
    if (d->kind != DATA_MAP)
        return copy;
    copy = tree_map();
    for (uint32_t i = 0; i < d->count; i++) {
        struct sv key = tree_word(im->arena, &d->pairs[i].key);
        if (is_secret(im, key, &d->pairs[i].value))
            import_note(im, key, "left out: values that are secrets, which no file of the model may hold");
        else
            tree_put(im->arena, &copy, key, without_secrets(im, &d->pairs[i].value));
    }
    return copy;
}

struct data import_without_secrets(struct import *im, const struct data *d) { return without_secrets(im, d); }
