/* mail_sent: see mail_sent.h. One document a user, with what was told in the last weeks. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "people/mail_sent.h"

#include "base/json.h"

#define SENT_KIND    SV("mail.sent")
#define KEEP_SECONDS (60 * 86400) /* longer than anything stays due */

struct told {
    struct sv thing;
    int64_t at;
};

struct told_list {
    struct told *items;
    uint32_t count;
    size_t cap;
};

struct sv mail_sent_key(struct arena *a, struct sv user, struct sv thing)
{
    return arena_printf(a, "%.*s %.*s", SV_ARG(user), SV_ARG(thing));
}

static bool read_list(struct arena *a, struct sv user, struct sv json, struct told_list *out, struct err *err)
{
    struct source *src = ARENA_NEW(a, struct source);
    struct diags diags = diags_in(a);
    struct data_doc *doc;
    *src = (struct source){ SV("what was mailed"), json };
    if (!json_read(a, src, NULL, &diags, &doc) || doc->root.kind != DATA_MAP)
        return err_set(err, "what is recorded as mailed to '%.*s' is no JSON object", SV_ARG(user));
    for (uint32_t i = 0; i < doc->root.count; i++) {
        const struct data_pair *p = &doc->root.pairs[i];
        struct told t = { data_text(&p->key), p->value.kind == DATA_INT ? p->value.i : 0 };
        ARENA_PUSH(a, out->items, out->count, out->cap, t);
    }
    return true;
}

bool mail_sent_read(struct store *s, struct arena *a, struct map *out_told, struct err *err)
{
    struct document *docs;
    size_t n;
    *out_told = map_in(a);
    if (!store_list(s, a, SENT_KIND, &docs, &n, err))
        return false;
    for (size_t i = 0; i < n; i++) {
        struct told_list list = { 0 };
        if (!read_list(a, docs[i].key, docs[i].json, &list, err))
            return false;
        for (uint32_t k = 0; k < list.count; k++)
            map_put(out_told, mail_sent_key(a, docs[i].key, list.items[k].thing), out_told);
    }
    return true;
}

static bool is_thing_of(const struct mail *m, struct sv thing)
{
    for (uint32_t i = 0; i < m->thing_count; i++)
        if (sv_eq(m->things[i], thing))
            return true;
    return false;
}

/* The recorded list without the mail's things and what is old, and with them where told. */
static bool write_list(struct store *s, struct arena *a, const struct mail *m, const struct told_list *list, bool told, int64_t now,
                       struct err *err)
{
    struct strbuf out = STRBUF_IN(a);
    struct json_out j = json_to(&out, false);
    json_open(&j, '{');
    for (uint32_t i = 0; i < list->count; i++)
        if (!is_thing_of(m, list->items[i].thing) && list->items[i].at > now - KEEP_SECONDS) {
            json_key(&j, list->items[i].thing);
            json_int(&j, list->items[i].at);
        }
    for (uint32_t i = 0; told && i < m->thing_count; i++) {
        json_key(&j, m->things[i]);
        json_int(&j, now);
    }
    json_close(&j, '}');
    return store_put(s, SENT_KIND, m->user, strbuf_sv(&out), now, err);
}

static bool change(struct store *s, struct arena *a, const struct mail *m, bool told, int64_t now, bool *out_mine, struct err *err)
{
    struct told_list list = { 0 };
    struct err problem = { "" };
    struct sv json;
    *out_mine = true;
    if (store_get(s, a, SENT_KIND, m->user, &json, &problem)) {
        if (!read_list(a, m->user, json, &list, err))
            return false;
    } else if (problem.text[0]) {
        return err_set(err, "%s", problem.text);
    }
    for (uint32_t i = 0; told && i < list.count; i++)
        *out_mine = *out_mine && !is_thing_of(m, list.items[i].thing);
    return !*out_mine || write_list(s, a, m, &list, told, now, err);
}

static bool in_transaction(struct store *s, struct arena *a, const struct mail *m, bool told, int64_t now, bool *out_mine, struct err *err)
{
    if (!store_begin(s, err))
        return false;
    if (change(s, a, m, told, now, out_mine, err))
        return store_commit(s, err);
    store_rollback(s);
    return false;
}

bool mail_claim(struct store *s, struct arena *a, const struct mail *m, int64_t now, bool *out_mine, struct err *err)
{
    return in_transaction(s, a, m, true, now, out_mine, err);
}

bool mail_release(struct store *s, struct arena *a, const struct mail *m, int64_t now, struct err *err)
{
    bool mine;
    return in_transaction(s, a, m, false, now, &mine, err);
}
