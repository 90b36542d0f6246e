/* feed: an .ics text from recorded series: one event for each occurrence, nothing in it that its reader does not attend. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PEOPLE_FEED_H
#define PEOPLE_FEED_H

#include "people/series.h"

struct feed {
    struct sv installation;
    struct sv name;    /* shown as the calendar's */
    struct sv zone;    /* for a feed without meetings */
    struct sv user;    /* whose it is; empty: a Potlac's or ownership's */
    struct sv subject; /* "potlac:default/search"; empty: a person's */
};

/* The ref in front of a ritual's title: "potlac:default/search" of "potlac:default/search/sync". */
struct sv ritual_subject(struct sv title);
/* Does anything of a series belong in the feed? */
bool feed_has(const struct feed *f, const struct series *s);
/* When anything in the feed was last revised: its latest LAST-MODIFIED; 0 where there is nothing in it. */
int64_t feed_modified(const struct feed *f, const struct series *const *all, uint32_t count);
void feed_write(struct strbuf *out, struct arena *a, const struct feed *f, const struct series *const *all, uint32_t count, int64_t now);

#endif
