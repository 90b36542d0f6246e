/* server: the event loop: from connections to jobs, and from finished jobs to answers. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "server/server.h"

#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/log.h"
#include "base/time.h"
#include "server/connection.h"
#include "server/listen.h"
#include "server/tls.h"

enum { MOST_HEADERS = 16384, MOST_WAITING = 1024, SWEEP_MS = 250, SPARE_FILES = 200 };

struct server {
    const struct server_options *options;
    struct libevent ev;
    struct event_base *base;
    struct evhttp *http;
    struct evhttp_bound_socket *socket;
    SSL_CTX *tls;
    struct connections connections;
    struct workers *workers;
    struct event *events[8];
    unsigned event_count;
    bool paused; /* as many connections as may be */
    bool stopping;
    int64_t stop_by; /* ms */
};

/* ---- the log of requests ---- */

static void log_job(const struct server *s, const struct job *j)
{
    if (j->response.status >= 500 && j->err.text[0])
        log_write(LOG_ERROR, "%.*s: %s", SV_ARG(route_shown(j->arena, j->request.path)), j->err.text);
    if (s->options->quiet)
        return;
    struct strbuf when = STRBUF_IN(j->arena);
    utc_print(&when, now_utc());
    printf("%s %.*s %s %.*s %d %zu %lldms\n", strbuf_cstr(&when), SV_ARG(j->request.peer), http_method_name(j->request.method),
           SV_ARG(route_shown(j->arena, j->request.path)), j->response.status, j->response.body.n, (long long)(monotonic_ms() - j->began));
}

static void on_refused(void *ctx, const struct connection *c)
{
    const struct server *s = ctx;
    AUTO_STRBUF when = STRBUF_HEAP;
    if (s->options->quiet)
        return;
    utc_print(&when, now_utc());
    printf("%s %s - - refused: %s\n", strbuf_cstr(&when), c->peer[0] ? c->peer : "-",
           c->was_cut ? "too slow" : "no whole request came, or one that is too large or no HTTP");
}

/* ---- answering ---- */

static void on_answered(struct evhttp_request *req, void *ctx)
{
    (void)req;
    connection_enter(ctx, CONNECTION_IDLE);
}

/* The job ends here. Where the client is gone libevent only frees its request. */
static void answer(struct server *s, struct job *j)
{
    const struct libevent *ev = &s->ev;
    struct connection *c = j->connection;
    struct evhttp_request *req = j->transport;
    struct evkeyvalq *headers = ev->evhttp_request_get_output_headers(req);
    struct http_response *r = &j->response;
    bool has_body = r->status != 304 && j->request.method != HTTP_HEAD_METHOD;
    struct evbuffer *body = ev->evbuffer_new();
    for (uint32_t i = 0; i < r->field_count; i++)
        ev->evhttp_add_header(headers, arena_cstr(j->arena, r->fields[i].name), arena_cstr(j->arena, r->fields[i].value));
    ev->evhttp_add_header(headers, "X-Content-Type-Options", "nosniff");
    if (r->status != 304)
        ev->evhttp_add_header(headers, "Content-Length", arena_printf(j->arena, "%zu", r->body.n).p);
    if (s->stopping || r->status == 400)
        ev->evhttp_add_header(headers, "Connection", "close");
    if (has_body)
        ev->evbuffer_add(body, r->body.p, r->body.n);
    if (c) {
        c->job = NULL;
        connection_enter(c, CONNECTION_WRITING);
        ev->evhttp_request_set_on_complete_cb(req, on_answered, c);
    }
    log_job(s, j);
    ev->evhttp_send_reply(req, r->status, http_reason(r->status), body);
    ev->evbuffer_free(body);
    job_free(j);
}

static void on_finished(evutil_socket_t fd, short what, void *ctx)
{
    struct server *s = ctx;
    (void)fd;
    (void)what;
    for (struct job *j = workers_take(s->workers), *next; j; j = next) {
        next = j->next;
        answer(s, j);
    }
}

/* ---- requests ---- */

static bool read_method(enum evhttp_cmd_type type, enum http_method *out)
{
    for (int i = 0; i < HTTP_METHOD_COUNT; i++)
        if ((int)type == 1 << i) { /* libevent has the same order */
            *out = (enum http_method)i;
            return true;
        }
    return false;
}

static void read_fields(const struct server *s, struct evhttp_request *req, struct http_request *q)
{
    const struct evkeyval *h;
    const struct evkeyvalq *headers = s->ev.evhttp_request_get_input_headers(req);
    for (h = headers->tqh_first; h; h = h->next.tqe_next) {
        struct http_field f = { arena_dup(q->arena, sv_of(h->key)), arena_dup(q->arena, sv_of(h->value)) };
        ARENA_PUSH(q->arena, q->fields, q->field_count, q->field_cap, f);
    }
}

