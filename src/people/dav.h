/* dav: a calendar server, spoken to by HTTP as CalDAV has it (RFC 4791, RFC 6578). Each write is conditional: there is no other (D-60).
 * Answers are in the arena given to dav_open. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PEOPLE_DAV_H
#define PEOPLE_DAV_H

#include "base/arena.h"
#include "base/err.h"

struct dav;

struct dav_options {
    struct sv url;    /* https://cal.example.org/; http only to this machine, as the secret goes over it */
    struct sv secret; /* "user:password", or a token; empty: none */
    long seconds;     /* most that one request may take; 0: 30 */
};

/* What became of a request. UNKNOWN tells nothing about what is there: not reached, 401, 403, 5xx, no answer that is understood (D-72). */
enum dav_outcome {
    DAV_OK,
    DAV_MISSING,   /* 404, 410 */
    DAV_CHANGED,   /* 412: it is not at the version that was said, or there already */
    DAV_UID_TAKEN, /* 409, 403: the UID is in another object of the calendar */
    DAV_STALE,     /* 403 to a sync: the token is no longer known */
    DAV_REFUSED,   /* the server does not want it, or has no such thing */
    DAV_UNKNOWN,
    DAV_UNREACHED /* as unknown, and nothing else of this server will be known either: no answer, or 401 */
};

/* NULL and err on a URL or secret that cannot be used, or without libcurl. The arena closes it. */
struct dav *dav_open(struct arena *a, const struct dav_options *o, struct err *err);

struct dav_features {
    bool calendars; /* calendar-access */
    bool schedules; /* calendar-auto-schedule: it sends invitations */
};
/* A calendar's path below the URL, or an absolute one, as an href. */
struct sv dav_href(struct dav *d, struct sv path);
enum dav_outcome dav_features(struct dav *d, struct sv href, struct dav_features *out_f, struct err *err);

struct dav_item {
    struct sv href, etag;
    struct sv data; /* dav_query: its text */
    bool gone;      /* of a sync: it was removed */
};
struct dav_list {
    struct dav_item *items;
    uint32_t count;
    size_t cap;
    struct sv token; /* for the next sync; empty: the server has none */
};
/* Objects of a calendar with their ETags. */
enum dav_outcome dav_list(struct dav *d, struct sv href, struct dav_list *out_l, struct err *err);
/* What changed since a token; without one everything. REFUSED where the server has no sync. */
enum dav_outcome dav_sync(struct dav *d, struct sv href, struct sv token, struct dav_list *out_l, struct err *err);
/* Objects with a UID, or, uid empty, all events that touch [from, until), with their texts. */
enum dav_outcome dav_query(struct dav *d, struct sv href, struct sv uid, int64_t from, int64_t until, struct dav_list *out_l,
                           struct err *err);

enum dav_outcome dav_get(struct dav *d, struct sv href, struct sv *out_text, struct sv *out_etag, struct err *err);
/* etag empty: only where nothing is there. */
enum dav_outcome dav_put(struct dav *d, struct sv href, struct sv text, struct sv etag, struct err *err);
enum dav_outcome dav_delete(struct dav *d, struct sv href, struct sv etag, struct err *err);
/* Any other address, by a plain GET without the secret of a calendar: a feed. */
enum dav_outcome dav_fetch(struct arena *a, struct sv url, struct sv secret, size_t max, struct sv *out_text, struct err *err);

#endif
