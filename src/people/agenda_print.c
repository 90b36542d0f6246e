/* An agenda for people, and for machines. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"
#include "people/people.h"

#define LIST_MOST 12 /* of one section; the rest is counted */

/* In the order people go through them. */
static const struct {
    const char *section, *heading;
} sections[] = {
    { "topics", "Topics" },
    { "deploys", "Deployed" },
    { "drift", "Drifted" },
    { "owners", "Owners" },
    { "hosts", "Hosts" },
    { "changes", "Changed in the model" },
    { "neighbours", "Neighbours" },
    { "meetings", "Key meetings ahead" },
    { "products", "Coming products" },
    { "context", "Context" },
    { "backlog", "Backlog, as ops ranks it" },
};

static struct sv person(struct sv ref)
{
    size_t slash = sv_rfind_char(ref, '/');
    return slash == SIZE_MAX ? ref : sv_slice(ref, slash + 1, ref.n);
}

static void print_section(struct strbuf *out, const struct agenda *g, const char *section, const char *heading)
{
    unsigned shown = 0, more = 0;
    for (uint32_t i = 0; i < g->count; i++) {
        const struct agenda_item *item = &g->items[i];
        if (!sv_is(item->section, section))
            continue;
        if (shown == LIST_MOST) {
            more++;
            continue;
        }
        if (shown++ == 0)
            strbuf_addf(out, "\n%s\n", heading);
        strbuf_adds(out, "  - ");
        if (item->who.n)
            strbuf_addf(out, "%.*s: ", SV_ARG(person(item->who)));
        strbuf_addf(out, "%.*s\n", SV_ARG(item->text));
    }
    if (more)
        strbuf_addf(out, "    and %u more\n", more);
}

void agenda_print(struct strbuf *out, const struct agenda *g)
{
    unsigned people = 0;
    strbuf_addf(out, "%.*s\n  next: %.*s\n  history since: ", SV_ARG(g->title), SV_ARG(g->when));
    if (g->since)
        utc_print(out, g->since);
    else
        strbuf_adds(out, "the beginning (no meeting is recorded as held yet)");
    strbuf_addc(out, '\n');
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++)
        print_section(out, g, sections[i].section, sections[i].heading);
    for (uint32_t i = 0; i < g->missing_count; i++)
        strbuf_addf(out, "%s%.*s", i ? ", " : "\nNo topic yet from: ", SV_ARG(person(g->missing[i])));
    if (g->missing_count)
        strbuf_addc(out, '\n');
    for (uint32_t i = 0; i < g->count; i++)
        people += g->items[i].who.n > 0;
    strbuf_addf(out, "\n%u item%s brought by people, %u filled in by potlac.\n", people, people == 1 ? "" : "s", g->count - people);
}

void agenda_write_json(struct strbuf *out, const struct agenda *g)
{
    struct json_out j = json_to(out, true);
    AUTO_STRBUF since = STRBUF_HEAP;
    json_open(&j, '{');
    json_kstr(&j, "title", g->title);
    json_kstr(&j, "when", g->when);
    json_key(&j, SV("since"));
    if (g->since) {
        utc_print(&since, g->since);
        json_str(&j, strbuf_sv(&since));
    } else {
        json_null(&j);
    }
    json_key(&j, SV("items"));
    json_open(&j, '[');
    for (uint32_t i = 0; i < g->count; i++) {
        json_open(&j, '{');
        json_kstr(&j, "section", g->items[i].section);
        json_key(&j, SV("who"));
        if (g->items[i].who.n)
            json_str(&j, g->items[i].who);
        else
            json_null(&j);
        json_kstr(&j, "text", g->items[i].text);
        json_close(&j, '}');
    }
    json_close(&j, ']');
    json_key(&j, SV("missing"));
    json_open(&j, '[');
    for (uint32_t i = 0; i < g->missing_count; i++)
        json_str(&j, g->missing[i]);
    json_close(&j, ']');
    json_close(&j, '}');
    strbuf_addc(out, '\n');
}
