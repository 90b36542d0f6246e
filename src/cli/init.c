/* init: writes the file of a team's Potlac, from what is known of the team and what is not. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <unistd.h>

#include "base/fs.h"
#include "cli/actor.h"
#include "cli/site.h"

enum { ROLES = 3 };

/* The three who lead: the option, the role, what its RoleAssignment is called, and how people say it. */
static const struct {
    const char *option, *role, *suffix, *said;
} roles[ROLES] = { { "product-owner", "product-owner", "po", "product owner" },
                   { "team-lead", "team-lead", "tl", "team lead" },
                   { "agile-coach", "agile-coach", "coach", "agile coach" } };

struct start {
    struct cli *c;
    struct arena *arena;
    const struct model *model; /* NULL: the site has none yet */
    struct sv name, group, zone, path;
    const struct entity *known_group; /* NULL: the file makes it */
    struct date today;
    struct sv given[ROLES]; /* users' names, of the options */
    struct sv mail[ROLES];
    bool held[ROLES], has_known_user[ROLES];
    struct strbuf file, leaders; /* leaders: refs in quotes, as Puppet code has them */
    unsigned users, assignments, open;
    struct err err;
};

static bool is_name(struct sv s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!((s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= '0' && s.p[i] <= '9') || (i && strchr("-_.", s.p[i]))))
            return false;
    return s.n > 0 && s.n <= 55; /* a name of the model has 63 at most, and "-coach" is behind it */
}

static const struct entity *find(const struct start *t, const char *kind, struct sv name)
{
    return t->model ? model_find(t->model, model_full_ref(t->arena, name, kind, SV("default"))) : NULL;
}

/* --- what is known --- */

static bool read_group(struct start *t)
{
    const char *given = cli_value(t->c, "group");
    t->group = given ? sv_of(given) : arena_printf(t->arena, "team-%.*s", SV_ARG(t->name));
    if (sv_starts(t->group, SV("group:")))
        t->group = sv_slice(t->group, 6, t->group.n);
    t->known_group = find(t, "group", t->group);
    if (!t->known_group && !given && find(t, "group", t->name)) {
        t->group = t->name;
        t->known_group = find(t, "group", t->name);
    }
    return t->known_group || is_name(t->group) || err_set(&t->err, "--group '%.*s' is no name: it has a-z, 0-9, '-'", SV_ARG(t->group));
}

/* A mail address of somebody new gives the name as well. */
static bool read_person(struct start *t, int i)
{
    const char *given = cli_value(t->c, roles[i].option);
    struct sv who = given ? sv_of(given) : SV_NONE, name = who;
    if (!given)
        return true;
    if (sv_starts(who, SV("user:")))
        name = sv_slice(who, 5, who.n);
    const struct entity *user = t->model ? actor_find(t->model, t->arena, who) : NULL;
    size_t at = sv_find_char(who, '@', 0);
    if (user)
        name = user->name;
    else if (at != SIZE_MAX)
        name = sv_slice(who, 0, at), t->mail[i] = who;
    t->given[i] = name;
    t->has_known_user[i] = user != NULL;
    return user || is_name(name) ||
           err_set(&t->err, "--%s '%.*s' is no user: a name such as eva, or an address such as eva@example.org", roles[i].option,
                   SV_ARG(who));
}

static bool is_given_before(const struct start *t, int i)
{
    for (int k = 0; k < i; k++)
        if (sv_eq(t->given[k], t->given[i]))
            return true;
    return false;
}

static void add_leader(struct start *t, struct sv name)
{
    struct sv quoted = arena_printf(t->arena, "'user:default/%.*s'", SV_ARG(name));
    if (sv_find(strbuf_sv(&t->leaders), quoted, 0) == SIZE_MAX)
        strbuf_addf(&t->leaders, "%s%.*s", t->leaders.n ? ", " : "", SV_ARG(quoted));
}

/* Who holds a role in the group today needs no line for it. */
static void read_held(struct start *t)
{
    uint32_t n = 0;
    const struct entity *const *all = t->model ? model_of_kind(t->model, KIND_ROLE_ASSIGNMENT, &n) : NULL;
    for (uint32_t k = 0; k < n; k++)
        for (int i = 0; i < ROLES; i++) {
            struct sv group = model_full_ref(t->arena, entity_text(all[k], "group"), "group", all[k]->ns);
            const struct entity *user = find(t, "user", entity_text(all[k], "person"));
            if (!user || !sv_is(entity_text(all[k], "role"), roles[i].role) || !entity_on(all[k], t->today) ||
                !sv_eq(group, model_full_ref(t->arena, t->group, "group", SV("default"))))
                continue;
            t->held[i] |= !t->given[i].n || sv_eq(user->name, t->given[i]);
            add_leader(t, user->name);
        }
    for (int i = 0; i < ROLES; i++)
        if (t->given[i].n)
            add_leader(t, t->given[i]);
}

