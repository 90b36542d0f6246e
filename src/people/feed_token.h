/* feed_token: the secret addresses of feeds. A token is shown once, when it is made; the store holds its SHA-256. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PEOPLE_FEED_TOKEN_H
#define PEOPLE_FEED_TOKEN_H

#include "store/store.h"

struct feed_token {
    struct sv id;    /* no secret: names it in lists, and for revoking */
    struct sv user;  /* ref: whose feed it opens */
    struct sv label; /* "phone" */
    int64_t created;
};

/* t: all but its id. The address is "/calendars/TOKEN.ics". */
bool feed_token_new(struct store *s, struct arena *a, const struct feed_token *t, struct sv actor, struct sv *out_token, struct err *err);
/* Of a user, or of all where user is empty; by age. */
bool feed_token_list(struct store *s, struct arena *a, struct sv user, struct feed_token **out_list, uint32_t *out_count, struct err *err);
/* It opens nothing from now on. False without err text: there is none of that id. */
bool feed_token_revoke(struct store *s, struct arena *a, struct sv id, struct sv actor, int64_t now, struct feed_token *out_revoked,
                       struct err *err);
/* Whose feed a token opens. False without err text: nobody's. */
bool feed_token_user(struct store *s, struct arena *a, struct sv token, struct sv *out_user, struct err *err);

#endif
