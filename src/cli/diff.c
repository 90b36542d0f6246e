/* diff: how two states of the model differ: of two commits, or of two points of the history. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "base/json.h"
#include "cli/show.h"
#include "cli/site.h"
#include "cli/state.h"
#include "cli/tell.h"
#include "store/change.h"

struct field_diff {
    struct sv path;
    const struct data *from, *to; /* NULL: not there */
};

enum entity_state { STATE_CHANGED, STATE_ADDED, STATE_REMOVED };

struct entity_diff {
    struct sv ref;
    enum entity_state state;
    struct field_diff *fields;
    size_t count, cap;
};

struct difference {
    struct cli *c;
    struct arena *a;
    struct map by_ref; /* struct entity_diff */
};

static struct entity_diff *diff_of(struct difference *d, struct sv ref)
{
    struct entity_diff *e = map_find(&d->by_ref, ref);
    if (e)
        return e;
    e = ARENA_NEW(d->a, struct entity_diff);
    e->ref = ref;
    map_put(&d->by_ref, ref, e);
    return e;
}

static bool same(const struct data *x, const struct data *y) { return x && y ? data_equal(x, y) : x == y; }

/* --- two models --- */

static const struct data *field(const struct data *map, struct sv key)
{
    for (uint32_t i = 0; map && map->kind == DATA_MAP && i < map->count; i++)
        if (sv_eq(data_text(&map->pairs[i].key), key))
            return &map->pairs[i].value;
    return NULL;
}

/* Of maps only the parts that differ, with dotted paths. */
static void compare(struct difference *d, struct sv ref, struct sv path, const struct data *was, const struct data *now)
{
    const struct data *sides[] = { now, was };
    if (same(was, now))
        return;
    if (!was || !now || was->kind != DATA_MAP || now->kind != DATA_MAP) {
        struct entity_diff *e = diff_of(d, ref);
        ARENA_PUSH(d->a, e->fields, e->count, e->cap, ((struct field_diff){ path, was, now }));
        return;
    }
    for (int side = 0; side < 2; side++)
        for (uint32_t i = 0; i < sides[side]->count; i++) {
            struct sv key = data_text(&sides[side]->pairs[i].key);
            if (side == 0 || !field(now, key))
                compare(d, ref, arena_printf(d->a, "%.*s%s%.*s", SV_ARG(path), path.n ? "." : "", SV_ARG(key)), field(was, key),
                        field(now, key));
        }
}

static void compare_models(struct difference *d, const struct model *was, const struct model *now)
{
    uint32_t n;
    const struct entity *const *all = model_entities(now, &n);
    for (uint32_t i = 0; i < n; i++) {
        const struct entity *before = model_find(was, all[i]->ref);
        if (!before) {
            diff_of(d, all[i]->ref)->state = STATE_ADDED;
            compare(d, all[i]->ref, SV("spec"), NULL, all[i]->spec);
            continue;
        }
        compare(d, all[i]->ref, SV(""), before->spec, all[i]->spec);
        compare(d, all[i]->ref, SV("metadata"), before->metadata, all[i]->metadata);
    }
    all = model_entities(was, &n);
    for (uint32_t i = 0; i < n; i++)
        if (!model_find(now, all[i]->ref)) {
            diff_of(d, all[i]->ref)->state = STATE_REMOVED;
            compare(d, all[i]->ref, SV("spec"), all[i]->spec, NULL);
        }
}

/* --- a fold over the history --- */

static void fold_field(struct difference *d, struct sv ref, struct sv path, const struct data *from, const struct data *to)
{
    struct entity_diff *e = diff_of(d, ref);
    from = from && from->kind == DATA_NULL ? NULL : from;
    to = to && to->kind == DATA_NULL ? NULL : to;
    for (size_t i = 0; i < e->count; i++)
        if (sv_eq(e->fields[i].path, path)) {
            e->fields[i].to = to;
            return;
        }
    ARENA_PUSH(d->a, e->fields, e->count, e->cap, ((struct field_diff){ path, from, to }));
}

/* Removed and added again is changed, in a way that the history does not hold; added and removed again is nothing. */
static void fold_state(struct difference *d, struct sv ref, enum entity_state state)
{
    struct entity_diff *e = diff_of(d, ref);
    if (e->state == STATE_CHANGED)
        e->state = state;
    else if (e->state != state) {
        bool nothing = e->state == STATE_ADDED;
        *e = (struct entity_diff){ .ref = ref };
        if (nothing)
            map_remove(&d->by_ref, ref);
    }
}

