/* note: private notes of a one-on-one, for its two people alone. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/json.h"
#include "cli/actor.h"
#include "cli/change.h"
#include "people/notes.h"

struct noting {
    struct cli *c;
    struct site *s;
    struct sv author; /* as given; the User's ref where the model knows one */
    struct meeting_name name;
    bool may; /* the author is one of the two */
    struct sv week;
    struct notes_key key;
    struct err err;
};

/* --- who, what, when --- */

/* A third person is told what they would be told were there no note: not even that there is such a pair. */
static bool no_note(struct noting *n)
{
    return err_set(&n->err, "there is no note of '%s'%s%.*s that %.*s may read", n->c->args[1], n->week.n ? " in " : "", SV_ARG(n->week),
                   SV_ARG(n->author));
}

static bool read_week(struct noting *n)
{
    struct err err = { "" };
    const struct zone *zone = zone_find(n->name.zone.n ? n->name.zone : SV("UTC"), &err);
    struct date today = zone ? zone_to_local(zone, n->s->now).date : n->s->today, monday = today;
    n->week = meeting_week_of(n->c->arena, today);
    if (n->c->arg_count > 2 && !meeting_week_parse(n->c->arena, sv_of(n->c->args[2]), &n->week, &monday))
        return err_set(&n->err, "'%s' is no week such as 2027-W09", n->c->args[2]);
    return date_to_days(monday) <= date_to_days(today) + 7 || err_set(&n->err, "%.*s is too far ahead for a note", SV_ARG(n->week));
}

static bool prepare(struct noting *n)
{
    struct err unknown = { "" };
    const struct entity *user = actor_find(n->s->model, n->c->arena, n->author);
    bool there = meeting_find(n->s->model, n->c->arena, sv_of(n->c->args[1]), n->s->today, &n->name, &unknown);
    n->may = there && user && notes_may(&n->name, user->ref);
    if (user)
        n->author = user->ref;
    return read_week(n);
}

/* --- reading --- */

static void print_notes(struct noting *n, const struct note *notes, uint32_t count)
{
    AUTO_STRBUF out = STRBUF_HEAP;
    struct json_out j = json_to(&out, true);
    if (n->c->json)
        json_open(&j, '[');
    for (uint32_t i = 0; i < count; i++) {
        struct strbuf at = STRBUF_IN(n->c->arena);
        utc_print(&at, notes[i].at);
        if (!n->c->json) {
            struct sv by = ref_short(n->c->arena, notes[i].by);
            strbuf_addf(&out, "%s%s%.*s, %.*s%s\n%.*s%s", i ? "\n" : "", cli_bold(n->c), SV_ARG(by), SV_ARG(strbuf_sv(&at)),
                        cli_plain(n->c), SV_ARG(notes[i].text), sv_ends(notes[i].text, SV("\n")) ? "" : "\n");
            continue;
        }
        json_open(&j, '{');
        json_kstr(&j, "at", strbuf_sv(&at));
        json_kstr(&j, "by", notes[i].by);
        json_kstr(&j, "text", notes[i].text);
        json_close(&j, '}');
    }
    if (n->c->json) {
        json_close(&j, ']');
        strbuf_addc(&out, '\n');
    }
    cli_write(stdout, &out);
}

static bool open_for_reading(struct noting *n, bool *out_there)
{
    *out_there = n->may && n->s->early_store && site_open_store(n->s, &n->err) &&
                 notes_key_read(n->s->store, n->c->arena, n->s->state_dir, false, &n->key, &n->err);
    return *out_there || !n->err.text[0];
}

static bool read_note(struct noting *n)
{
    struct note *notes;
    uint32_t count;
    bool there;
    if (!open_for_reading(n, &there))
        return false;
    if (!there)
        return no_note(n);
    if (!notes_read(n->s->store, n->c->arena, &n->key, n->name.title, n->week, &notes, &count, &n->err))
        return false;
    if (!count)
        return no_note(n);
    print_notes(n, notes, count);
    return true;
}

static bool list_notes(struct noting *n)
{
    struct sv *weeks = NULL;
    uint32_t count = 0;
    bool there;
    AUTO_STRBUF out = STRBUF_HEAP;
    struct json_out j = json_to(&out, true);
    if (!open_for_reading(n, &there) ||
        (there && !notes_weeks(n->s->store, n->c->arena, &n->key, n->name.title, n->s->today, &weeks, &count, &n->err)))
        return false;
    if (n->c->json)
        json_open(&j, '[');
    for (uint32_t i = 0; i < count; i++) {
        if (n->c->json)
            json_str(&j, weeks[i]);
        else
            strbuf_addf(&out, "%.*s\n", SV_ARG(weeks[i]));
    }
    if (n->c->json)
        json_close(&j, ']');
    else if (!count)
        strbuf_adds(&out, "No notes.");
    if (n->c->json || !count)
        strbuf_addc(&out, '\n');
    cli_write(stdout, &out);
    return true;
}

