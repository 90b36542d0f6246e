/* reads: which questions to the tree an answer depends on: what a compile read, and what was not there when it looked. Each question stands
 * once for a snapshot, with the digest of its answer; what depends on it has its number. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SNAPSHOT_READS_H
#define SNAPSHOT_READS_H

#include <pthread.h>

#include "base/map.h"
#include "base/source_tree.h"

/* What was asked about a path: is it there and what is it, what does it hold, what is in the folder. */
enum read_question { READ_KIND, READ_TEXT, READ_LIST };

struct read_fact {
    enum read_question question;
    struct sv path;
    struct sv digest; /* of the answer, in hexadecimal */
};

struct reads;

struct reads *reads_new(struct source_tree under);
void reads_free(struct reads *r);
/* The tree under it, but each question is noted for whatever is recorded by the thread that asks. Lives as long as r. */
struct source_tree reads_tree(struct reads *r);

/* Recordings of a thread stand inside each other; what the inner one notes, the outer one notes when it ends. One that was left by a
 * longjmp ends with the one around it. */
struct recording *reads_begin(struct reads *r);
/* Numbers of questions, rising, in the arena. */
const uint32_t *reads_end(struct reads *r, struct recording *rec, struct arena *a, uint32_t *out_count);
/* Notes what something depends on that was made earlier. */
void reads_note(struct reads *r, const uint32_t *numbers, uint32_t count);
/* The same, but what was noted counts for everything from now on: what was made is kept where nobody notes who uses it. */
void reads_end_common(struct reads *r, struct recording *rec);
/* Those that count for everything, sorted. */
const uint32_t *reads_common(struct reads *r, struct arena *a, uint32_t *out_count);

uint32_t reads_count(struct reads *r);
struct read_fact reads_at(struct reads *r, uint32_t number);
/* What the answer is now. */
struct sv read_digest(struct arena *a, const struct source_tree *tree, enum read_question question, struct sv path);

#endif
