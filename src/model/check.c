/* check: resolves, relates and holds a loaded model against every rule; then it is complete and never changes again. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "model/internal.h"

bool rule_error(struct checker *k, struct span at, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    struct sv text = arena_vprintf(k->scratch, fmt, ap);
    va_end(ap);
    k->ok = false;
    return diag_error(k->diags, at, "%.*s", SV_ARG(text));
}

bool model_check(struct model *m, struct date today, struct diags *diags)
{
    struct checker k = { .m = m, .diags = diags, .scratch = arena_new(0), .today = today, .day = date_to_days(today), .ok = true };
    k.ok = overlay_add_made(m, diags);
    relate_entities(&k);
    relate_finish(&k);
    static const struct rule *const tables[] = { model_rules, machine_rules, people_rules };
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        for (const struct rule *r = tables[i]; r->check; r++)
            r->check(&k);
    m->bad |= !k.ok;
    arena_free(k.scratch);
    return !m->bad;
}
