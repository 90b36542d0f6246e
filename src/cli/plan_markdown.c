/* plan_markdown: groups as sections. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/plan_markdown.h"

#include "base/fs.h"
#include "cli/show.h"

enum { MOST_NAMES = 8, MOST_CHANGES = 100 };

void markdown_text(struct strbuf *out, struct sv text)
{
    for (size_t i = 0; i < text.n; i++) {
        if (strchr("\\`*_[]<>|#", text.p[i]))
            strbuf_addc(out, '\\');
        strbuf_addc(out, text.p[i]);
    }
}

static struct sv name_of(struct arena *a, const struct fleet_item *item)
{
    return item->subject.is_host ? item->subject.entity->name : ref_short(a, item->subject.entity->ref);
}

static void add_title(struct strbuf *out, const struct fleet_group *g)
{
    struct arena *a = arena_new(0);
    struct sv *names = ARENA_ARRAY(a, struct sv, g->count + 1);
    for (size_t i = 0; i < g->count; i++)
        names[i] = name_of(a, g->items[i]);
    bool hosts = g->items[0]->subject.is_host;
    strbuf_adds(out, "\n### ");
    if (hosts)
        strbuf_addf(out, "%zu host%s", g->count, g->count == 1 ? "" : "s");
    if (hosts && g->in) {
        strbuf_adds(out, " of cluster ");
        markdown_text(out, g->in->name);
    }
    strbuf_adds(out, hosts ? ": " : "");
    markdown_text(out, show_names(a, names, (uint32_t)g->count, MOST_NAMES));
    strbuf_adds(out, g->is_new ? " (new)\n\n" : "\n\n");
    arena_free(a);
}

/* A block in which the text of the changes stands as it is: its fence is longer than any in it. */
static void add_block(struct strbuf *out, struct sv text)
{
    size_t longest = 2;
    for (size_t i = 0, run = 0; i < text.n; i++) {
        run = text.p[i] == '`' ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    strbuf_pad(out, '`', longest + 1);
    strbuf_adds(out, "diff\n");
    strbuf_add(out, text);
    strbuf_pad(out, '`', longest + 1);
    strbuf_adds(out, "\n");
}

static void add_changes(struct strbuf *out, const struct fleet_group *g)
{
    const struct cli plain = { 0 };
    const struct catalog_diff *d = g->items[0]->diff;
    AUTO_STRBUF text = STRBUF_HEAP;
    struct arena *a = arena_new(0);
    if (g->is_new) {
        struct sv counts = show_type_counts(a, d);
        strbuf_addf(out, "%u resources%s: %.*s\n", d->count, g->count > 1 ? " each" : "", SV_ARG(counts));
    } else {
        for (uint32_t i = 0; i < d->count && i < MOST_CHANGES; i++)
            show_change(&plain, &text, &d->changes[i], 0);
        strbuf_addf(out, "<details><summary>%u change%s</summary>\n\n", d->count, d->count == 1 ? "" : "s");
        add_block(out, strbuf_sv(&text));
        if (d->count > MOST_CHANGES)
            strbuf_addf(out, "\nand %u more\n", d->count - MOST_CHANGES);
        strbuf_adds(out, "\n</details>\n");
    }
    arena_free(a);
}

static void add_people(struct strbuf *out, const char *title, const struct concerns *list)
{
    for (size_t i = 0; i < list->count; i++) {
        bool same = i && sv_eq(list->items[i].person, list->items[i - 1].person);
        strbuf_adds(out, i == 0 ? title : same ? ", " : "), ");
        if (!same) {
            markdown_text(out, path_base(list->items[i].person));
            strbuf_adds(out, " (");
        }
        markdown_text(out, list->items[i].why);
    }
    strbuf_adds(out, list->count ? ")\n" : "");
}

void plan_markdown(struct strbuf *out, const struct fleet *f, const struct meeting_changes *meetings)
{
    unsigned hosts = 0, others = 0;
    for (size_t i = 0; i < f->group_count; i++)
        *(f->groups[i].items[0]->subject.is_host ? &hosts : &others) += (unsigned)f->groups[i].count;
    strbuf_addf(out, "## Plan: %u host%s, %u meeting plan%s", hosts, hosts == 1 ? " changes" : "s change", others, others == 1 ? "" : "s");
    strbuf_addf(out, f->failed ? ", %u do not compile\n" : "\n", f->failed);
    for (uint32_t i = 0; i < f->count; i++)
        if (f->items[i].state == FLEET_FAILED) {
            strbuf_adds(out, "\n- **");
            markdown_text(out, f->items[i].subject.entity->ref);
            strbuf_adds(out, "** does not compile: ");
            markdown_text(out, f->items[i].error);
            strbuf_adds(out, "\n");
        }
    for (size_t i = 0; i < f->group_count; i++) {
        add_title(out, &f->groups[i]);
        add_changes(out, &f->groups[i]);
        add_people(out, "\n**Concerns** ", &f->groups[i].concerned);
        add_people(out, "\n**Teams** ", &f->groups[i].teams);
        add_people(out, "\n**Neighbours** ", &f->groups[i].neighbours);
    }
    for (size_t i = 0; i < f->removed_count; i++) {
        strbuf_adds(out, "\n- ");
        markdown_text(out, f->removed[i].ref);
        strbuf_adds(out, f->removed[i].was ? " is gone from the model: its meetings end\n"
                                           : " is gone from the model: nothing converges it any more\n");
    }
    plan_meetings_markdown(out, meetings);
    if (!f->group_count && !f->removed_count && !f->failed)
        strbuf_adds(out, "\nNothing changes.\n");
}
