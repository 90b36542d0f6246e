/* topics: what became of each topic: its state in the model, and its events in the history. In the caller's arena. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PEOPLE_TOPICS_H
#define PEOPLE_TOPICS_H

#include "base/time.h"
#include "model/model.h"
#include "store/store.h"

enum topic_word { TOPIC_OPEN, TOPIC_CARRIED, TOPIC_CLOSED, TOPIC_DROPPED };

struct topic_state {
    const struct entity *entity;
    enum topic_word word;
    unsigned carried; /* so many times */
    bool overdue;     /* its day has passed, and it is open */
    bool bot;         /* raised by a machine: counts for nobody's quota */
};

/* By ref. st NULL: no history. NULL and err where it cannot be read. */
struct topic_state *topics_read(const struct model *m, struct store *st, struct arena *a, struct date today, uint32_t *out_count,
                                struct err *err);
/* The same from events that were read already. */
struct topic_state *topics_fold(const struct model *m, struct arena *a, struct date today, const struct event *events, size_t event_count,
                                uint32_t *out_count);
bool topic_is_open(const struct topic_state *t);
const char *topic_word(const struct topic_state *t);

/* Records that a topic comes back next time, of one that is to come back already. */
bool topic_carry(struct store *st, struct arena *a, const struct entity *topic, struct sv actor, int64_t now, struct sv reason,
                 struct err *err);

#endif
