/* readiness: how far services, and whatever else checks are on, are from what they ask, what would mend it, and how that went over time. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/readiness_scope.h"

#include "base/fs.h"
#include "cli/entity_ref.h"
#include "cli/show.h"

/* Grades rise; a service has the highest one whose checks, and those of all below it, hold. */
enum grade { GRADE_NONE, GRADE_BRONZE, GRADE_SILVER, GRADE_GOLD, GRADE_COUNT };
static const char *const grade_names[GRADE_COUNT] = { "none", "bronze", "silver", "gold" };

struct check {
    const struct entity *entity;
    enum model_kind on;
    enum grade level;
};

/* APART: its 'when' does not hold. NO_DATA: it counts what nobody ever recorded. */
enum verdict { VERDICT_HOLDS, VERDICT_FAILS, VERDICT_APART, VERDICT_NO_DATA };
struct finding {
    enum verdict verdict;
    struct check_result result;
};

struct subject_result {
    const struct entity *subject;
    struct finding *findings; /* of each check that is on its kind */
    uint32_t passed, of;
    enum grade grade;
};

struct readiness {
    struct cli *c;
    struct site *s;
    struct arena *arena;
    struct check *checks; /* by level, then by name */
    uint32_t check_count;
    size_t check_cap;
    struct subject_result *results;
    uint32_t count, chosen; /* results; of as many as were chosen */
    uint32_t recorded;
};

/* --- checks --- */

static enum grade level_of(const struct entity *check)
{
    struct sv level = entity_text(check, "level");
    for (int g = GRADE_BRONZE; g < GRADE_COUNT; g++)
        if (sv_is(level, grade_names[g]))
            return (enum grade)g;
    return GRADE_BRONZE;
}

static void take_checks(struct readiness *r, const struct model *m)
{
    uint32_t n;
    const struct entity *const *all = model_of_kind(m, KIND_CHECK, &n);
    for (int level = GRADE_BRONZE; level < GRADE_COUNT; level++)
        for (uint32_t i = 0; i < n; i++) {
            struct check check = { all[i], KIND_COMPONENT, (enum grade)level };
            if (level_of(all[i]) == check.level && readiness_kind(entity_text(all[i], "on"), &check.on))
                ARENA_PUSH(r->arena, r->checks, r->check_count, r->check_cap, check);
        }
}

static bool has_checks_on(const struct readiness *r, enum model_kind kind)
{
    for (uint32_t i = 0; i < r->check_count; i++)
        if (r->checks[i].on == kind)
            return true;
    return false;
}

/* The standard set, for a site that declares none on services. */
static bool read_standard(struct readiness *r, struct err *err)
{
    struct sv text, path = path_join(r->arena, site_own_modules(r->arena), SV("potlac/checks/standard.yaml"));
    struct source *src = ARENA_NEW(r->arena, struct source);
    struct model *m = model_new(r->arena);
    struct diags diags = diags_in(r->arena);
    if (!fs_read(r->arena, path.p, 0, &text, err))
        return false;
    *src = (struct source){ path, text };
    if (!model_add_text(m, src, &diags) || !model_check(m, r->s->today, &diags))
        return cli_diags(r->c, &diags) && err_set(err, "the standard checks are not usable");
    take_checks(r, m);
    return true;
}

static bool read_checks(struct readiness *r, struct err *err)
{
    struct diags diags = diags_in(r->arena);
    readiness_checks_test(r->s->model, r->arena, r->s->now, &diags);
    if (cli_diags(r->c, &diags))
        return err_set(err, "the checks have mistakes: nothing is graded");
    take_checks(r, r->s->model);
    return has_checks_on(r, KIND_COMPONENT) || read_standard(r, err);
}

/* --- evaluating --- */

/* Its mistakes were told before: what fails here is the store. */
static bool run_expr(struct readiness *r, const struct check *check, const char *field, const struct check_scope *scope, struct arena *a,
                     struct check_result *out, struct err *err)
{
    return check_expr_run(r->s->store, a, entity_text(check->entity, field), scope, out, err) ||
           err_wrap(err, "'%s' of check '%.*s'", field, SV_ARG(check->entity->name));
}

