/* mail_message: the bytes of a mail (RFC 5322, MIME): text, and the same as HTML. The same mail gives the same bytes. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PEOPLE_MAIL_MESSAGE_H
#define PEOPLE_MAIL_MESSAGE_H

#include "people/mail.h"

struct mail_sender {
    struct sv name, address; /* "potlac", "potlac@example.org" */
};

void mail_message(struct strbuf *out, struct arena *a, const struct mail *m, const struct mail_sender *from, int64_t date);

#endif
