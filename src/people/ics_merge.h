/* ics_merge: what users made of an object in their calendar, and how a wish of ours joins it without trampling on that (D-80 ... D-87).
 * Pure; all memory is in the arena of the call. Trees may come to share lines. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PEOPLE_ICS_MERGE_H
#define PEOPLE_ICS_MERGE_H

#include "base/time.h"
#include "people/ics_tree.h"

enum edit_kind { EDIT_MOVED_ONE, EDIT_CANCELLED_ONE, EDIT_RESTORED_ONE, EDIT_MOVED_SERIES, EDIT_CHANGED };

/* Something that is not as it was left. */
struct user_edit {
    enum edit_kind kind;
    const char *property;           /* EDIT_CHANGED */
    struct sv was, is;              /* in words */
    int64_t slot;                   /* of one occurrence: when its series has it */
    struct local_time local, start; /* that slot, and the new start, by the wall clock of zone; of a series its first meeting */
    const struct zone *zone;
    int every; /* EDIT_MOVED_SERIES: weeks; 0: no weekly rule */
};

struct user_edits {
    struct user_edit *items;
    uint32_t count;
    size_t cap;
};

/* What differs in meaning between an object as it was left and as it is: order, folding and the like tell nothing (D-26). What users may
 * have for themselves (alarms, colours, what they answered) is no edit. */
struct user_edits ics_edits(struct arena *a, const struct ics_component *base, const struct ics_component *theirs);

/* Names of what belongs to the user from an edit on: "SUMMARY", "TIME", "20270303T090000Z/TIME". */
struct held {
    struct sv *items;
    uint32_t count;
    size_t cap;
};

struct merge {
    const struct ics_component *before, *ours; /* what we wanted when it was written last, and what we want now */
    const struct ics_component *base, *theirs; /* the object after that write, and as it is now */
    struct held held;
    bool revert;           /* where both changed the same, ours counts */
    int64_t now, sequence; /* sequence: the highest that was written */
    struct sv revision;    /* told by X-POTLAC-REVISION */
};

struct merged {
    struct ics_component *result; /* NULL: theirs may stay as it is */
    struct held held;
    struct sv *kept; /* in words: what we wanted to change and left to the user */
    uint32_t kept_count;
    size_t kept_cap;
    int64_t sequence;
    bool revised; /* its time changed, and not only texts */
};

struct merged ics_merge(struct arena *a, const struct merge *m);
/* An object that is not there yet, with what a first writing needs: CREATED, DTSTAMP, SEQUENCE. */
struct ics_component *ics_first(struct arena *a, const struct ics_component *ours, int64_t now, int64_t sequence, struct sv revision);
/* Only what merging needs of an object: no text of the user's own is in it. */
struct ics_component *ics_reduced(struct arena *a, const struct ics_component *c);
/* In words, what of `ours` is not in what a server made of it; empty: it kept all. */
struct sv ics_not_kept(struct arena *a, const struct ics_component *ours, const struct ics_component *kept);
/* The highest SEQUENCE of an object's events. */
int64_t ics_sequence(const struct ics_component *c);

#endif
