/* change: from a proposal to a transaction. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/change.h"

#include <pwd.h>
#include <unistd.h>

#include "base/json.h"
#include "cli/ranking.h"
#include "cli/site.h"
#include "cli/tell.h"
#include "snapshot/revision.h"

/* --- one run --- */

struct change_run {
    struct cli *c;
    struct proposals *p;
    struct entity_change *changes; /* one for each proposal */
    bool *was_made;                /* of each: by a transaction */
    bool looked;                   /* the versions are known */
    struct site site;
    struct transaction transaction;
};

static bool is_of_either(enum model_kind kind, const struct field_change *f)
{
    bool is_text;
    return model_field_writer(kind, f->field, &is_text) == FIELD_OF_EITHER;
}

static bool propose_made(struct change_run *r, struct site *s, const struct proposal *p, struct entity_change *e, struct err *err)
{
    const struct data_doc *doc = proposal_document(r->c->arena, p, err), *was = overlay_made(s->overlay, p->ref);
    if (was)
        return err_set(err, "%.*s is there already, made by %.*s: change it with 'potlac set', or choose another name", SV_ARG(p->ref),
                       SV_ARG(was->src->path));
    if (!doc)
        return false;
    e->entity = &doc->root;
    overlay_propose_made(s->overlay, p->ref, doc);
    return true;
}

/* The versions are read once, before the model: whoever comes in between is found out when committing. */
static bool propose(void *ctx, struct site *s, struct err *err)
{
    struct change_run *r = ctx;
    for (size_t i = 0; i < r->p->count; i++) {
        const struct proposal *p = &r->p->items[i];
        struct entity_change *e = &r->changes[i];
        bool made = overlay_made(s->overlay, p->ref) != NULL;
        *e = (struct entity_change){ .ref = p->ref, .expect = r->looked ? e->expect : p->expect, .what = p->what };
        if (!r->looked && !p->has_expect && !change_version(s->early_store, p->ref, &e->expect, err))
            return false;
        r->was_made[i] = made;
        if (p->what == CHANGE_MAKE && !propose_made(r, s, p, e, err))
            return false;
        if (p->what == CHANGE_DELETE)
            overlay_propose_made(s->overlay, p->ref, NULL);
        if (p->what != CHANGE_FIELDS)
            continue;
        e->fields = p->fields;
        e->count = p->count;
        for (size_t k = 0; k < p->count; k++)
            if (made || is_of_either(p->kind, &p->fields[k])) /* the others are refused with their place, which the model knows */
                overlay_propose(s->overlay, p->ref, p->fields[k].field, p->fields[k].value);
    }
    r->looked = true;
    return true;
}

static bool unknown_entity(struct site *s, const struct proposal *p, struct err *err)
{
    uint32_t n;
    const struct entity *const *all = model_of_kind(s->model, p->kind, &n);
    struct sv *names = ARENA_ARRAY(s->arena, struct sv, n + 1), name = path_base(p->ref);
    for (uint32_t i = 0; i < n; i++) {
        names[i] = all[i]->name;
        if (p->kind == KIND_HOST && sv_eq_nocase(entity_text(all[i], "fqdn"), name))
            return err_set(err, "%.*s has the name %.*s in the model", SV_ARG(name), SV_ARG(all[i]->name));
    }
    struct sv near = near_names(s->arena, name, names, n);
    return err_set(err, "there is no %.*s in the model%s%.*s%s", SV_ARG(p->ref), near.n ? "; did you mean " : "", SV_ARG(near),
                   near.n ? "?" : "");
}

/* How a line of a file gets the value: "status: active  ->  status: draining". */
static struct sv edit_of(struct arena *a, const struct field_change *f, const struct data *declared)
{
    struct strbuf out = STRBUF_IN(a);
    const struct data *sides[] = { declared, f->value };
    for (size_t i = 0; i < 2; i++) {
        strbuf_addf(&out, "%s%.*s: ", i ? "  ->  " : "", SV_ARG(f->field));
        if (sides[i]->kind == DATA_STRING) {
            strbuf_add(&out, sides[i]->s);
        } else {
            struct json_out j = json_to(&out, false);
            json_data(&j, sides[i]);
        }
    }
    return strbuf_sv(&out);
}