static bool find(struct readiness *r, const struct check *check, const struct check_scope *scope, struct finding *out, struct err *err)
{
    struct arena *a = arena_new(0);
    struct check_result when = { .holds = true };
    bool ok = !entity_text(check->entity, "when").n || run_expr(r, check, "when", scope, a, &when, err);
    when.holds = when.holds && !when.no_data;
    ok = ok && (!when.holds || run_expr(r, check, "expr", scope, a, &out->result, err));
    out->verdict = !when.holds ? VERDICT_APART : out->result.no_data ? VERDICT_NO_DATA : out->result.holds ? VERDICT_HOLDS : VERDICT_FAILS;
    out->result.comparison = arena_dup(r->arena, out->result.comparison);
    arena_free(a);
    return ok;
}

static void grade(const struct readiness *r, struct subject_result *result)
{
    enum grade lowest_failed = GRADE_COUNT, highest = GRADE_NONE;
    for (uint32_t i = 0; i < r->check_count; i++) {
        enum verdict v = result->findings[i].verdict;
        if (r->checks[i].on != result->subject->kind)
            continue;
        result->of += v == VERDICT_HOLDS || v == VERDICT_FAILS;
        result->passed += v == VERDICT_HOLDS;
        highest = v != VERDICT_NO_DATA && r->checks[i].level > highest ? r->checks[i].level : highest;
        if (v == VERDICT_FAILS && r->checks[i].level < lowest_failed)
            lowest_failed = r->checks[i].level;
    }
    result->grade = lowest_failed == GRADE_COUNT ? highest : (enum grade)(lowest_failed - 1);
}

static bool evaluate(struct readiness *r, const struct readiness_facts *facts, const struct entity *subject, struct err *err)
{
    struct subject_result *result = &r->results[r->count++];
    struct check_scope scope = readiness_scope(r->s, r->arena, facts, subject);
    *result = (struct subject_result){ .subject = subject, .findings = ARENA_ARRAY(r->arena, struct finding, r->check_count + 1) };
    for (uint32_t i = 0; i < r->check_count; i++)
        if (r->checks[i].on == subject->kind && !find(r, &r->checks[i], &scope, &result->findings[i], err))
            return false;
    grade(r, result);
    return true;
}

/* Of components the services, of hosts those that are in use. */
static bool is_graded(const struct entity *e)
{
    struct sv status = e->kind == KIND_HOST ? entity_text(e, "status") : SV_NONE;
    if (e->kind == KIND_COMPONENT)
        return sv_is(entity_text(e, "type"), "service");
    return !status.n || sv_is(status, "active") || sv_is(status, "draining");
}

static bool evaluate_all(struct readiness *r, const struct entity *only, struct err *err)
{
    uint32_t kind_count, n;
    size_t cap = 0;
    struct readiness_facts facts;
    const struct entity **chosen = NULL;
    const char *const *kinds = readiness_kind_names(&kind_count);
    for (uint32_t k = 0, count = 0; k < kind_count; k++) {
        enum model_kind kind = model_kind_of(sv_of(kinds[k]));
        const struct entity *const *all = model_of_kind(r->s->model, kind, &n);
        for (uint32_t i = 0; i < n && has_checks_on(r, kind); i++)
            if (only ? all[i] == only : is_graded(all[i]))
                ARENA_PUSH(r->arena, chosen, count, cap, all[i]);
        r->chosen = count;
    }
    r->results = ARENA_ARRAY(r->arena, struct subject_result, r->chosen + 1);
    if (!readiness_read(r->s, &facts, err))
        return false;
    for (uint32_t i = 0; i < r->chosen; i++)
        if (!evaluate(r, &facts, chosen[i], err))
            return false;
    return true;
}

/* --- recording --- */

