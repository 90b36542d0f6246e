/* ics_tree: iCalendar text that others wrote, as a tree that loses nothing: names, parameters and values stay as they are, in their order.
 * All memory is in the caller's arena; texts point into the unfolded copy there. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PEOPLE_ICS_TREE_H
#define PEOPLE_ICS_TREE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/strbuf.h"

#define ICS_OBJECT_MAX (1u << 20)  /* bytes of one object of a calendar */
#define ICS_FEED_MAX   (16u << 20) /* bytes of a feed */
#define ICS_LINES_MAX  200000
#define ICS_DEPTH_MAX  8

struct ics_line {
    struct sv head;  /* "DTSTART;TZID=Europe/Stockholm": all before the colon */
    struct sv name;  /* "DTSTART", in the case it was written in */
    struct sv value; /* as written: escapes are not undone */
};

struct ics_component {
    struct sv name;
    struct ics_line *lines;
    uint32_t line_count;
    size_t line_cap;
    struct ics_component **children; /* after all lines, as RFC 5545 has it */
    uint32_t child_count;
    size_t child_cap;
};

/* One VCALENDAR. NULL and err, with the line, on what is none, or on more than the limits allow; max_bytes is one of them. */
struct ics_component *ics_read(struct arena *a, struct sv text, size_t max_bytes, struct err *err);
void ics_write(struct strbuf *out, const struct ics_component *c);

struct ics_component *ics_new(struct arena *a, struct sv name);
struct ics_component *ics_copy(struct arena *a, const struct ics_component *c);

/* Names are compared without regard to case. The first line of a name; NULL where there is none. */
struct ics_line *ics_find(const struct ics_component *c, const char *name);
/* Its value; SV_NONE where there is none. */
struct sv ics_get(const struct ics_component *c, const char *name);
bool ics_is(const struct ics_component *c, const char *name);
/* Appends a line; head may carry parameters. */
void ics_add(struct arena *a, struct ics_component *c, struct sv head, struct sv value);
void ics_add_child(struct arena *a, struct ics_component *c, struct ics_component *child);
/* Removes all lines of a name; how many there were. */
uint32_t ics_remove(struct ics_component *c, const char *name);
void ics_remove_child(struct ics_component *c, const struct ics_component *child);
/* All lines of a name of `from` in the place of those of `to`. */
void ics_put_all(struct arena *a, struct ics_component *to, const struct ics_component *from, const char *name);

/* The value of a parameter, without quotes; SV_NONE where there is none. */
struct sv ics_param(const struct ics_line *l, const char *name);
/* TEXT with its escapes undone, in the arena. */
struct sv ics_text(struct arena *a, struct sv value);

#endif