/* One writer a field: what a file says is changed in the file. */
static bool check_writer(struct arena *a, const struct entity *e, const struct field_change *f, struct err *err)
{
    const struct data *declared = entity_declared(e, f->field);
    bool of_either = is_of_either(e->kind, f);
    unsigned line, column;
    if (e->made || (of_either && (!declared || !f->value))) /* what is taken out here is what was set here */
        return true;
    span_position(declared ? data_span(e->doc, declared) : entity_span(e, NULL), &line, &column);
    struct sv path = e->doc->src->path, fields = model_recorded_fields(a, e->kind);
    if (!of_either)
        return err_set(err, "'%.*s' of a %s is written in files only: change it in %.*s:%u; transactions set %.*s of it", SV_ARG(f->field),
                       model_kind_name(e->kind), SV_ARG(path), line, SV_ARG(fields.n ? fields : SV("nothing")));
    return err_set(err,
                   "'%.*s' of %.*s is declared in %.*s:%u, and what a file declares has no other writer. Nothing is stored. Either\n"
                   "  edit line %u of that file:  %.*s\n"
                   "  or take '%.*s' out of that line: then it is set by transactions, and this command works",
                   SV_ARG(f->field), SV_ARG(e->ref), SV_ARG(path), line, line, SV_ARG(edit_of(a, f, declared)), SV_ARG(f->field));
}

/* What transactions did not make they do not delete. */
static bool check_deleted(struct change_run *r, size_t i, struct err *err)
{
    const struct entity *e = model_find(r->site.model, r->p->items[i].ref);
    unsigned line, column;
    if (r->was_made[i])
        return true;
    if (!e)
        return unknown_entity(&r->site, &r->p->items[i], err);
    span_position(entity_span(e, NULL), &line, &column);
    return err_set(err, "%.*s is declared in %.*s:%u: delete it there; transactions delete what transactions made", SV_ARG(e->ref),
                   SV_ARG(e->doc->src->path), line);
}

static struct sv ref_of_field(struct site *s, const struct entity *e, const char *field, const char *kind)
{
    struct sv written = entity_text(e, field);
    return written.n ? model_full_ref(s->arena, written, kind, e->ns) : SV_NONE;
}

static bool check_entity(struct change_run *r, size_t i, struct err *err)
{
    struct site *s = &r->site;
    const struct proposal *p = &r->p->items[i];
    const struct entity *e = model_find(s->model, p->ref);
    if (p->what == CHANGE_DELETE)
        return check_deleted(r, i, err);
    if (!e)
        return unknown_entity(s, p, err);
    for (size_t k = 0; p->what == CHANGE_FIELDS && k < p->count; k++)
        if (!check_writer(s->arena, e, &p->fields[k], err))
            return false;
    if (e->kind == KIND_BACKLOG_ITEM && !ranking_allowed(s, p, e, r->transaction.actor, err))
        return false;
    if (e->kind == KIND_DEPLOYMENT || e->kind == KIND_SYSTEM_OWNERSHIP)
        r->changes[i].service = ref_of_field(s, e, "service", "component");
    if (e->kind == KIND_DEPLOYMENT || e->kind == KIND_HOST)
        r->changes[i].cluster = ref_of_field(s, e, "cluster", "cluster");
    return true;
}

static bool check_entities(struct change_run *r, struct err *err)
{
    struct site *s = &r->site;
    if (!s->model)
        return err_set(err, "'%.*s' has no model/: there is nothing to change", SV_ARG(s->dir));
    for (size_t i = 0; i < r->p->count; i++)
        if (!check_entity(r, i, err))
            return false;
    return true;
}

