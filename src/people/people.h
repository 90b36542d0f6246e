/* people: from model and history to meetings: leaders, slots, pairs, checkups, agendas. Pure: no I/O, no clock but the one it is given. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PEOPLE_PEOPLE_H
#define PEOPLE_PEOPLE_H

#include "base/time.h"
#include "eval/call.h"
#include "model/model.h"
#include "store/store.h"

struct leader {
    const struct entity *user;   /* User entity */
    const struct entity *person; /* Person of the same name, or NULL */
    struct sv roles[4];          /* "product-owner" ... */
    uint32_t role_count;
};

/* Leaders of a Potlac on a day, by ref. */
struct leader *potlac_leaders(const struct model *m, struct arena *a, const struct entity *potlac, struct date today, uint32_t *out_count);

/* The slot a ritual was last given: kept while it stays good. */
struct held_slot {
    struct sv title, zone;
    int weekday, time; /* 0 Monday; minutes of the day */
};

/* Functions that modules/potlac calls: potlac::leaders, potlac::slot, potlac::pairs (functions.c). They find this struct as eval_hooks.ctx
 * of the compile. held comes from people_recall; without it slots are chosen afresh each time. */
struct people_context {
    const struct model *model;
    struct date today;
    const struct held_slot *held;
    uint32_t held_count;
    struct people_plan *plan; /* of all compiles, which run one after another; NULL: each makes its own */
};
extern const struct builtin people_functions[];
extern const size_t people_function_count;
/* Reads the recorded slots from the store, into the arena. Call it once the store is open, before compiling. */
bool people_recall(struct people_context *ctx, struct arena *a, struct store *st, struct err *err);

/* Classification of a Potlac or SystemOwnership subject: the class potlac::team or potlac::checkup and its parameters. */
bool people_classify(const struct model *m, struct arena *a, const struct entity *subject, struct date today,
                     struct class_request *out_class);

/* An agenda: a fold over history since the same people last met. */
struct agenda_item {
    struct sv who;     /* leader ref, or "" where the machine filled it */
    struct sv section; /* "deploys", "drift", "neighbours", "topics", "products", "context", "backlog" */
    struct sv text;
};
struct agenda {
    struct sv title; /* "search: weekly sync" */
    struct sv when;  /* local wall time and zone */
    int64_t since;   /* UTC: window of history; 0: from the start */
    struct agenda_item *items;
    uint32_t count;
    size_t cap;
    struct sv *missing; /* leaders who have brought no topic */
    uint32_t missing_count;
};
struct agenda *agenda_potlac(const struct model *m, struct store *st, struct arena *a, const struct entity *potlac, int64_t now,
                             struct err *err);
struct agenda *agenda_checkup(const struct model *m, struct store *st, struct arena *a, const struct entity *ownership, int64_t now,
                              struct err *err);
void agenda_print(struct strbuf *out, const struct agenda *g);
void agenda_write_json(struct strbuf *out, const struct agenda *g);

#endif
