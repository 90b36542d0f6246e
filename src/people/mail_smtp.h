/* mail_smtp: hands mails to a mail server, over one connection, by libcurl, which is loaded when the first is sent. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PEOPLE_MAIL_SMTP_H
#define PEOPLE_MAIL_SMTP_H

#include "base/arena.h"
#include "base/err.h"

enum mail_tls { MAIL_TLS_TRY, MAIL_TLS_REQUIRED, MAIL_TLS_NONE };

struct mail_server {
    const char *url;           /* smtp://HOST:PORT, smtps://HOST:PORT */
    const char *user, *secret; /* NULL: no log-in */
    enum mail_tls tls;         /* STARTTLS of smtp:// */
    const char *ca;            /* a file of certificates to trust; NULL: the system's */
};

struct mail_transport;

/* NULL and err where libcurl is not there. The caller closes. */
struct mail_transport *mail_transport_open(const struct mail_server *server, struct err *err);
void mail_transport_close(struct mail_transport *t);
enum mail_outcome {
    MAIL_TAKEN,
    MAIL_REFUSED,  /* this one */
    MAIL_UNUSABLE, /* no mail at all can be sent: no connection, no trust, no log-in */
    MAIL_UNKNOWN,  /* the connection went when all was said: it may have been taken */
};

/* err says why, of all but MAIL_TAKEN. */
enum mail_outcome mail_send(struct mail_transport *t, struct sv from, struct sv to, struct sv message, struct err *err);

#endif
