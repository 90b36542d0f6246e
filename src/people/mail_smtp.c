/* mail_smtp: see mail_smtp.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "people/mail_smtp.h"

#include <stdlib.h>

#include "people/curl.h"

enum { CONNECT_SECONDS = 15, SEND_SECONDS = 60 };

struct mail_transport {
    struct libcurl curl;
    CURL *handle;
    const struct mail_server *server;
    char error[CURL_ERROR_SIZE];
};

struct mail_transport *mail_transport_open(const struct mail_server *server, struct err *err)
{
    struct mail_transport *t = calloc(1, sizeof *t);
    if (!t)
        abort();
    t->server = server;
    if (!libcurl_load(&t->curl, err) || !(t->handle = t->curl.curl_easy_init())) {
        if (!err->text[0])
            err_set(err, "libcurl does not start");
        free(t);
        return NULL;
    }
    return t;
}

void mail_transport_close(struct mail_transport *t)
{
    if (!t)
        return;
    t->curl.curl_easy_cleanup(t->handle);
    free(t);
}

struct upload {
    struct sv rest;
};

static size_t give(char *to, size_t size, size_t count, void *ctx)
{
    struct upload *u = ctx;
    size_t n = size * count < u->rest.n ? size * count : u->rest.n;
    memcpy(to, u->rest.p, n);
    u->rest = sv_slice(u->rest, n, u->rest.n);
    return n;
}

static void set_server(struct mail_transport *t)
{
    static const long tls[] = { [MAIL_TLS_TRY] = CURLUSESSL_TRY, [MAIL_TLS_REQUIRED] = CURLUSESSL_ALL, [MAIL_TLS_NONE] = CURLUSESSL_NONE };
    const struct mail_server *s = t->server;
    t->curl.curl_easy_setopt(t->handle, CURLOPT_URL, s->url);
    t->curl.curl_easy_setopt(t->handle, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    t->curl.curl_easy_setopt(t->handle, CURLOPT_USE_SSL, tls[s->tls]);
    t->curl.curl_easy_setopt(t->handle, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    t->curl.curl_easy_setopt(t->handle, CURLOPT_PROXY, ""); /* whatever the environment says */
    t->curl.curl_easy_setopt(t->handle, CURLOPT_NOSIGNAL, 1L);
    t->curl.curl_easy_setopt(t->handle, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
    t->curl.curl_easy_setopt(t->handle, CURLOPT_TIMEOUT, (long)SEND_SECONDS);
    t->curl.curl_easy_setopt(t->handle, CURLOPT_ERRORBUFFER, t->error);
    if (s->ca)
        t->curl.curl_easy_setopt(t->handle, CURLOPT_CAINFO, s->ca);
    if (s->user)
        t->curl.curl_easy_setopt(t->handle, CURLOPT_USERNAME, s->user);
    if (s->secret)
        t->curl.curl_easy_setopt(t->handle, CURLOPT_PASSWORD, s->secret);
}

/* A code of the server that answered is told: it is the server's own word on the mail. */
static enum mail_outcome outcome(struct mail_transport *t, CURLcode code, bool all_said, struct err *err)
{
    static const CURLcode unusable[] = { CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_CONNECT,   CURLE_LOGIN_DENIED,
                                         CURLE_USE_SSL_FAILED,       CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION,
                                         CURLE_SSL_CACERT_BADFILE,   CURLE_URL_MALFORMAT,     CURLE_WEIRD_SERVER_REPLY };
    const char *text = t->error[0] ? t->error : t->curl.curl_easy_strerror(code);
    long said = 0;
    if (code == CURLE_OK)
        return MAIL_TAKEN;
    t->curl.curl_easy_getinfo(t->handle, CURLINFO_RESPONSE_CODE, &said);
    if (said >= 400)
        err_set(err, "the mail server refused it with %ld (%s)", said, text);
    else
        err_set(err, "%s", text);
    for (size_t i = 0; i < sizeof unusable / sizeof *unusable; i++)
        if (code == unusable[i])
            return MAIL_UNUSABLE;
    return all_said && said < 400 ? MAIL_UNKNOWN : said >= 400 ? MAIL_REFUSED : MAIL_UNUSABLE;
}

enum mail_outcome mail_send(struct mail_transport *t, struct sv from, struct sv to, struct sv message, struct err *err)
{
    struct arena *a = arena_new(0);
    struct upload u = { message };
    struct curl_slist *recipients = t->curl.curl_slist_append(NULL, arena_printf(a, "<%.*s>", SV_ARG(to)).p);
    const char *sender = arena_printf(a, "<%.*s>", SV_ARG(from)).p;
    t->curl.curl_easy_reset(t->handle); /* the connection stays */
    t->error[0] = '\0';
    set_server(t);
    t->curl.curl_easy_setopt(t->handle, CURLOPT_MAIL_FROM, sender);
    t->curl.curl_easy_setopt(t->handle, CURLOPT_MAIL_RCPT, recipients);
    t->curl.curl_easy_setopt(t->handle, CURLOPT_UPLOAD, 1L);
    t->curl.curl_easy_setopt(t->handle, CURLOPT_READFUNCTION, give);
    t->curl.curl_easy_setopt(t->handle, CURLOPT_READDATA, &u);
    t->curl.curl_easy_setopt(t->handle, CURLOPT_INFILESIZE_LARGE, (curl_off_t)message.n);
    CURLcode code = t->curl.curl_easy_perform(t->handle);
    enum mail_outcome result = outcome(t, code, !u.rest.n, err);
    t->curl.curl_slist_free_all(recipients);
    arena_free(a);
    return result;
}
