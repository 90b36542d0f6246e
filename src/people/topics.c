/* topics: a fold over the history. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "people/topics.h"

#include "base/json.h"

static const char *const words[] = { "open", "carried", "closed", "dropped" };

bool topic_is_open(const struct topic_state *t) { return t->word == TOPIC_OPEN || t->word == TOPIC_CARRIED; }
const char *topic_word(const struct topic_state *t) { return words[t->word]; }

static void read_word(struct topic_state *t, struct sv word)
{
    for (int i = 0; i < (int)(sizeof words / sizeof *words); i++)
        if (sv_is(word, words[i]))
            t->word = (enum topic_word)i;
}

/* What stands in the model counts; where nothing does, the last event. */
static void take_event(struct topic_state *t, const struct event *e)
{
    struct sv what = sv_slice(e->kind, sizeof "topic." - 1, e->kind.n);
    bool declared = entity_text(t->entity, "state").n > 0;
    if (sv_is(what, "opened")) {
        t->carried = 0; /* a name that was used before: another topic */
        what = SV("open");
    }
    t->carried += sv_is(what, "carried");
    if (!declared)
        read_word(t, what);
}

struct topic_state *topics_fold(const struct model *m, struct arena *a, struct date today, const struct event *events, size_t event_count,
                                uint32_t *out_count)
{
    struct map by_ref = map_in(a);
    const struct entity *const *all = model_of_kind(m, KIND_TOPIC, out_count);
    struct topic_state *list = ARENA_ARRAY(a, struct topic_state, *out_count + 1);
    for (uint32_t i = 0; i < *out_count; i++) {
        list[i] = (struct topic_state){ .entity = all[i], .bot = sv_starts(entity_text(all[i], "raisedBy"), SV("bot:")) };
        read_word(&list[i], entity_text(all[i], "state"));
        map_put(&by_ref, all[i]->ref, &list[i]);
    }
    for (size_t i = 0; i < event_count; i++) {
        struct topic_state *t = sv_starts(events[i].kind, SV("topic.")) ? map_find(&by_ref, events[i].subject) : NULL;
        if (t)
            take_event(t, &events[i]);
    }
    for (uint32_t i = 0; i < *out_count; i++) {
        struct date due;
        bool dated = date_parse(entity_text(all[i], "due"), &due);
        list[i].overdue = dated && topic_is_open(&list[i]) && date_to_days(due) < date_to_days(today);
    }
    return list;
}

struct topic_state *topics_read(const struct model *m, struct store *st, struct arena *a, struct date today, uint32_t *out_count,
                                struct err *err)
{
    struct event *events = NULL;
    size_t n = 0;
    if (st && !store_events(st, a, &(struct event_query){ .kind = SV("topic.") }, &events, &n, err))
        return NULL;
    return topics_fold(m, a, today, events, n, out_count);
}

bool topic_carry(struct store *st, struct arena *a, const struct entity *topic, struct sv actor, int64_t now, struct sv reason,
                 struct err *err)
{
    static const char *const copied[] = { "for", "raisedBy", "title" };
    struct strbuf body = STRBUF_IN(a);
    struct json_out j = json_to(&body, false);
    json_open(&j, '{');
    for (size_t i = 0; i < sizeof copied / sizeof *copied; i++)
        json_kstr(&j, copied[i], entity_text(topic, copied[i]));
    json_kstr(&j, "reason", reason);
    json_close(&j, '}');
    struct event e = { .at = now, .kind = SV("topic.carried"), .subject = topic->ref, .actor = actor, .body = strbuf_sv(&body) };
    return store_event_add(st, &e, err);
}