struct sv change_author(struct cli *c)
{
    const char *given = cli_value(c, "author"), *site = cli_value(c, "site");
    struct sv email;
    if (given)
        return sv_of(given);
    if (revision_user(c->arena, sv_of(site ? site : "."), &email))
        return email;
    const struct passwd *user = getpwuid(getuid());
    return user ? arena_dup(c->arena, sv_of(user->pw_name)) : SV("unknown");
}

/* --- telling --- */

static int tell_stale(struct change_run *r, const struct entity_change *e)
{
    struct err err = { "" };
    struct event *events;
    size_t n;
    int64_t now;
    struct arena *a = r->c->arena;
    struct store *st = r->site.early_store;
    if (!change_version(st, e->ref, &now, &err) ||
        !store_events(st, a, &(struct event_query){ .subject = e->ref, .since_id = e->expect > 0 ? e->expect : 0 }, &events, &n, &err))
        return cli_broken(&err);
    struct sv name = ref_short(a, e->ref);
    fprintf(stderr, "potlac: nothing is stored: %.*s is at version %lld, not %lld%s\n", SV_ARG(name), (long long)now, (long long)e->expect,
            now > e->expect ? "; meanwhile:" : "");
    for (size_t i = 0; i < n; i++) {
        struct strbuf line = STRBUF_IN(a);
        if (!change_is_kind(events[i].kind))
            continue;
        tell_event(&line, a, &events[i]);
        fprintf(stderr, "  %s\n", strbuf_cstr(&line));
    }
    fprintf(stderr, "Look at it, then change it again%s.\n", cli_value(r->c, "expect") ? " with its present version" : "");
    return EXIT_BROKEN;
}

static bool is_change(const struct change_result *result, const struct entity_change *e, size_t i, size_t k)
{
    const struct data *was = result->before[i][k], *now = e->fields[k].value;
    return was && now ? !data_equal(was, now) : was != now;
}

static bool is_of_machines(const struct change_run *r)
{
    for (size_t i = 0; i < r->p->count; i++)
        if (r->p->items[i].kind == KIND_HOST || r->p->items[i].kind == KIND_CLUSTER || r->p->items[i].kind == KIND_DEPLOYMENT)
            return true;
    return false;
}

static void print_text(struct change_run *r, const struct change_result *result)
{
    const struct cli *c = r->c;
    AUTO_STRBUF out = STRBUF_HEAP;
    for (size_t i = 0; i < r->transaction.count; i++) {
        const struct entity_change *e = &r->changes[i];
        struct sv name = ref_short(c->arena, e->ref);
        if (e->what != CHANGE_FIELDS && result->versions[i])
            strbuf_addf(&out, "%s%.*s%s %s (version %lld)\n", cli_bold(c), SV_ARG(name), cli_plain(c),
                        e->what == CHANGE_MAKE ? "created" : "deleted", (long long)result->versions[i]);
        for (size_t k = 0; k < e->count; k++) {
            if (!is_change(result, e, i, k))
                continue;
            strbuf_addf(&out, "%s%.*s%s %.*s: ", cli_bold(c), SV_ARG(name), cli_plain(c), SV_ARG(e->fields[k].field));
            tell_value(&out, result->before[i][k]);
            strbuf_adds(&out, " -> ");
            tell_value(&out, e->fields[k].value);
            strbuf_addf(&out, " (version %lld)\n", (long long)result->versions[i]);
        }
    }
    if (result->id)
        strbuf_addf(&out, "Transaction %lld by %.*s.%s\n", (long long)result->id, SV_ARG(r->transaction.actor),
                    is_of_machines(r) ? " 'potlac plan' shows what it changes on machines." : "");
    else
        strbuf_adds(&out, "Nothing to change: it is so already.\n");
    cli_write(stdout, &out);
}

static void json_value(struct json_out *j, const char *key, const struct data *d)
{
    json_key(j, sv_of(key));
    if (d)
        json_data(j, d);
    else
        json_null(j);
}

