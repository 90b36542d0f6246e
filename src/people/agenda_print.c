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
    { "capacity", "Capacity" },
    { "changes", "Changed in the model" },
    { "apis", "APIs" },
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

/* --- three forms of the same --- */

struct form {
    void (*text)(struct strbuf *out, struct sv text);
    const char *title[2], *line[2], *heading[2], *list[2], *item[2], *strong[2], *more[2], *paragraph[2];
};

/* A control character in what somebody wrote must not reach a terminal. */
static void plain_text(struct strbuf *out, struct sv text)
{
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];
        strbuf_addc(out, c < 0x20 || c == 0x7f ? ' ' : (char)c);
    }
}

static void markdown_text(struct strbuf *out, struct sv text)
{
    for (size_t i = 0; i < text.n; i++) {
        if (strchr("\\`*_[]<>#|&~!", text.p[i]) && text.p[i])
            strbuf_addc(out, '\\');
        plain_text(out, sv_slice(text, i, i + 1));
    }
}

static void html_text(struct strbuf *out, struct sv text)
{
    static const struct {
        char c;
        const char *as;
    } marks[] = { { '<', "&lt;" }, { '>', "&gt;" }, { '&', "&amp;" }, { '"', "&quot;" }, { '\'', "&#39;" } };
    for (size_t i = 0; i < text.n; i++) {
        const char *as = NULL;
        for (size_t k = 0; k < sizeof marks / sizeof *marks; k++)
            if (text.p[i] == marks[k].c)
                as = marks[k].as;
        if (as)
            strbuf_adds(out, as);
        else
            plain_text(out, sv_slice(text, i, i + 1));
    }
}

static const struct form terminal = { plain_text,       { "", "\n" }, { "  ", "\n" },   { "\n", "\n" }, { "", "" },
                                      { "  - ", "\n" }, { "", "" },   { "    ", "\n" }, { "\n", "\n" } };
static const struct form markdown = { markdown_text,  { "# ", "\n\n" }, { "- ", "\n" }, { "\n## ", "\n\n" }, { "", "" },
                                      { "- ", "\n" }, { "**", "**" },   { "- ", "\n" }, { "\n", "\n" } };
static const struct form html = { html_text,
                                  { "<h1>", "</h1>\n" },
                                  { "<p>", "</p>\n" },
                                  { "<h2>", "</h2>\n" },
                                  { "<ul>\n", "</ul>\n" },
                                  { "<li>", "</li>\n" },
                                  { "<strong>", "</strong>" },
                                  { "<li>", "</li>\n" },
                                  { "<p>", "</p>\n" } };

static void put(struct strbuf *out, const struct form *f, const char *const around[2], struct sv text)
{
    strbuf_adds(out, around[0]);
    f->text(out, text);
    strbuf_adds(out, around[1]);
}

static void print_item(struct strbuf *out, const struct form *f, const struct agenda_item *item)
{
    strbuf_adds(out, f->item[0]);
    if (item->who.n) {
        put(out, f, f->strong, person(item->who));
        strbuf_adds(out, ": ");
    } else if (item->bot.n) {
        put(out, f, f->strong, item->bot);
        strbuf_adds(out, ": ");
    }
    f->text(out, item->text);
    strbuf_adds(out, f->item[1]);
}

static void print_section(struct strbuf *out, const struct form *f, const struct agenda *g, const char *section, const char *heading)
{
    unsigned shown = 0, more = 0;
    for (uint32_t i = 0; i < g->count; i++) {
        if (!sv_is(g->items[i].section, section))
            continue;
        if (shown == LIST_MOST) {
            more++;
            continue;
        }
        if (shown++ == 0) {
            put(out, f, f->heading, sv_of(heading));
            strbuf_adds(out, f->list[0]);
        }
        print_item(out, f, &g->items[i]);
    }
    if (more)
        strbuf_addf(out, "%sand %u more%s", f->more[0], more, f->more[1]);
    if (shown)
        strbuf_adds(out, f->list[1]);
}

static void print_missing(struct strbuf *out, const struct form *f, const struct agenda *g)
{
    strbuf_adds(out, f->paragraph[0]);
    for (uint32_t i = 0; i < g->missing_count; i++) {
        strbuf_adds(out, i ? ", " : "No topic yet from: ");
        f->text(out, person(g->missing[i]));
    }
    strbuf_adds(out, f->paragraph[1]);
}

static void print_agenda(struct strbuf *out, const struct form *f, const struct agenda *g)
{
    unsigned people = 0;
    AUTO_STRBUF line = STRBUF_HEAP;
    put(out, f, f->title, g->title);
    strbuf_addf(&line, "next: %.*s", SV_ARG(g->when));
    put(out, f, f->line, strbuf_sv(&line));
    strbuf_reset(&line);
    strbuf_adds(&line, "history since: ");
    if (g->since)
        utc_print(&line, g->since);
    else
        strbuf_adds(&line, "the beginning (no meeting is recorded as held yet)");
    put(out, f, f->line, strbuf_sv(&line));
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++)
        print_section(out, f, g, sections[i].section, sections[i].heading);
    if (g->missing_count)
        print_missing(out, f, g);
    if (g->ask.n)
        put(out, f, f->paragraph, g->ask);
    for (uint32_t i = 0; i < g->count; i++)
        people += g->items[i].who.n > 0;
    strbuf_reset(&line);
    strbuf_addf(&line, "%u item%s brought by people, %u filled in by potlac.", people, people == 1 ? "" : "s", g->count - people);
    put(out, f, f->paragraph, strbuf_sv(&line));
}

void agenda_print(struct strbuf *out, const struct agenda *g) { print_agenda(out, &terminal, g); }
void agenda_print_markdown(struct strbuf *out, const struct agenda *g) { print_agenda(out, &markdown, g); }

void agenda_print_html(struct strbuf *out, const struct agenda *g)
{
    strbuf_adds(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>");
    html_text(out, g->title);
    strbuf_adds(out, "</title>\n</head>\n<body>\n");
    print_agenda(out, &html, g);
    strbuf_adds(out, "</body>\n</html>\n");
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
        if (g->items[i].bot.n)
            json_kstr(&j, "bot", g->items[i].bot);
        json_kbool(&j, "steady", g->items[i].steady);
        json_close(&j, '}');
    }
    json_close(&j, ']');
    json_key(&j, SV("missing"));
    json_open(&j, '[');
    for (uint32_t i = 0; i < g->missing_count; i++)
        json_str(&j, g->missing[i]);
    json_close(&j, ']');
    json_kbool(&j, "nothing", g->nothing);
    json_kint(&j, "confirmed", g->confirmed);
    if (g->ask.n)
        json_kstr(&j, "ask", g->ask);
    json_close(&j, '}');
    strbuf_addc(out, '\n');
}
