/* calendars: see calendars.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/calendars.h"

#include "cli/show.h"

static const struct {
    const char *name, *did, *would;
} kinds[] = {
    [NOTE_CREATE] = { "create", "wrote", "would write" }, [NOTE_UPDATE] = { "update", "changed", "would change" },
    [NOTE_END] = { "end", "ended", "would end" },         [NOTE_DELETE] = { "delete", "deleted", "would delete" },
    [NOTE_MAIL] = { "mail", "mail:", "mail:" },           [NOTE_EDIT] = { "edit", "by hand:", "by hand:" },
    [NOTE_KEPT] = { "kept", "kept:", "kept:" },           [NOTE_FAILED] = { "failed", "failed:", "failed:" },
};

void show_calendars(const struct cli *c, const struct caldav *caldav, bool noop)
{
    uint32_t count;
    const struct caldav_note *notes = caldav_notes(caldav, &count);
    struct arena *a = arena_new(0);
    printf("%sCalendars of people%s\n", cli_bold(c), cli_plain(c));
    for (uint32_t i = 0; i < count; i++) {
        const struct caldav_note *n = &notes[i];
        bool bad = n->kind == NOTE_FAILED;
        struct sv user = ref_short(a, n->user), target = ref_short(a, n->target), title = ref_short(a, n->title);
        printf("  %s%.*s (%.*s): %s%s%.*s%s%.*s%s\n", bad ? cli_red(c) : "", SV_ARG(user), SV_ARG(target),
               noop ? kinds[n->kind].would : kinds[n->kind].did, n->title.n ? " " : "", SV_ARG(title),
               n->text.n ? (n->title.n ? ": " : " ") : "", SV_ARG(n->text), bad ? cli_plain(c) : "");
    }
    unsigned writes = caldav_writes(caldav), failures = caldav_failures(caldav);
    printf("  %u write%s%s, %u failure%s\n", writes, writes == 1 ? "" : "s", noop ? " would be made" : "", failures,
           failures == 1 ? "" : "s");
    arena_free(a);
}

void calendars_write_json(struct json_out *j, const struct caldav *caldav)
{
    uint32_t count;
    const struct caldav_note *notes = caldav_notes(caldav, &count);
    json_open(j, '[');
    for (uint32_t i = 0; i < count; i++) {
        json_open(j, '{');
        json_kstr(j, "kind", sv_of(kinds[notes[i].kind].name));
        json_kstr(j, "target", notes[i].target);
        json_kstr(j, "user", notes[i].user);
        json_kstr(j, "ritual", notes[i].title);
        json_kstr(j, "text", notes[i].text);
        json_close(j, '}');
    }
    json_close(j, ']');
}