static void write_failed(const struct readiness *r, const struct subject_result *result, struct json_out *j)
{
    json_open(j, '[');
    for (uint32_t i = 0; i < r->check_count; i++)
        if (r->checks[i].on == result->subject->kind && result->findings[i].verdict == VERDICT_FAILS)
            json_str(j, r->checks[i].entity->name);
    json_close(j, ']');
}

static struct sv recorded_form(const struct readiness *r, const struct subject_result *result)
{
    struct strbuf out = STRBUF_IN(r->arena);
    struct json_out j = json_to(&out, false);
    json_open(&j, '{');
    json_kstr(&j, "grade", sv_of(grade_names[result->grade]));
    json_kint(&j, "passed", result->passed);
    json_kint(&j, "of", result->of);
    json_key(&j, SV("failed"));
    write_failed(r, result, &j);
    json_close(&j, '}');
    return strbuf_sv(&out);
}

/* One event where the result is another than the last one, or that is a day old: a line through time without a point for each look. */
static bool record_one(struct readiness *r, const struct subject_result *result, struct err *err)
{
    enum { DAY = 86400 };
    struct event_query q = { .kind = SV("readiness"), .subject = result->subject->ref, .limit = 1 };
    struct event *last, e = { .at = r->s->now, .kind = SV("readiness"), .subject = result->subject->ref, .actor = SV("potlac") };
    size_t n;
    e.body = recorded_form(r, result);
    if (!store_events(r->s->store, r->arena, &q, &last, &n, err))
        return false;
    if (n && sv_eq(last[0].body, e.body) && r->s->now - last[0].at < DAY)
        return true;
    r->recorded++;
    return store_event_add(r->s->store, &e, err);
}

static bool record(struct readiness *r, struct err *err)
{
    if (cli_flag(r->c, "no-record"))
        return true;
    if (!store_begin(r->s->store, err))
        return false;
    for (uint32_t i = 0; i < r->count; i++)
        if (!record_one(r, &r->results[i], err)) {
            store_rollback(r->s->store);
            return false;
        }
    return store_commit(r->s->store, err);
}

/* --- showing --- */

static const char *colour_of(const struct cli *c, enum grade g)
{
    return g == GRADE_NONE ? cli_red(c) : g == GRADE_GOLD ? cli_green(c) : cli_yellow(c);
}

static void print_finding(const struct readiness *r, struct strbuf *out, uint32_t i, const struct finding *f)
{
    const struct check *check = &r->checks[i];
    struct sv explain = entity_text(check->entity, "explain"), mend = entity_text(check->entity, "mend");
    if (f->verdict == VERDICT_NO_DATA)
        strbuf_addf(out, "  %-6s  %s%.*s%s: no data: nobody recorded what it counts\n", grade_names[check->level], cli_dim(r->c),
                    SV_ARG(check->entity->title), cli_plain(r->c));
    if (f->verdict != VERDICT_FAILS)
        return;
    strbuf_addf(out, "  %-6s  %s%.*s%s: ", grade_names[check->level], cli_red(r->c), SV_ARG(check->entity->title), cli_plain(r->c));
    if (f->result.left == CHECKUP_NEVER)
        strbuf_adds(out, "never");
    else
        strbuf_addf(out, "%lld", (long long)f->result.left);
    strbuf_addf(out, ", should be %.*s %lld\n", SV_ARG(f->result.comparison), (long long)f->result.right);
    if (explain.n)
        strbuf_addf(out, "          %s%.*s%s\n", cli_dim(r->c), SV_ARG(explain), cli_plain(r->c));
    if (mend.n)
        strbuf_addf(out, "          mend: %.*s\n", SV_ARG(mend));
}