static void fold_event(struct difference *d, const struct event *e)
{
    const struct data *body = tell_body(d->a, e), *fields = data_get(body, "fields");
    if (sv_ends(e->kind, SV(".added")))
        fold_state(d, e->subject, STATE_ADDED);
    else if (sv_ends(e->kind, SV(".removed")))
        fold_state(d, e->subject, STATE_REMOVED);
    else if (sv_is(e->kind, "deploy") && !data_get(body, "from") && (!data_get(body, "transaction") || data_get(body, "made")))
        fold_state(d, e->subject, STATE_ADDED);
    else if (sv_is(e->kind, "deploy"))
        fold_field(d, e->subject, SV("version"), data_get(body, "from"), data_get(body, "to"));
    for (uint32_t i = 0; fields && fields->kind == DATA_LIST && i < fields->count; i++) {
        const struct data *f = &fields->items[i];
        fold_field(d, e->subject, data_text(data_get(f, "path")), data_get(f, "from"), data_get(f, "to"));
    }
}

/* What went there and back is no difference. */
static void drop_equal(struct difference *d)
{
    for (struct map_entry *m = NULL; (m = map_next(&d->by_ref, m));) {
        struct entity_diff *e = m->value;
        size_t kept = 0;
        bool told = e->count > 0;
        for (size_t i = 0; i < e->count; i++)
            if (!same(e->fields[i].from, e->fields[i].to))
                e->fields[kept++] = e->fields[i];
        e->count = kept;
        if (told && !kept && e->state == STATE_CHANGED)
            map_remove(&d->by_ref, m->key);
    }
}

/* --- printing --- */

static int by_ref(const void *a, const void *b)
{
    return sv_cmp((*(struct entity_diff *const *)a)->ref, (*(struct entity_diff *const *)b)->ref);
}

static struct entity_diff **sorted(struct difference *d, size_t *out_count)
{
    struct entity_diff **list = ARENA_ARRAY(d->a, struct entity_diff *, d->by_ref.count + 1);
    size_t n = 0;
    for (struct map_entry *m = NULL; (m = map_next(&d->by_ref, m));)
        list[n++] = m->value;
    if (n > 1)
        qsort(list, n, sizeof *list, by_ref);
    *out_count = n;
    return list;
}

static void print_text(struct difference *d, struct entity_diff **list, size_t n)
{
    const struct cli *c = d->c;
    AUTO_STRBUF out = STRBUF_HEAP;
    const struct {
        char mark;
        const char *colour, *word;
    } states[] = { { '~', cli_yellow(c), "changed" }, { '+', cli_green(c), "added" }, { '-', cli_red(c), "removed" } };
    unsigned counts[3] = { 0 };
    for (size_t i = 0; i < n; i++) {
        const struct entity_diff *e = list[i];
        struct sv name = ref_short(d->a, e->ref);
        counts[e->state]++;
        strbuf_addf(&out, "%s%c%s %.*s\n", states[e->state].colour, states[e->state].mark, cli_plain(c), SV_ARG(name));
        for (size_t k = 0; e->state == STATE_CHANGED && k < e->count; k++) {
            strbuf_addf(&out, "    %.*s: ", SV_ARG(e->fields[k].path));
            tell_value(&out, e->fields[k].from);
            strbuf_adds(&out, " -> ");
            tell_value(&out, e->fields[k].to);
            strbuf_addc(&out, '\n');
        }
    }
    struct sv total = show_count(d->a, (unsigned)n, "entity differs", "entities differ");
    strbuf_addf(&out, "%s%.*s", cli_bold(c), SV_ARG(total));
    for (int s = 0; s < 3; s++)
        if (counts[s])
            strbuf_addf(&out, ", %u %s", counts[s], states[s].word);
    strbuf_addf(&out, "%s\n", cli_plain(c));
    cli_write(stdout, &out);
}

static void json_value(struct json_out *j, const char *key, const struct data *v)
{
    json_key(j, sv_of(key));
    if (v)
        json_data(j, v);
    else
        json_null(j);
}

static void print_json(struct entity_diff **list, size_t n)
{
    static const char *const words[] = { "changed", "added", "removed" };
    AUTO_STRBUF out = STRBUF_HEAP;
    struct json_out j = json_to(&out, true);
    json_open(&j, '{');
    for (int s = 0; s < 3; s++) {
        json_key(&j, sv_of(words[s]));
        json_open(&j, '[');
        for (size_t i = 0; i < n; i++) {
            if ((int)list[i]->state != s)
                continue;
            json_open(&j, '{');
            json_kstr(&j, "ref", list[i]->ref);
            json_key(&j, SV("fields"));
            json_open(&j, '[');
            for (size_t k = 0; k < list[i]->count; k++) {
                json_open(&j, '{');
                json_kstr(&j, "path", list[i]->fields[k].path);
                json_value(&j, "from", list[i]->fields[k].from);
                json_value(&j, "to", list[i]->fields[k].to);
                json_close(&j, '}');
            }
            json_close(&j, ']');
            json_close(&j, '}');
        }
        json_close(&j, ']');
    }
    json_close(&j, '}');
    printf("%s\n", strbuf_cstr(&out));
}

