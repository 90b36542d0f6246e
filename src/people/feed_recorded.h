/* feed_recorded: anyone's feed from what is recorded, byte for byte as the provider wrote it. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PEOPLE_FEED_RECORDED_H
#define PEOPLE_FEED_RECORDED_H

#include "people/feed.h"
#include "store/store.h"

/* All that is recorded of calendars, at one time. Immutable: threads may share it. */
struct recorded_feeds;

/* A number that is another one after anything recorded of calendars changed. */
bool recorded_feeds_changes(struct store *s, int64_t *out_changes, struct err *err);
/* NULL and err where it cannot be read. The arena owns it. */
struct recorded_feeds *recorded_feeds_read(struct store *s, struct arena *a, struct err *err);
/* The feed of a user, by ref: an empty calendar for who never had a meeting. *out_modified: when anything in it was last revised. */
void recorded_feed_write(const struct recorded_feeds *all, struct arena *a, struct sv user, struct strbuf *out, int64_t *out_modified);

#endif
