/* notes: what the two people of a one-on-one write down, for themselves alone. The store holds them encrypted under names that tell
 * nothing; the key is in a file of the state folder. Who is asking is the caller's to find out. In the caller's arena. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PEOPLE_NOTES_H
#define PEOPLE_NOTES_H

#include "people/meetings.h"

#define NOTE_BYTES_MOST (256 * 1024) /* of one text */

struct notes_key {
    unsigned char box[32], name[32];
};
/* Reads the key of a state folder. Where there is none: makes it if `make`, unless the store has notes of another key already.
 * False without err text: there is none. */
bool notes_key_read(struct store *st, struct arena *a, struct sv state_dir, bool make, struct notes_key *out, struct err *err);
void notes_key_forget(struct notes_key *key);

struct note {
    int64_t at;
    struct sv by, text;
};
/* All that was written of a meeting in a week, oldest first; count 0: nothing. */
bool notes_read(struct store *st, struct arena *a, const struct notes_key *key, struct sv title, struct sv week, struct note **out_notes,
                uint32_t *out_count, struct err *err);
bool notes_add(struct store *st, struct arena *a, const struct notes_key *key, struct sv title, struct sv week, const struct note *note,
               struct err *err);
/* The weeks until today, of the last ten years, that have a note, oldest first. */
bool notes_weeks(struct store *st, struct arena *a, const struct notes_key *key, struct sv title, struct date today, struct sv **out_weeks,
                 uint32_t *out_count, struct err *err);
/* May this user read the notes of a meeting? Of a one-on-one, its two people; nobody otherwise. */
bool notes_may(const struct meeting_name *meeting, struct sv user);

#endif