static int print(struct difference *d)
{
    size_t n;
    struct entity_diff **list = sorted(d, &n);
    if (d->c->json)
        print_json(list, n);
    else
        print_text(d, list, n);
    return n && cli_flag(d->c, "detailed-exitcodes") ? EXIT_CHANGES : EXIT_OK;
}

/* --- the two sides --- */

/* A day and a time are the first moment of it; a number is that of an event, and its state the one right after it. */
struct point {
    int64_t id, at; /* one of them; both 0: now */
};

static bool read_point(struct sv text, struct point *out)
{
    struct date day;
    *out = (struct point){ 0 };
    if (date_parse(text, &day)) {
        out->at = date_to_days(day) * 86400;
        return true;
    }
    return !text.n || utc_parse(text, &out->at) || (sv_to_int(text, &out->id) && out->id > 0);
}

static bool is_before(const struct event *e, const struct point *p) { return p->id ? e->id <= p->id : p->at ? e->at < p->at : true; }

static int diff_history(struct difference *d, const struct point *a, const struct point *b)
{
    struct event *events = NULL;
    size_t n = 0;
    struct err err = { "" };
    struct store *store = state_open_store(d->c, &err);
    const struct event_query q = { .since_id = a->id, .since_at = a->at ? a->at - 1 : 0 };
    bool ok = store && store_events(store, d->a, &q, &events, &n, &err);
    store_close(store);
    if (!ok)
        return cli_broken(&err);
    for (size_t i = 0; i < n; i++)
        if (change_is_kind(events[i].kind) && is_before(&events[i], b))
            fold_event(d, &events[i]);
    drop_equal(d);
    return print(d);
}

static int diff_commits(struct difference *d, struct sv a, struct sv b)
{
    struct site was, now;
    int status = EXIT_BROKEN;
    if (!site_open_with(d->c, &was, &(struct site_opening){ .rev = arena_cstr(d->a, a) }))
        return EXIT_BROKEN;
    if (site_open_with(d->c, &now, &(struct site_opening){ .rev = b.n ? arena_cstr(d->a, b) : NULL })) {
        if (was.model && now.model) {
            compare_models(d, was.model, now.model);
            status = print(d);
        } else {
            status = cli_broken(&(struct err){ "one of the two has no model/" });
        }
        site_close(&now);
    }
    site_close(&was);
    return status;
}

static int diff(struct cli *c)
{
    struct difference d = { .c = c, .a = c->arena, .by_ref = map_in(c->arena) };
    struct point from, to;
    if (c->arg_count != 1)
        return cli_misuse(c, "A..B is expected: two commits, or two points of the history");
    struct sv text = sv_of(c->args[0]);
    size_t dots = sv_find(text, SV(".."), 0);
    struct sv a = dots == SIZE_MAX ? text : sv_slice(text, 0, dots), b = dots == SIZE_MAX ? SV("") : sv_slice(text, dots + 2, text.n);
    if (!a.n)
        return cli_misuse(c, "'%s' has no beginning: A.. or A..B is expected", c->args[0]);
    bool of_history = read_point(a, &from);
    if (of_history && read_point(b, &to))
        return diff_history(&d, &from, &to);
    if (of_history || (b.n && read_point(b, &to)))
        return cli_misuse(c, "'%s' mixes a commit with a point of the history: both are one or the other", c->args[0]);
    return diff_commits(&d, a, b);
}

static const struct cli_option options[] = {
    STATE_OPTIONS,
    { "detailed-exitcodes", 0, NULL, "exit 2 where anything differs" },
    { NULL, 0, NULL, NULL },
};

const struct verb verb_diff = {
    .name = "diff",
    .usage = "A..[B]",
    .summary = "Show how the model changed between two commits, or two points of the history",
    .help =
        "A and B are commits of the site's repository (a branch, a tag, an id; without B: the files as they are), or points of the\n"
        "history: an event's number, a day or a UTC time (without B: now). Two commits are compared as files declare them; the history\n"
        "holds what was applied and what transactions set.",
    .options = options,
    .run = diff,
};
