/* query_emit: fields and parts of JSON, in both dialects. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "store/query_emit.h"

#include <stdarg.h>

#include "base/json.h"

bool is_postgres(const struct emit *e) { return e->setting->dialect == SQL_OF_POSTGRES; }

bool emit_failed(struct emit *e, struct span at, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    struct sv text = arena_vprintf(e->arena, fmt, ap);
    va_end(ap);
    if (!e->failed)
        diag_error(e->diags, at, "%.*s", SV_ARG(text));
    e->failed = true;
    return false;
}

void emit_text(struct emit *e, const char *text) { strbuf_adds(&e->sql, text); }

static bool same_value(const struct sql_value *a, const struct sql_value *b)
{
    return a->kind == b->kind && (a->kind == SQL_TEXT ? sv_eq(a->s, b->s) : a->kind == SQL_INT && a->i == b->i);
}

/* The same value is the same argument: PostgreSQL knows an expression in GROUP BY again only so. */
unsigned emit_bind(struct emit *e, struct sql_value v)
{
    for (unsigned i = 0; i < e->arg_count; i++)
        if (same_value(&e->args[i], &v))
            return i + 1;
    if (e->arg_count < MOST_QUERY_ARGS)
        e->args[e->arg_count++] = v;
    else
        emit_failed(e, (struct span){ 0 }, "the query compares with more than %d values: give lists to 'in'", MOST_QUERY_ARGS);
    return e->arg_count;
}

void emit_arg(struct emit *e, struct sql_value v) { strbuf_addf(&e->sql, "?%u", emit_bind(e, v)); }

/* ---- fields ---- */

static bool unknown_field(struct emit *e, const struct query_table *t, const struct query_field *f)
{
    AUTO_STRBUF names = STRBUF_HEAP;
    emit_failed(e, f->at, "'%s' have no field '%.*s'", t->name, SV_ARG(f->name));
    for (const struct table_field *k = t->fields; k->name; k++)
        strbuf_addf(&names, "%s%s", k == t->fields ? "" : ", ", k->name);
    diag_hint(e->diags, "they have: %s", strbuf_cstr(&names));
    return false;
}

bool emit_place(struct emit *e, const struct query_table *t, const struct query_field *f, struct place *out)
{
    const struct table_field *field = query_table_field(t, f->name);
    *out = (struct place){ .field = field, .asked = f, .steps = f->steps, .step_count = f->step_count };
    if (!field && t->flags & TABLE_OPEN) { /* hosts { cluster = 'x' } is hosts { spec.cluster = 'x' } */
        struct query_step *steps = ARENA_ARRAY(e->arena, struct query_step, f->step_count + 1);
        steps[0] = (struct query_step){ .kind = STEP_KEY, .text = f->name };
        if (f->step_count)
            memcpy(steps + 1, f->steps, f->step_count * sizeof *steps);
        field = query_table_field(t, SV("spec"));
        *out = (struct place){ .field = field, .asked = f, .steps = steps, .step_count = f->step_count + 1 };
    }
    if (!field)
        return unknown_field(e, t, f);
    out->kind = field->kind;
    out->sql = sv_of(is_postgres(e) && field->postgres ? field->postgres : field->sql);
    if (out->step_count && out->kind != FIELD_JSON && out->kind != FIELD_FACTS)
        return emit_failed(e, f->at, "'%s' holds no structure to go into", field->name);
    return true;
}

/* ---- JSON ---- */

/* SQLite: $."os"."family"[0] */
static struct sv sqlite_path(struct emit *e, const struct query_step *steps, uint32_t count)
{
    struct strbuf b = STRBUF_IN(e->arena);
    strbuf_addc(&b, '$');
    for (uint32_t i = 0; i < count; i++) {
        if (steps[i].kind == STEP_INDEX)
            strbuf_addf(&b, "[%lld]", (long long)steps[i].index);
        else
            strbuf_addf(&b, ".\"%.*s\"", SV_ARG(steps[i].text));
        if (steps[i].kind == STEP_KEY && sv_find_char(steps[i].text, '"', 0) != SIZE_MAX)
            emit_failed(e, (struct span){ 0 }, "a key with a quotation mark in it cannot be asked for");
    }
    return strbuf_sv(&b);
}

/* PostgreSQL: {"os","family","0"} */
static struct sv postgres_path(struct emit *e, const struct query_step *steps, uint32_t count)
{
    struct strbuf b = STRBUF_IN(e->arena);
    strbuf_addc(&b, '{');
    for (uint32_t i = 0; i < count; i++) {
        strbuf_adds(&b, i ? ",\"" : "\"");
        if (steps[i].kind == STEP_INDEX)
            strbuf_addf(&b, "%lld", (long long)steps[i].index);
        for (size_t k = 0; steps[i].kind == STEP_KEY && k < steps[i].text.n; k++) {
            if (strchr("\"\\", steps[i].text.p[k]))
                strbuf_addc(&b, '\\');
            strbuf_addc(&b, steps[i].text.p[k]);
        }
        strbuf_addc(&b, '"');
    }
    strbuf_addc(&b, '}');
    return strbuf_sv(&b);
}

/* $J the JSON, $P the path. */
static const char *const json_forms[][2] = {
    [JSON_STRING] = { "CASE json_type($J, $P) WHEN 'text' THEN ($J) ->> $P END", "json_string(($J)::jsonb #> $P::text[])" },
    [JSON_NUMBER] = { "CASE WHEN json_type($J, $P) IN ('integer', 'real') THEN ($J) ->> $P END", "json_number(($J)::jsonb #> $P::text[])" },
    [JSON_TRUTH] = { "CASE json_type($J, $P) WHEN 'true' THEN 1 WHEN 'false' THEN 0 END", "json_truth(($J)::jsonb #> $P::text[])" },
    [JSON_PRESENT] = { "coalesce(json_type($J, $P), 'null') <> 'null'",
                       "coalesce(jsonb_typeof(($J)::jsonb #> $P::text[]), 'null') <> 'null'" },
    [JSON_ITSELF] = { "($J) -> $P", "(($J)::jsonb #> $P::text[])::text" },
    [JSON_SCALAR] = { "($J) ->> $P", "(($J)::jsonb #>> $P::text[])" },
};

void emit_json(struct emit *e, enum json_part part, struct sv sql, const struct query_step *steps, uint32_t count)
{
    const char *form = json_forms[part][is_postgres(e)];
    struct sv path = is_postgres(e) ? postgres_path(e, steps, count) : sqlite_path(e, steps, count);
    unsigned arg = emit_bind(e, sql_text(path));
    for (const char *p = form; *p; p++) {
        if (*p != '$')
            strbuf_addc(&e->sql, *p);
        else if (*++p == 'J')
            strbuf_add(&e->sql, sql);
        else
            strbuf_addf(&e->sql, "?%u", arg);
    }
}