static void print_json(struct change_run *r, const struct change_result *result)
{
    AUTO_STRBUF out = STRBUF_HEAP;
    struct json_out j = json_to(&out, true);
    json_open(&j, '{');
    json_kint(&j, "transaction", result->id);
    json_kstr(&j, "by", r->transaction.actor);
    json_kstr(&j, "reason", r->transaction.reason);
    json_key(&j, SV("changes"));
    json_open(&j, '[');
    for (size_t i = 0; i < r->transaction.count; i++) {
        const struct entity_change *e = &r->changes[i];
        if (e->what != CHANGE_FIELDS && result->versions[i]) {
            bool made = e->what == CHANGE_MAKE;
            json_open(&j, '{');
            json_kstr(&j, "ref", e->ref);
            json_value(&j, made ? "created" : "deleted", made ? e->entity : result->made[i]);
            json_kint(&j, "version", result->versions[i]);
            json_close(&j, '}');
        }
        for (size_t k = 0; k < e->count; k++) {
            if (!is_change(result, e, i, k))
                continue;
            json_open(&j, '{');
            json_kstr(&j, "ref", e->ref);
            json_kstr(&j, "field", e->fields[k].field);
            json_value(&j, "from", result->before[i][k]);
            json_value(&j, "to", e->fields[k].value);
            json_kint(&j, "version", result->versions[i]);
            json_close(&j, '}');
        }
    }
    json_close(&j, ']');
    json_close(&j, '}');
    printf("%s\n", strbuf_cstr(&out));
}

/* --- running --- */

enum step { STEP_AGAIN, STEP_OK, STEP_FAILED };

static enum step commit(struct change_run *r, struct err *err)
{
    struct change_result result;
    struct transaction *t = &r->transaction;
    t->seen = r->site.newest_transaction;
    t->changes = r->changes;
    t->count = r->p->count;
    switch (change_commit(r->site.early_store, r->c->arena, t, &result, err)) {
    case CHANGE_UNCHECKED:
        return STEP_AGAIN;
    case CHANGE_STALE:
        tell_stale(r, result.stale);
        return STEP_FAILED;
    case CHANGE_FAILED:
        cli_broken(err);
        return STEP_FAILED;
    default:
        if (r->c->json)
            print_json(r, &result);
        else
            print_text(r, &result);
        return STEP_OK;
    }
}

/* The model as it would be is loaded and held against every rule; then it is stored, unless another transaction came between. */
static enum step attempt(struct change_run *r)
{
    struct err err = { "" };
    if (!site_open_with(r->c, &r->site, &(struct site_opening){ propose, r, NULL })) {
        fputs("potlac: nothing is stored: with this the model would not be sound\n", stderr);
        return STEP_FAILED;
    }
    enum step step = STEP_OK;
    r->transaction.at = r->site.now;
    if (!check_entities(r, &err)) {
        cli_broken(&err);
        step = STEP_FAILED;
    } else if (!cli_flag(r->c, "noop")) {
        step = commit(r, &err);
    } else if (!r->c->json) {
        puts("It would be accepted. Nothing is stored.");
    }
    site_close(&r->site);
    return step;
}

int change_run(struct cli *c, struct proposals *p)
{
    enum { MOST_ATTEMPTS = 50 };
    const char *reason = cli_value(c, "reason");
    struct change_run r = { .c = c,
                            .p = p,
                            .changes = ARENA_ARRAY(c->arena, struct entity_change, p->count + 1),
                            .was_made = ARENA_ARRAY(c->arena, bool, p->count + 1) };
    if (!reason || !*reason)
        return cli_misuse(c, "say why: --reason TEXT; it stands in the history");
    r.transaction = (struct transaction){ .actor = change_author(c), .reason = sv_of(reason), .reverts = p->reverts };
    enum step step = STEP_AGAIN;
    for (int i = 0; step == STEP_AGAIN && i < MOST_ATTEMPTS; i++)
        step = attempt(&r);
    if (step == STEP_AGAIN)
        return cli_broken(&(struct err){ "nothing is stored: others change the model faster than it can be checked; try again" });
    return step == STEP_OK ? EXIT_OK : EXIT_BROKEN;
}