/* A body's length said twice is how one request is smuggled in another past a proxy. */
static bool is_ambiguous(const struct http_request *q)
{
    unsigned said = 0;
    for (uint32_t i = 0; i < q->field_count; i++)
        said += sv_eq_nocase(q->fields[i].name, SV("Content-Length")) || sv_eq_nocase(q->fields[i].name, SV("Transfer-Encoding"));
    return said > 1;
}

static void read_request(const struct server *s, struct evhttp_request *req, struct http_request *q)
{
    const struct evhttp_uri *uri = s->ev.evhttp_request_get_evhttp_uri(req);
    const char *path = uri ? s->ev.evhttp_uri_get_path(uri) : NULL, *query = uri ? s->ev.evhttp_uri_get_query(uri) : NULL;
    struct evbuffer *body = s->ev.evhttp_request_get_input_buffer(req);
    size_t n = s->ev.evbuffer_get_length(body);
    char *bytes = arena_alloc(q->arena, n + 1);
    q->path = arena_dup(q->arena, sv_of(path ? path : ""));
    q->query = arena_dup(q->arena, sv_of(query ? query : ""));
    s->ev.evbuffer_copyout(body, bytes, n);
    q->body = sv_make(bytes, n);
    read_fields(s, req, q);
}

static struct connection *connection_of(struct server *s, struct evhttp_request *req)
{
    struct evhttp_connection *evcon = s->ev.evhttp_request_get_connection(req);
    struct connection *c = connection_find(&s->connections, s->ev.evhttp_connection_get_bufferevent(evcon));
    if (!c->has_closecb)
        s->ev.evhttp_connection_set_closecb(evcon, connection_closed, c);
    c->has_closecb = c->was_served = true;
    return c;
}

static void on_request(struct evhttp_request *req, void *ctx)
{
    struct server *s = ctx;
    struct job *j = job_new();
    struct connection *c = connection_of(s, req);
    connection_enter(c, CONNECTION_WORKING);
    c->job = j;
    j->transport = req;
    j->connection = c;
    j->began = monotonic_ms();
    j->request.peer = arena_dup(j->arena, sv_of(c->peer));
    bool known = read_method(s->ev.evhttp_request_get_command(req), &j->request.method);
    read_request(s, req, &j->request);
    if (!known || is_ambiguous(&j->request))
        http_refuse(&j->request, &j->response, 400, "the request is not well-formed");
    else if ((j->route = route_find(&j->request, &j->response))) {
        if (workers_give(s->workers, j))
            return;
        http_refuse(&j->request, &j->response, 503, "too much is asked for at the moment");
        http_set(&j->response, "Retry-After", SV("5"));
    }
    answer(s, j);
}

/* ---- connections ---- */

static struct bufferevent *on_connection(struct event_base *base, void *ctx)
{
    struct server *s = ctx;
    const struct libevent *ev = &s->ev;
    SSL *ssl = s->tls ? ev->SSL_new(s->tls) : NULL;
    struct bufferevent *bev = ssl ? ev->bufferevent_openssl_socket_new(base, -1, ssl, BUFFEREVENT_SSL_ACCEPTING, BEV_OPT_CLOSE_ON_FREE)
                                  : ev->bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE);
    if (!bev)
        abort();
    if (ssl)
        ev->bufferevent_openssl_set_allow_dirty_shutdown(bev, 1);
    connection_add(&s->connections, bev);
    if (s->connections.count >= s->options->most_connections && s->socket && !s->paused) {
        s->paused = true;
        ev->evconnlistener_disable(ev->evhttp_bound_socket_get_listener(s->socket));
    }
    return bev;
}

static void on_gone(void *ctx)
{
    struct server *s = ctx;
    if (s->paused && s->socket && s->connections.count < s->options->most_connections) {
        s->paused = false;
        s->ev.evconnlistener_enable(s->ev.evhttp_bound_socket_get_listener(s->socket));
    }
}

static void on_tick(evutil_socket_t fd, short what, void *ctx)
{
    struct server *s = ctx;
    (void)fd;
    (void)what;
    connections_sweep(&s->connections, s->stopping);
    if (s->stopping && (!s->connections.count || monotonic_ms() > s->stop_by))
        s->ev.event_base_loopbreak(s->base);
}

/* ---- signals ---- */

/* No new connection; what is under way gets its answer, within a time. */
static void on_stop(evutil_socket_t fd, short what, void *ctx)
{
    struct server *s = ctx;
    (void)fd;
    (void)what;
    if (s->stopping)
        return;
    s->stopping = true;
    s->stop_by = monotonic_ms() + (int64_t)s->options->stop_seconds * 1000;
    s->ev.evhttp_del_accept_socket(s->http, s->socket);
    s->socket = NULL;
    on_tick(-1, 0, s);
}

static void on_hangup(evutil_socket_t fd, short what, void *ctx)
{
    struct server *s = ctx;
    struct err err = { "" };
    (void)fd;
    (void)what;
    if (!s->tls)
        return;
    SSL_CTX *fresh = tls_context(&s->ev, s->options->cert, s->options->key, &err);
    if (!fresh) {
        log_write(LOG_ERROR, "the certificate stays as it is: %s", err.text);
        return;
    }
    s->ev.SSL_CTX_free(s->tls); /* connections that use it keep it */
    s->tls = fresh;
    log_write(LOG_NOTICE, "the certificate was read anew");
}

