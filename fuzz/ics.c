/* ics: calendars that others wrote: what is read is written and reads back as the same; its times, rules and busy stretches are worked out.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"
#include "people/caldav_series.h"
#include "people/ics_busy.h"
#include "people/ics_merge.h"

static bool same(const struct ics_component *x, const struct ics_component *y)
{
    if (!sv_eq(x->name, y->name) || x->line_count != y->line_count || x->child_count != y->child_count)
        return false;
    for (uint32_t i = 0; i < x->line_count; i++)
        if (!sv_eq(x->lines[i].head, y->lines[i].head) || !sv_eq(x->lines[i].value, y->lines[i].value))
            return false;
    for (uint32_t i = 0; i < x->child_count; i++)
        if (!same(x->children[i], y->children[i]))
            return false;
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new(0);
    struct err err = { "" };
    struct ics_component *c = ics_read(a, sv_make((const char *)data, size), ICS_OBJECT_MAX, &err);
    if (!c && !err.text[0])
        abort();
    if (c) {
        struct strbuf text = STRBUF_IN(a);
        ics_write(&text, c);
        struct ics_component *again = ics_read(a, strbuf_sv(&text), 4 * ICS_OBJECT_MAX, &err);
        if (!again || !same(c, again)) {
            fprintf(stderr, "what was written does not read back: %s\n%.*s\n", err.text, SV_ARG(strbuf_sv(&text)));
            abort();
        }
        /* an object as everybody's at once: merged with itself nothing of it may change */
        struct merge m = { .before = c, .ours = c, .base = ics_reduced(a, c), .theirs = c, .now = 1802678400, .revision = SV("2") };
        if (ics_merge(a, &m).result || ics_edits(a, c, c).count)
            abort();
        caldav_ahead(a, c, m.now, 100);
        struct busy_list busy = { 0 };
        if (ics_busy(a, c, zone_find(SV("Europe/Stockholm"), NULL), 1798761600, 1830297600, NULL, &busy, &err)) /* 2027 */
            busy_merge(&busy);
    }
    arena_free(a);
    return 0;
}
