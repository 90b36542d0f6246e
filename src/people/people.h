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

/* What people are used to of a ritual: kept while it stays good. */
struct held_week {
    int64_t monday;          /* days since 1970-01-01 */
    int minute;              /* of the week, on the wall clock */
    bool cancelled, by_hand; /* somebody moved it in their own calendar */
};
struct held_slot {
    struct sv title, zone;
    int weekday, time; /* 0 Monday; minutes of the day */
    int every, phase;  /* 0: not known */
    int minutes;
    bool once;
    struct local_time start; /* of one that is once */
    struct held_week *weeks; /* from eight weeks ago on */
    uint32_t week_count;
    uint64_t inputs;  /* a hash of what it was chosen from; 0: not known */
    int64_t moved_at; /* when its slot was last chosen, UTC; 0: not known */
};

/* Which pairs of a Potlac were to meet in which week, when that was last planned. A week stays as it was planned as long as the same
 * leaders take part in it. */
#define ROUNDS_WEEKS 28
struct held_pair {
    struct sv a, b;  /* users */
    uint32_t weeks;  /* bit of each week from number on */
    uint32_t missed; /* bit of each of these in which one of them is not there on any day */
    int64_t last;    /* the week before these in which they met; 0: never, as far as is known */
};
struct held_rounds {
    struct sv potlac;
    int64_t number;             /* of the first week, counted from 1970-01-05 */
    uint64_t who[ROUNDS_WEEKS]; /* a hash of those who take part */
    struct held_pair *pairs;
    uint32_t pair_count;
};

/* One owner of a service took over from another. */
struct owner_change {
    struct sv ownership, side, from, to; /* refs; side: "dev", "ops" */
    int64_t at;
};

struct people_plan;

/* Functions that modules/potlac calls: potlac::leaders, potlac::slot, potlac::pairs ... (functions.c). They find this struct as
 * eval_hooks.ctx of the compile. held and changes come from people_recall; without it slots are chosen afresh each time. */
struct people_context {
    const struct model *model;
    struct date today;
    const struct held_slot *held;
    uint32_t held_count;
    const struct held_rounds *rounds;
    uint32_t rounds_count;
    const struct owner_change *changes; /* of the last weeks, oldest first */
    uint32_t change_count;
    const struct map *busy;   /* user -> struct busy_list, as recorded: people/busy.h; NULL: nothing is */
    struct people_plan *plan; /* of all compiles, which run one after another; NULL: each makes its own */
};
extern const struct builtin people_functions[];
extern const size_t people_function_count;
/* Reads recorded meetings and changes of owners from the store, into the arena. Call it once the store is open, before compiling. */
bool people_recall(struct people_context *ctx, struct arena *a, struct store *st, struct err *err);
#define PEOPLE_ADOPTED SV("calendar.adopted") /* documents of 'potlac adopt', by ritual: {zone, weekday, time, at} */
/* Records what the slots of a plan were chosen from, once calendars have them. */
bool people_remember(const struct people_plan *p, struct store *st, int64_t now, struct err *err);

/* Classification of a Potlac or SystemOwnership subject: the class potlac::team or potlac::ownership and its parameters. */
bool people_classify(const struct model *m, struct arena *a, const struct entity *subject, struct date today,
                     struct class_request *out_class);

/* An agenda: a fold over history since the same people last met. */
struct agenda_item {
    struct sv who;     /* leader ref, or "" where the machine filled it */
    struct sv section; /* "deploys", "drift", "neighbours", "topics", "products", "context", "backlog" ... */
    struct sv text;
    struct sv bot; /* "bot:drift": of a topic that a machine raised or proposes, which counts for nobody; else empty */
    bool steady;   /* how things stand, not what happened: it alone is no reason to meet */
};
struct agenda {
    struct sv title; /* "search: weekly sync" */
    struct sv when;  /* local wall time and zone */
    int64_t since;   /* UTC: window of history; 0: from the start */
    struct agenda_item *items;
    uint32_t count;
    size_t cap;
    struct sv *missing; /* leaders who have brought no topic, of those who are there */
    uint32_t missing_count;
    bool nothing;       /* of a checkup: nothing changed, and no topic is open */
    unsigned confirmed; /* of a checkup: so often in a row the owners only confirmed that */
    struct sv ask;      /* what to do where there is nothing to talk about; may be empty */
};
#define AGENDA_CONFIRMATIONS 2 /* in a row; then the owners meet */
struct agenda *agenda_potlac(const struct model *m, struct store *st, struct arena *a, const struct entity *potlac, int64_t now,
                             struct err *err);
struct agenda *agenda_checkup(const struct model *m, struct store *st, struct arena *a, const struct entity *ownership, int64_t now,
                              struct err *err);
/* Texts are of people: control characters become spaces, and marks of Markdown and HTML are escaped. */
void agenda_print(struct strbuf *out, const struct agenda *g);
void agenda_print_markdown(struct strbuf *out, const struct agenda *g);
void agenda_print_html(struct strbuf *out, const struct agenda *g);
void agenda_write_json(struct strbuf *out, const struct agenda *g);

#endif