static void print_text(const struct readiness *r)
{
    AUTO_STRBUF out = STRBUF_HEAP;
    uint32_t grades[GRADE_COUNT] = { 0 };
    bool others = false;
    for (uint32_t k = 0; k < r->count; k++) {
        const struct subject_result *result = &r->results[k];
        struct sv ref = ref_short(r->arena, result->subject->ref);
        grades[result->grade]++;
        strbuf_addf(&out, "%s%.*s%s  %s%s%s  %u of %u\n", cli_bold(r->c), SV_ARG(ref), cli_plain(r->c), colour_of(r->c, result->grade),
                    grade_names[result->grade], cli_plain(r->c), result->passed, result->of);
        others |= result->subject->kind != KIND_COMPONENT;
        for (uint32_t i = 0; i < r->check_count; i++)
            if (r->checks[i].on == result->subject->kind)
                print_finding(r, &out, i, &result->findings[i]);
    }
    if (r->count > 1)
        strbuf_addf(&out, "%u %s: %u gold, %u silver, %u bronze, %u none\n", r->count, others ? "entities" : "services", grades[GRADE_GOLD],
                    grades[GRADE_SILVER], grades[GRADE_BRONZE], grades[GRADE_NONE]);
    cli_write(stdout, &out);
}

static void json_finding(const struct check *check, const struct finding *f, struct json_out *j)
{
    static const char *const verdicts[] = {
        [VERDICT_HOLDS] = "holds", [VERDICT_FAILS] = "fails", [VERDICT_APART] = "not applicable", [VERDICT_NO_DATA] = "no data"
    };
    json_open(j, '{');
    json_kstr(j, "check", check->entity->name);
    json_kstr(j, "title", check->entity->title);
    json_kstr(j, "level", sv_of(grade_names[check->level]));
    json_kstr(j, "verdict", sv_of(verdicts[f->verdict]));
    if (f->verdict == VERDICT_HOLDS || f->verdict == VERDICT_FAILS) {
        json_kint(j, "is", f->result.left);
        json_kstr(j, "comparison", f->result.comparison);
        json_kint(j, "should", f->result.right);
    }
    json_kstr(j, "expr", entity_text(check->entity, "expr"));
    json_kstr(j, "explain", entity_text(check->entity, "explain"));
    json_kstr(j, "mend", entity_text(check->entity, "mend"));
    json_close(j, '}');
}

static void print_json(const struct readiness *r)
{
    AUTO_STRBUF out = STRBUF_HEAP;
    struct json_out j = json_to(&out, true);
    json_open(&j, '[');
    for (uint32_t k = 0; k < r->count; k++) {
        const struct subject_result *result = &r->results[k];
        json_open(&j, '{');
        json_kstr(&j, result->subject->kind == KIND_COMPONENT ? "service" : "subject", result->subject->ref);
        json_kstr(&j, "grade", sv_of(grade_names[result->grade]));
        json_kint(&j, "passed", result->passed);
        json_kint(&j, "of", result->of);
        json_key(&j, SV("checks"));
        json_open(&j, '[');
        for (uint32_t i = 0; i < r->check_count; i++)
            if (r->checks[i].on == result->subject->kind)
                json_finding(&r->checks[i], &result->findings[i], &j);
        json_close(&j, ']');
        json_close(&j, '}');
    }
    json_close(&j, ']');
    printf("%s\n", strbuf_cstr(&out));
}

/* --- over time --- */

static const struct data *read_body(struct arena *a, struct sv body)
{
    struct source *src = ARENA_NEW(a, struct source);
    struct diags diags = diags_in(a);
    struct data_doc *doc;
    *src = (struct source){ SV("event"), body };
    return json_read(a, src, NULL, &diags, &doc) ? &doc->root : NULL;
}

static void add_point(struct readiness *r, struct strbuf *out, const struct event *e)
{
    const struct data *body = read_body(r->arena, e->body), *failed = data_get(body, "failed"), *passed = data_get(body, "passed"),
                      *of = data_get(body, "of");
    utc_print(out, e->at);
    strbuf_addf(out, "  %.*s  %-6.*s  %lld of %lld", SV_ARG(ref_short(r->arena, e->subject)), SV_ARG(data_text(data_get(body, "grade"))),
                passed ? (long long)passed->i : 0, of ? (long long)of->i : 0);
    for (uint32_t i = 0; failed && failed->kind == DATA_LIST && i < failed->count; i++)
        strbuf_addf(out, "%s%.*s", i ? ", " : "  lacks ", SV_ARG(data_text(&failed->items[i])));
    strbuf_addc(out, '\n');
}

