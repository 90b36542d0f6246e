/* rules: of the model as such: trees and cycles, renames, secrets, persons and their users. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "model/internal.h"

/* --- I09: containment is a tree, dependencies may go round but should not --- */

struct cycle_search {
    struct checker *k;
    enum relation relation;
    bool error;
    const char *what;
    uint8_t *colour; /* 0 new, 1 on the path, 2 done */
    uint32_t *path;  /* entities from the root down */
    uint32_t *at;    /* next edge of each */
    uint32_t depth;
};

static void report_cycle(struct cycle_search *s, uint32_t from)
{
    struct model *m = s->k->m;
    struct strbuf b = STRBUF_IN(s->k->scratch);
    uint32_t i = s->depth - 1;
    while (i > 0 && s->path[i] != from)
        i--;
    uint32_t length = s->depth - i;
    for (uint32_t j = i; j < s->depth && j < i + 8; j++)
        strbuf_addf(&b, "%.*s -> ", SV_ARG(ref_short(s->k->scratch, m->entities[s->path[j]]->ref)));
    if (length > 8)
        strbuf_adds(&b, "... -> ");
    strbuf_add(&b, ref_short(s->k->scratch, m->entities[from]->ref));
    struct span at = entity_span(m->entities[from], NULL);
    if (s->error)
        rule_error(s->k, at, "%s goes round in a circle: %.*s [I09]", s->what, SV_ARG(strbuf_sv(&b)));
    else
        diag_warn(s->k->diags, "dependency-cycle", at, "%s goes round in a circle: %.*s [I09]", s->what, SV_ARG(strbuf_sv(&b)));
}

/* Depth first with a path of its own: a chain of 100,000 groups must not need 100,000 C frames. */
static void search_from(struct cycle_search *s, uint32_t root)
{
    struct model *m = s->k->m;
    s->path[0] = root;
    s->at[0] = m->edge_start[root];
    s->colour[root] = 1;
    s->depth = 1;
    while (s->depth) {
        uint32_t here = s->path[s->depth - 1], edge = s->at[s->depth - 1]++;
        if (edge >= m->edge_start[here + 1]) {
            s->colour[here] = 2;
            s->depth--;
            continue;
        }
        uint32_t to = m->edges[edge].to->index;
        if (m->edges[edge].relation != s->relation || s->colour[to] == 2)
            continue;
        if (s->colour[to] == 1) {
            report_cycle(s, to);
            continue;
        }
        s->colour[to] = 1;
        s->path[s->depth] = to;
        s->at[s->depth++] = m->edge_start[to];
    }
}

static void find_cycles(struct checker *k, enum relation r, bool error, const char *what)
{
    uint32_t n = k->m->count;
    struct cycle_search s = { k,
                              r,
                              error,
                              what,
                              ARENA_ARRAY(k->scratch, uint8_t, n + 1),
                              ARENA_ARRAY(k->scratch, uint32_t, n + 1),
                              ARENA_ARRAY(k->scratch, uint32_t, n + 1),
                              0 };
    for (uint32_t i = 0; i < n; i++)
        if (!s.colour[i])
            search_from(&s, i);
}

static void check_containment(struct checker *k)
{
    find_cycles(k, REL_CHILD_OF, true, "the parent of a group");
    find_cycles(k, REL_PART_OF, true, "containment");
    find_cycles(k, REL_DEPENDS_ON, false, "dependsOn");
    for (uint32_t i = 0; i < k->m->kind_count[KIND_GROUP]; i++) {
        const struct entity *g = k->m->of_kind[KIND_GROUP][i];
        uint32_t n;
        const struct entity **parents = model_related(k->m, k->scratch, g, REL_CHILD_OF, &n);
        if (n > 1)
            rule_error(k, entity_span(g, NULL), "%.*s has %u parents, %.*s and %.*s: groups form trees [I09]", SV_ARG(g->ref), n,
                       SV_ARG(parents[0]->ref), SV_ARG(parents[1]->ref));
    }
}

/* --- I15: no secret in a text that is in git --- */

static bool secret_key(struct sv key)
{
    static const char *const words[] = { "secret",  "password",   "passwd",      "token",     "apikey",
                                         "api_key", "privatekey", "private_key", "passphrase" };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        struct sv word = sv_of(words[i]);
        if (key.n >= word.n && sv_eq_nocase(sv_slice(key, key.n - word.n, key.n), word))
            return true;
    }
    return false;
}