/* --- writing --- */

/* Never of an argument: those stand in lists of processes and in histories of shells. */
static bool read_text(struct noting *n, struct sv *out)
{
    const char *file = cli_value(n->c, "file");
    struct strbuf text = STRBUF_IN(n->c->arena);
    char part[4096];
    ssize_t got = 0;
    if (file && strcmp(file, "-") != 0)
        return fs_read(n->c->arena, file, NOTE_BYTES_MOST, out, &n->err);
    if (isatty(STDIN_FILENO))
        fputs("Write the note; end it with Ctrl-D on a line of its own.\n", stderr);
    while (text.n <= NOTE_BYTES_MOST && ((got = read(STDIN_FILENO, part, sizeof part)) > 0 || (got < 0 && errno == EINTR)))
        if (got > 0)
            strbuf_add(&text, sv_make(part, (size_t)got));
    *out = strbuf_sv(&text);
    return got >= 0 || err_set(&n->err, "cannot read the note from standard input");
}

static bool write_note(struct noting *n)
{
    struct note note = { .at = n->s->now, .by = n->author };
    if (!n->may)
        return err_set(&n->err, "%.*s has no one-on-one '%s': it is POTLAC/USER/USER, of two leaders", SV_ARG(n->author), n->c->args[1]);
    if (!read_text(n, &note.text))
        return false;
    if (!sv_trim(note.text).n)
        return err_set(&n->err, "the note is empty: nothing is written");
    if (!site_open_store(n->s, &n->err) || !notes_key_read(n->s->store, n->c->arena, n->s->state_dir, true, &n->key, &n->err) ||
        !notes_add(n->s->store, n->c->arena, &n->key, n->name.title, n->week, &note, &n->err))
        return false;
    printf("Noted in %.*s, for %.*s and %.*s alone.\n", SV_ARG(n->week), SV_ARG(path_base(n->name.people[0])),
           SV_ARG(path_base(n->name.people[1])));
    return true;
}

/* --- the verb --- */

static const struct {
    const char *name;
    bool (*act)(struct noting *n);
} actions[] = { { "write", write_note }, { "read", read_note }, { "list", list_notes } };

static int note(struct cli *c)
{
    struct noting n = { .c = c };
    struct site s;
    size_t action = 0;
    while (c->arg_count && action < 3 && strcmp(c->args[0], actions[action].name) != 0)
        action++;
    if (!c->arg_count || action == 3)
        return c->arg_count ? cli_misuse(c, "'%s' is no action: it is write, read or list", c->args[0])
                            : cli_misuse(c, "write, read or list is expected, and a one-on-one: read search/eva/ines");
    if (c->arg_count < 2 || c->arg_count > 3 - (action == 2))
        return cli_misuse(c, "a one-on-one is expected%s: %s search/eva/ines", action == 2 ? "" : ", and a week at most", c->args[0]);
    n.author = change_author(c);
    if (!site_open(c, &s))
        return EXIT_BROKEN;
    n.s = &s;
    bool ok = s.model ? prepare(&n) && actions[action].act(&n) : err_set(&n.err, "'%.*s' has no model/", SV_ARG(s.dir));
    notes_key_forget(&n.key);
    site_close(&s);
    return ok ? EXIT_OK : cli_broken(&n.err);
}

static const struct cli_option options[] = {
    SITE_OPTIONS,
    { "file", 0, "FILE", "the note's text [standard input]" },
    { "author", 0, "WHO", "who writes or reads [git's user.email, or the login name]" },
    { NULL, 0, NULL, NULL },
};

const struct verb verb_note = {
    .name = "note",
    .usage = "write|read POTLAC/USER/USER [WEEK] | list POTLAC/USER/USER",
    .summary = "Notes of a one-on-one, for its two people alone",
    .help =
        "WEEK is 2027-W09 [this one]. What is written again is added. Notes are encrypted; the key is notes.key in the state folder, and "
        "not\n"
        "in the store nor in its backups: keep it, and keep it from others. Nothing of a note is in the history, in queries or agendas.",
    .options = options,
    .run = note,
};