/* --zone, else of the first leader who has one. */
static bool read_zone(struct start *t)
{
    const char *given = cli_value(t->c, "zone");
    t->zone = sv_of(given);
    for (int i = 0; !t->zone.n && i < ROLES; i++) {
        const struct entity *person = t->given[i].n ? find(t, "person", t->given[i]) : NULL;
        t->zone = person ? entity_text(person, "timezone") : SV_NONE;
    }
    struct sv rest = strbuf_sv(&t->leaders), quoted;
    while (!t->zone.n && rest.p && sv_cut(&rest, ',', &quoted)) {
        size_t slash = sv_find_char(quoted, '/', 0);
        const struct entity *person = slash == SIZE_MAX ? NULL : find(t, "person", sv_slice(quoted, slash + 1, quoted.n - 1));
        t->zone = person ? entity_text(person, "timezone") : SV_NONE;
    }
    if (!t->zone.n)
        return err_set(&t->err, "no leader has a time zone in the model: name the one the meetings keep with --zone Europe/Stockholm");
    return zone_find(t->zone, &t->err) != NULL;
}

/* --- the file --- */

static void add_date(struct strbuf *out, struct date d) { strbuf_addf(out, "%04d-%02d-%02d", d.year, d.month, d.day); }

static struct sv capital(struct start *t, struct sv name)
{
    struct sv copy = arena_printf(t->arena, "%.*s", SV_ARG(name));
    char first[2] = { copy.p[0], 0 };
    if (first[0] >= 'a' && first[0] <= 'z')
        first[0] = (char)(first[0] - 'a' + 'A');
    return arena_printf(t->arena, "%s%.*s", first, SV_ARG(sv_slice(copy, 1, copy.n)));
}

static void add_potlac(struct start *t)
{
    struct sv title = t->known_group && !sv_eq(t->known_group->title, t->known_group->name) ? t->known_group->title : capital(t, t->name);
    strbuf_addf(&t->file,
                "# The Potlac of %.*s: product owner, team lead and agile coach work as one small team.\n"
                "# 'potlac plan' shows the meetings it brings, 'potlac apply' makes them. In Puppet code the same is one line:\n"
                "# class { 'potlac::team': potlac => 'potlac:default/%.*s', label => '%.*s leaders', leaders => [%.*s], zone => '%.*s', "
                "sync => { 'earliest' => 'tue', 'latest' => 'thu' }, one_on_ones => { 'max_per_week' => 2 } }\n",
                SV_ARG(title), SV_ARG(t->name), SV_ARG(title), SV_ARG(strbuf_sv(&t->leaders)), SV_ARG(t->zone));
    strbuf_addf(&t->file,
                "apiVersion: potlac/v1\nkind: Potlac\nmetadata: {name: %.*s, title: %.*s leaders}\n"
                "spec:\n  group: %.*s\n  leaders: byRole\n  anchorZone: %.*s\n"
                "  sync: {every: P1W, minutes: 30, topicsPerLeader: 1, earliest: tue, latest: thu}\n"
                "  oneOnOnes: {minutes: 30, maxPerLeaderPerWeek: 2, maxGapWeeks: 3}\n"
                "  quickChat: {minutes: 10, before: PT2H, latest: PT15M}\n"
                "  mock: {minutes: 60, leadDays: [1, 3]}\n",
                SV_ARG(t->name), SV_ARG(title), SV_ARG(t->group), SV_ARG(t->zone));
    if (!t->known_group)
        strbuf_addf(
            &t->file,
            "---\napiVersion: backstage.io/v1alpha1\nkind: Group\nmetadata: {name: %.*s, title: %.*s}\nspec: {type: team, children: []}\n",
            SV_ARG(t->group), SV_ARG(title));
}

/* A name that no assignment has, of today or of former days. */
static struct sv assignment_name(struct start *t, int i)
{
    struct sv name = arena_printf(t->arena, "%.*s-%s", SV_ARG(t->name), roles[i].suffix);
    for (unsigned n = 2; find(t, "roleassignment", name); n++)
        name = arena_printf(t->arena, "%.*s-%s-%u", SV_ARG(t->name), roles[i].suffix, n);
    return name;
}

