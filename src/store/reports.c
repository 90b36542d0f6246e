/* reports: questions about the tables of inventory.c. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "store/reports.h"

#include "store/backend.h"

bool reports_mark(struct store *s, int64_t *out_id, struct err *err)
{
    *out_id = 0;
    return store_run(s, "SELECT coalesce(max(id), 0) FROM report", SQL_KEPT, NULL, 0, sql_take_int, out_id, err) ||
           err_wrap(err, "cannot read reports");
}

struct brief_reader {
    struct arena *arena;
    struct report_brief *out;
};

static bool take_brief(void *ctx, const struct sql_value *c, unsigned count, struct err *err)
{
    (void)count, (void)err;
    struct brief_reader *r = ctx;
    *r->out = (struct report_brief){ c[0].i, c[1].i, arena_dup(r->arena, c[2].s) };
    return true;
}

bool reports_newest(struct store *s, struct arena *a, struct sv certname, int64_t after_id, int64_t since, struct report_brief *out_r,
                    struct err *err)
{
    const struct sql_value args[] = { sql_text(certname), sql_int(after_id), sql_int(since) };
    struct brief_reader reader = { a, out_r };
    *out_r = (struct report_brief){ 0 };
    return store_run(s,
                     "SELECT r.id, r.started, r.status FROM node n JOIN report r ON r.node = n.id WHERE n.certname = ?1 AND r.id > ?2"
                     " AND r.started >= ?3 AND coalesce(r.noop, 0) = 0 ORDER BY r.id DESC LIMIT 1",
                     SQL_KEPT, args, 3, take_brief, &reader, err) ||
           err_wrap(err, "cannot read the reports of '%.*s'", SV_ARG(certname));
}