/* ---- starting and stopping ---- */

static bool add_event(struct server *s, evutil_socket_t fd, short what, event_callback_fn on, const struct timeval *every)
{
    struct event *e = s->ev.event_new(s->base, fd, (short)(what | EV_PERSIST), on, s);
    if (!e)
        return false;
    s->events[s->event_count++] = e;
    return s->ev.event_add(e, every) == 0;
}

static bool start_loop(struct server *s, struct err *err)
{
    const struct timeval tick = { SWEEP_MS / 1000, SWEEP_MS % 1000 * 1000 };
    s->base = s->ev.event_base_new();
    s->http = s->base ? s->ev.evhttp_new(s->base) : NULL;
    if (!s->http || !add_event(s, SIGTERM, EV_SIGNAL, on_stop, NULL) || !add_event(s, SIGINT, EV_SIGNAL, on_stop, NULL) ||
        !add_event(s, SIGHUP, EV_SIGNAL, on_hangup, NULL) || !add_event(s, workers_fd(s->workers), EV_READ, on_finished, NULL) ||
        !add_event(s, -1, 0, on_tick, &tick))
        return err_set(err, "libevent does not start");
    s->ev.evhttp_set_gencb(s->http, on_request, s);
    s->ev.evhttp_set_bevcb(s->http, on_connection, s);
    s->ev.evhttp_set_timeout(s->http, (int)(s->options->request_seconds + s->options->idle_seconds)); /* ours are shorter */
    s->ev.evhttp_set_max_headers_size(s->http, MOST_HEADERS);
    s->ev.evhttp_set_max_body_size(s->http, (ev_ssize_t)route_largest_body());
    s->ev.evhttp_set_flags(s->http, EVHTTP_SERVER_LINGERING_CLOSE);
    s->ev.evhttp_set_default_content_type(s->http, NULL);
    s->ev.evhttp_set_allowed_methods(s->http, (1 << HTTP_METHOD_COUNT) - 1); /* which ones is said by the routes */
    return true;
}

/* Each connection is a file, and so is each worker's store. */
static void raise_file_limit(unsigned connections)
{
    struct rlimit most;
    if (getrlimit(RLIMIT_NOFILE, &most) || most.rlim_cur >= connections + SPARE_FILES)
        return;
    most.rlim_cur = most.rlim_max < connections + SPARE_FILES ? most.rlim_max : connections + SPARE_FILES;
    setrlimit(RLIMIT_NOFILE, &most);
}

static bool start_listening(struct server *s, struct arena *a, struct err *err)
{
    struct listener l;
    if (!listen_on(a, s->options->listen, !s->tls && !s->options->insecure, &l, err))
        return false;
    s->socket = s->ev.evhttp_accept_socket_with_handle(s->http, l.fd);
    if (!s->socket) {
        close(l.fd);
        return err_set(err, "libevent does not listen");
    }
    const char *address = arena_printf(a, "%s://%.*s", s->tls ? "https" : "http", SV_ARG(l.address)).p;
    return s->options->on_ready(s->options->ctx, address, err);
}

static bool serve(struct server *s, struct arena *a, struct err *err)
{
    const struct server_options *o = s->options;
    if (!libevent_load(&s->ev, err) || (o->cert && !(s->tls = tls_context(&s->ev, o->cert, o->key, err))))
        return false;
    raise_file_limit(o->most_connections);
    s->workers = workers_start(&(struct workers_options){ .threads = o->workers, .most_waiting = MOST_WAITING, .store = o->store }, err);
    s->connections = (struct connections){ .ev = &s->ev,
                                           .request_ms = (int64_t)o->request_seconds * 1000,
                                           .idle_ms = (int64_t)o->idle_seconds * 1000,
                                           .on_refused = on_refused,
                                           .on_gone = on_gone,
                                           .ctx = s };
    return s->workers && start_loop(s, err) && start_listening(s, a, err) &&
           (s->ev.event_base_dispatch(s->base) >= 0 || err_set(err, "libevent's loop failed"));
}

static void release(struct server *s)
{
    if (s->http)
        s->ev.evhttp_free(s->http);
    connections_release(&s->connections);
    workers_stop(s->workers);
    for (unsigned i = 0; i < s->event_count; i++)
        s->ev.event_free(s->events[i]);
    if (s->base)
        s->ev.event_base_free(s->base);
    if (s->tls)
        s->ev.SSL_CTX_free(s->tls);
}

bool server_run(const struct server_options *o, struct err *err)
{
    struct server s = { .options = o };
    struct arena *a = arena_new(0);
    bool ok = serve(&s, a, err);
    release(&s);
    arena_free(a);
    return ok;
}