static bool refers_to_secret(struct sv s) { return sv_starts(s, SV("env:")) || sv_starts(s, SV("file:")) || sv_starts(s, SV("ENC[")); }

bool model_is_secret(struct sv key, struct sv text)
{
    bool pem = sv_find(text, SV("-----BEGIN "), 0) != SIZE_MAX && sv_find(text, SV("PRIVATE KEY-----"), 0) != SIZE_MAX;
    return pem || (text.n && secret_key(key) && !refers_to_secret(text));
}

static void check_secret_text(struct checker *k, const struct entity *e, struct sv key, const struct data *d)
{
    if (!model_is_secret(key, d->s))
        return;
    /* The value itself never goes into the message: logs are kept longer than passwords. */
    rule_error(k, data_span(e->doc, d), "'%.*s' of %.*s holds a secret in clear text [I15]", SV_ARG(key), SV_ARG(e->ref));
    diag_hint(k->diags, "name where it is kept: env:NAME or file:PATH");
}

static void check_secrets_in(struct checker *k, const struct entity *e, struct sv key, const struct data *d)
{
    switch (d->kind) {
    case DATA_STRING:
        check_secret_text(k, e, key, d);
        break;
    case DATA_INT:
    case DATA_FLOAT:
        if (secret_key(key)) {
            rule_error(k, data_span(e->doc, d), "'%.*s' of %.*s holds a secret in clear text [I15]", SV_ARG(key), SV_ARG(e->ref));
            diag_hint(k->diags, "name where it is kept: env:NAME or file:PATH");
        }
        break;
    case DATA_LIST:
        for (uint32_t i = 0; i < d->count; i++)
            check_secrets_in(k, e, key, &d->items[i]);
        break;
    case DATA_MAP:
        for (uint32_t i = 0; i < d->count; i++)
            check_secrets_in(k, e, data_text(&d->pairs[i].key), &d->pairs[i].value);
        break;
    default:
        break;
    }
}

static void check_secrets(struct checker *k)
{
    for (uint32_t i = 0; i < k->m->count; i++) {
        const struct entity *e = k->m->entities[i];
        if (is_own(e) && e->spec)
            check_secrets_in(k, e, SV_NONE, e->spec);
    }
}

/* --- I17: after a rename only one of the two names lives --- */

static void check_renames(struct checker *k)
{
    struct map claimed = map_in(k->scratch);
    for (uint32_t i = 0; i < k->m->count; i++) {
        struct entity *e = k->m->entities[i];
        struct sv was = entity_annotation(e, "potlac/was");
        if (!was.n)
            continue;
        struct span at = data_span(e->doc, data_get(data_get(e->metadata, "annotations"), "potlac/was"));
        struct sv full = model_full_ref(k->scratch, was, model_kinds[e->kind].lower, e->ns);
        const struct entity *old = full.n ? model_find(k->m, full) : NULL;
        if (!full.n)
            rule_error(k, at, "potlac/was of %.*s: '%.*s' is no reference [I17]", SV_ARG(e->ref), SV_ARG(was));
        else if (old)
            rule_error(k, at, "%.*s says it was %.*s, which exists still [I17]", SV_ARG(e->ref), SV_ARG(full));
        else if ((old = map_find(&claimed, full)))
            rule_error(k, at, "both %.*s and %.*s say they were %.*s [I17]", SV_ARG(old->ref), SV_ARG(e->ref), SV_ARG(full));
        else
            map_put(&claimed, full, e);
    }
}

/* A Person extends the User of the same name. */
static void check_persons(struct checker *k)
{
    for (uint32_t i = 0; i < k->m->kind_count[KIND_PERSON]; i++) {
        const struct entity *p = k->m->of_kind[KIND_PERSON][i];
        if (relate_user(k->m, p) != p)
            continue;
        rule_error(k, entity_span(p, NULL), "%.*s extends the User '%.*s', which does not exist [I01]", SV_ARG(p->ref), SV_ARG(p->name));
        diag_hint(k->diags, "add a User of that name: it holds name and mail, the Person holds zone and hours");
    }
}

const struct rule model_rules[] = {
    { "I01", "a Person has a User of the same name", check_persons },
    { "I09", "groups form trees, containment has no cycle, dependencies should have none", check_containment },
    { "I15", "no secret stands in clear text", check_secrets },
    { "I17", "a renamed entity's old name is gone", check_renames },
    { NULL },
};