/* mark: "# " before each line of what people have to fill in. */
static void add_assignment(struct start *t, int i, const char *mark)
{
    struct sv who = t->given[i].n ? t->given[i] : SV("WHO");
    strbuf_addf(&t->file,
                "%s---\n%sapiVersion: potlac/v1\n%skind: RoleAssignment\n%smetadata: {name: %.*s}\n"
                "%sspec: {person: %.*s, group: %.*s, role: %s, from: ",
                mark, mark, mark, mark, SV_ARG(assignment_name(t, i)), mark, SV_ARG(who), SV_ARG(t->group), roles[i].role);
    add_date(&t->file, t->today);
    strbuf_adds(&t->file, "}\n");
}

static void add_person(struct start *t, int i)
{
    struct sv mail = t->mail[i];
    strbuf_addf(&t->file, "---\napiVersion: backstage.io/v1alpha1\nkind: User\nmetadata: {name: %.*s}\nspec: {profile: {displayName: %.*s",
                SV_ARG(t->given[i]), SV_ARG(capital(t, t->given[i])));
    if (mail.n)
        strbuf_addf(&t->file, ", email: %.*s", SV_ARG(mail));
    strbuf_addf(&t->file,
                "}, memberOf: [%.*s]}\n---\n# Hours, and holidays: [NAME] of a HolidayCalendar, decide when meetings may be.\n"
                "apiVersion: potlac/v1\nkind: Person\nmetadata: {name: %.*s}\nspec: {timezone: %.*s, hours: {mon-fri: \"09:00-17:00\"}}\n",
                SV_ARG(t->group), SV_ARG(t->given[i]), SV_ARG(t->zone));
}

static void add_people(struct start *t)
{
    for (int i = 0; i < ROLES; i++) {
        if (t->given[i].n && !t->held[i]) {
            add_assignment(t, i, "");
            t->assignments++;
        }
        if (t->given[i].n && !t->has_known_user[i] && !is_given_before(t, i)) {
            add_person(t, i);
            t->users++;
        }
    }
    for (int i = 0; i < ROLES; i++)
        if (!t->given[i].n && !t->held[i]) {
            strbuf_addf(&t->file, "# Nobody is %s yet: take the marks away, and say who.\n", roles[i].said);
            add_assignment(t, i, "# ");
            t->open++;
        }
}

/* --- writing it --- */

/* Of a folder that is Puppet's alone a model would change what every host gets. */
static bool may_begin(struct start *t, struct sv dir)
{
    static const char *const parts[] = { "manifests", "environments", "environment.conf", "hiera.yaml", "modules" };
    if (!fs_is_dir(arena_cstr(t->arena, dir)))
        return err_set(&t->err, "there is no folder '%.*s'; make it, or name one with --site DIR", SV_ARG(dir));
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (fs_exists(path_join(t->arena, dir, sv_of(parts[i])).p))
            return err_set(&t->err,
                           "'%.*s' has %s and no model/: with a model its hosts would be those of the model. Give people a folder of their "
                           "own (--site DIR), or make model/ first",
                           SV_ARG(dir), parts[i]);
    return true;
}

static bool compose(struct start *t)
{
    const struct entity *there = find(t, "potlac", t->name);
    if (there)
        return err_set(&t->err, "potlac:%.*s is there already, in %.*s", SV_ARG(t->name), SV_ARG(entity_span(there, "group").src->path));
    bool ok = read_group(t);
    for (int i = 0; ok && i < ROLES; i++)
        ok = read_person(t, i);
    if (!ok)
        return false;
    read_held(t);
    if (!read_zone(t))
        return false;
    add_potlac(t);
    add_people(t);
    return true;
}

/* The whole model with the new file in it; a file that breaks it does not stay. */
static bool keep_if_sound(struct start *t)
{
    struct site s;
    if (site_open(t->c, &s)) {
        site_close(&s);
        return true;
    }
    unlink(t->path.p);
    return err_set(&t->err, "the model would not be sound with it: nothing is written");
}

static void count(struct strbuf *out, unsigned n, const char *what)
{
    if (n)
        strbuf_addf(out, ", %u %s%s", n, what, n == 1 ? "" : "s");
}

