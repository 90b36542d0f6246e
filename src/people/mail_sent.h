/* mail_sent: what was told to whom, so that nobody is told twice, by whichever process. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PEOPLE_MAIL_SENT_H
#define PEOPLE_MAIL_SENT_H

#include "base/map.h"
#include "people/mail.h"

/* Of all users: the keys are mail_sent_key. */
bool mail_sent_read(struct store *s, struct arena *a, struct map *out_told, struct err *err);
struct sv mail_sent_key(struct arena *a, struct sv user, struct sv thing);

/* Before a mail is sent its things are recorded as told: a crash in between loses a mail, and sends none twice. *out_mine false: another
 * process was faster. */
bool mail_claim(struct store *s, struct arena *a, const struct mail *m, int64_t now, bool *out_mine, struct err *err);
/* It was not sent after all: the next run tries again. */
bool mail_release(struct store *s, struct arena *a, const struct mail *m, int64_t now, struct err *err);

#endif
