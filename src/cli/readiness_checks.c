/* readiness_checks: every Check's expressions, looked at before anything is asked of a store. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/readiness_scope.h"

/* Where an expression is wrong: a place in the scalar where that stands in the file as it is (plain or in quotes), else all of it. */
static struct span fault_span(const struct entity *check, const char *field, uint32_t fault)
{
    struct span at = entity_span(check, field);
    struct sv expr = entity_text(check, field);
    if (!at.src)
        return at;
    for (uint32_t quote = 0; quote < 2; quote++) {
        size_t from = (size_t)at.from + quote;
        if (from + expr.n <= at.src->text.n && sv_eq(sv_slice(at.src->text, from, from + expr.n), expr) && fault < expr.n)
            return (struct span){ at.src, (uint32_t)from + fault, (uint32_t)from + fault + 1 };
    }
    return at;
}

static void test_field(struct arena *a, const struct entity *check, const char *field, enum model_kind on, int64_t now, struct diags *diags)
{
    struct err err = { "" };
    struct check_result result;
    struct check_scope names = readiness_names(a, on, now);
    struct sv expr = entity_text(check, field);
    if (!expr.n || check_expr_test(a, expr, &names, &result, &err))
        return;
    diag_error(diags, fault_span(check, field, result.fault), "'%s' of check '%.*s' on %s: %s", field, SV_ARG(check->name),
               model_kind_name(on), err.text);
}

static void refuse_kind(struct arena *a, const struct entity *check, struct diags *diags)
{
    uint32_t n;
    const char *const *names = readiness_kind_names(&n);
    struct sv *known = ARENA_ARRAY(a, struct sv, n), on = entity_text(check, "on");
    struct strbuf all = STRBUF_IN(a);
    for (uint32_t i = 0; i < n; i++) {
        known[i] = sv_of(names[i]);
        strbuf_addf(&all, "%s%s", i == 0 ? "" : i + 1 == n ? " or " : ", ", names[i]);
    }
    diag_error(diags, entity_span(check, "on"), "check '%.*s' is on '%.*s'; expected %s", SV_ARG(check->name), SV_ARG(on),
               strbuf_cstr(&all));
    struct sv near = near_names(a, on, known, n);
    if (near.n)
        diag_hint(diags, "did you mean %.*s?", SV_ARG(near));
}

uint32_t readiness_checks_test(const struct model *m, struct arena *a, int64_t now, struct diags *diags)
{
    uint32_t n;
    const struct entity *const *all = model_of_kind(m, KIND_CHECK, &n);
    for (uint32_t i = 0; i < n; i++) {
        enum model_kind on;
        if (!readiness_kind(entity_text(all[i], "on"), &on)) {
            refuse_kind(a, all[i], diags);
            continue;
        }
        test_field(a, all[i], "when", on, now, diags);
        test_field(a, all[i], "expr", on, now, diags);
    }
    return n;
}
