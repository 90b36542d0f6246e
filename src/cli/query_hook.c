/* query_hook: the store, or the model as entities in a store of its own in memory: one language, one engine. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/query_hook.h"

#include "base/json.h"
#include "cli/show.h"
#include "store/answer.h"
#include "store/pql.h"
#include "store/query_ast.h"
#include "store/record.h"

/* Made at the first question; whoever comes second waits. */
static struct store *model_store(struct site *s, struct err *err)
{
    pthread_mutex_lock(&s->questions);
    if (!s->model_store) {
        struct store *fresh = store_open(":memory:", err);
        bool ok =
            fresh && store_begin(fresh, err) && (!s->model || record_entities(fresh, s->model, s->now, err)) && store_commit(fresh, err);
        if (ok)
            s->model_store = fresh;
        else
            store_close(fresh);
    }
    pthread_mutex_unlock(&s->questions);
    return s->model_store;
}

/* Before anything was applied nothing is stored of nodes; asking makes no files. */
static struct store *open_store(struct site *s, struct err *err)
{
    struct store *store = site_existing_store(s, err);
    return store || err->text[0] ? store : model_store(s, err);
}

static bool joins(const struct query_expr *x)
{
    if (!x)
        return false;
    for (uint32_t i = 0; i < x->item_count; i++)
        if (joins(x->items[i]))
            return true;
    return x->query != NULL;
}

struct store *query_store(struct site *s, const struct query *q, struct err *err)
{
    const struct query_table *t = query_table_find(q->entity);
    return t && t->flags & TABLE_OPEN && !joins(q->where) ? model_store(s, err) : open_store(s, err);
}

static struct query *read_query(struct call *k, struct value v, struct diags *diags)
{
    struct source *src = ARENA_NEW(k->arena, struct source);
    struct strbuf json = STRBUF_IN(k->arena);
    struct json_out j = json_to(&json, false);
    struct data_doc *doc;
    if (v.kind == V_STRING) {
        *src = (struct source){ SV("query"), value_sv(v) };
        return pql_parse(k->arena, src, diags);
    }
    show_json_value(&j, v);
    *src = (struct source){ SV("query"), strbuf_sv(&json) };
    return json_read(k->arena, src, NULL, diags, &doc) ? query_from_ast(k->arena, &doc->root, SV_NONE, diags) : NULL;
}

struct value query_hook(void *site, struct call *k, bool of_model, struct value query)
{
    struct site *s = site;
    struct err err = { "" };
    struct diags diags = diags_in(k->arena);
    struct strbuf answer = STRBUF_IN(k->arena);
    struct source *src = ARENA_NEW(k->arena, struct source);
    struct data_doc *doc = NULL;
    struct query *q = read_query(k, query, &diags);
    struct store *store = !q ? NULL : of_model ? model_store(s, &err) : open_store(s, &err);
    bool ok = store && query_answer_json(store, k->arena, q, &answer, false, &diags, &err);
    *src = (struct source){ SV("answer"), strbuf_sv(&answer) };
    ok = ok && json_read(k->arena, src, NULL, &diags, &doc);
    if (ok)
        return value_from_data(k->arena, &doc->root);
    if (diags.first)
        call_fail(k, "%s(): %.*s", k->fn->name, SV_ARG(diags.first->message));
    call_fail(k, "%s(): %s", k->fn->name, err.text);
}