static void tell(struct start *t)
{
    struct cli *c = t->c;
    const char *site = cli_value(c, "site");
    struct sv option = site ? arena_printf(t->arena, " --site %s", site) : SV("");
    struct strbuf what = STRBUF_IN(t->arena);
    count(&what, t->known_group ? 0 : 1, "Group");
    count(&what, t->assignments, "RoleAssignment");
    count(&what, t->users, "User");
    if (c->json) {
        printf("{\"file\": \"%.*s\", \"potlac\": \"potlac:default/%.*s\", \"open_roles\": %u}\n", SV_ARG(t->path), SV_ARG(t->name),
               t->open);
        return;
    }
    printf("%.*s: a Potlac%.*s; the model is sound with it\n", SV_ARG(t->path), SV_ARG(strbuf_sv(&what)));
    printf("Next:\n");
    for (int i = 0; i < ROLES; i++)
        if (!t->given[i].n && !t->held[i])
            printf("  say in the file who is %s\n", roles[i].said);
    printf("  potlac plan%.*s     which meetings it adds\n  potlac apply%.*s    make them\n", SV_ARG(option), SV_ARG(option));
}

static bool run_init(struct start *t, struct sv dir)
{
    struct site s;
    bool has_model = fs_is_dir(path_join(t->arena, dir, SV("model")).p), ok = true;
    int64_t now = now_utc();
    const char *given = cli_value(t->c, "now");
    if (given && !utc_parse(sv_of(given), &now))
        return err_set(&t->err, "'%s' is no UTC time such as 2027-02-15T08:00:00Z", given);
    t->today = local_from_seconds(now).date;
    t->path = path_join(t->arena, dir, arena_printf(t->arena, "model/potlac-%.*s.yaml", SV_ARG(t->name)));
    if (fs_exists(t->path.p))
        return err_set(&t->err, "'%.*s' exists: it is not written over; change it, or choose another name", SV_ARG(t->path));
    if (!has_model && !may_begin(t, dir))
        return false;
    if (has_model && !site_open(t->c, &s))
        return err_set(&t->err, "the model is to be sound before anything is added");
    t->model = has_model ? s.model : NULL;
    ok = compose(t);
    if (has_model)
        site_close(&s);
    return ok && fs_mkdirs(path_dir(t->path).p ? arena_cstr(t->arena, path_dir(t->path)) : ".", 0755, &t->err) &&
           fs_write_atomic(t->path.p, strbuf_sv(&t->file), 0644, &t->err) && keep_if_sound(t);
}

static int init(struct cli *c)
{
    const char *site = cli_value(c, "site");
    struct start t = { .c = c, .arena = c->arena, .file = STRBUF_IN(c->arena), .leaders = STRBUF_IN(c->arena) };
    if (c->arg_count != 2 || strcmp(c->args[0], "team") != 0)
        return cli_misuse(c, "what is to be begun is expected, and its name: init team search");
    t.name = sv_of(c->args[1]);
    if (!is_name(t.name))
        return cli_misuse(c, "'%s' is no name: it has a-z, 0-9, '-', '_', '.', begins with a letter or a digit, and is 55 long at most",
                          c->args[1]);
    if (!run_init(&t, sv_of(site ? site : ".")))
        return cli_broken(&t.err);
    tell(&t);
    return EXIT_OK;
}

static const struct cli_option options[] = {
    { "site", 's', "DIR", "the site, or an empty folder that becomes one [.]" },
    { "group", 0, "GROUP", "the team's Group [team-NAME, or NAME]" },
    { "zone", 0, "ZONE", "whose wall clock the meetings keep: Europe/Stockholm [a leader's]" },
    { "product-owner", 0, "USER", "who is: a user of the model, or somebody new by name or mail [who holds the role]" },
    { "team-lead", 0, "USER", "the same" },
    { "agile-coach", 0, "USER", "the same; one coach may have several teams" },
    { "state", 0, "DIR", "store and calendars [SITE/.potlac]" },
    { "store", 0, "WHERE", "the store: a file, or postgresql://... [potlac.yaml's, STATE/store.db]" },
    { "now", 0, "TIME", "take this UTC time for the clock: 2027-02-15T08:00:00Z" },
    { NULL, 0, NULL, NULL },
};

const struct verb verb_init = {
    .name = "init",
    .usage = "team NAME [--product-owner USER --team-lead USER --agile-coach USER]",
    .summary = "Begin a team's Potlac: write its file of the model",
    .help = "Writes model/potlac-NAME.yaml: the Potlac, and those of its group, roles and people that the model does not have yet. Who\n"
            "holds a role in the group already keeps it; a role that nobody holds stands there as a comment to be filled in. A file that\n"
            "exists is never written over, and one that would make the model unsound does not stay.",
    .options = options,
    .run = init,
};