static int print_history(struct readiness *r, const struct entity *only, struct err *err)
{
    struct event_query q = { .kind = SV("readiness"), .subject = only ? only->ref : SV("") };
    struct event *list;
    size_t n;
    AUTO_STRBUF out = STRBUF_HEAP;
    struct json_out j = json_to(&out, true);
    if (!store_events(r->s->store, r->arena, &q, &list, &n, err))
        return cli_broken(err);
    if (r->c->json)
        json_open(&j, '[');
    for (size_t i = 0; i < n; i++) {
        if (!r->c->json) {
            add_point(r, &out, &list[i]);
            continue;
        }
        struct strbuf time = STRBUF_IN(r->arena);
        utc_print(&time, list[i].at);
        json_open(&j, '{');
        json_kstr(&j, "at", strbuf_sv(&time));
        json_kstr(&j, "service", list[i].subject);
        json_key(&j, SV("result"));
        json_raw(&j, list[i].body);
        json_close(&j, '}');
    }
    if (r->c->json) {
        json_close(&j, ']');
        strbuf_addc(&out, '\n');
    }
    cli_write(stdout, &out);
    return EXIT_OK;
}

/* --- the verb --- */

static int status_of(const struct readiness *r)
{
    bool lacking = false;
    for (uint32_t i = 0; i < r->count; i++)
        lacking |= r->results[i].passed < r->results[i].of;
    return lacking && cli_flag(r->c, "detailed-exitcodes") ? EXIT_CHANGES : EXIT_OK;
}

static int look(struct readiness *r, struct err *err)
{
    const struct entity *only = r->c->arg_count ? entity_named(r->s, sv_of(r->c->args[0]), err) : NULL;
    if (r->c->arg_count && !only)
        return cli_broken(err);
    if (!entity_open_store(r->s, err)) {
        if (!err->text[0])
            err_set(err, "there is no store '%.*s': nothing has been applied yet; run 'potlac apply'", SV_ARG(r->s->store_place));
        return cli_broken(err);
    }
    if (cli_flag(r->c, "history"))
        return print_history(r, only, err);
    if (!read_checks(r, err))
        return cli_broken(err);
    if (only && !has_checks_on(r, only->kind)) {
        err_set(err, "%.*s is no service, and the model has no Check on %s: name a Component, or write a check", SV_ARG(only->ref),
                model_kind_name(only->kind));
        return cli_broken(err);
    }
    if (!evaluate_all(r, only, err) || !record(r, err))
        return cli_broken(err);
    if (r->c->json)
        print_json(r);
    else
        print_text(r);
    return status_of(r);
}

static int readiness(struct cli *c)
{
    struct site s;
    struct err err = { "" };
    struct readiness r = { .c = c, .s = &s, .arena = c->arena };
    if (c->arg_count > 1)
        return cli_misuse(c, "name one service, or another entity that checks are on, or none for all");
    if (!entity_site_open(c, &s))
        return EXIT_BROKEN;
    int status = look(&r, &err);
    site_close(&s);
    return status;
}

static const struct cli_option options[] = {
    SITE_OPTIONS,
    { "history", 0, NULL, "how it went over time" },
    { "no-record", 0, NULL, "look only: record nothing" },
    { "detailed-exitcodes", 0, NULL, "exit with 2 where a check fails" },
    { NULL, 0, NULL, NULL },
};

const struct verb verb_readiness = {
    .name = "readiness",
    .usage = "[SERVICE] [--history] [--site DIR]",
    .summary = "Grade services by the model's checks, and say what would mend them",
    .help =
        "Checks are entities of kind Check on Component, SystemOwnership, Potlac, Cluster or Host; a site that declares none on Component\n"
        "has the standard set (modules/potlac/checks). A service has the highest grade whose checks hold, with those of all grades below. "
        "Results are recorded in the history when they change, and\n"
        "once a day.",
    .options = options,
    .run = readiness,
};
