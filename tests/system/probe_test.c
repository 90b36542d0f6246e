/* probe_test: questions to a small server on loopback. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "system/probe.h"

struct server {
    int fd, port;
    const char *answer; /* NULL: says nothing */
    char request[512];
    pthread_t thread;
};

static void *serve_once(void *arg)
{
    struct server *s = arg;
    int fd = accept(s->fd, NULL, NULL);
    ssize_t n = recv(fd, s->request, sizeof s->request - 1, 0);
    s->request[n > 0 ? n : 0] = '\0';
    if (s->answer) {
        send(fd, s->answer, strlen(s->answer), MSG_NOSIGNAL);
        close(fd);
    } else {
        char rest[16];
        while (recv(fd, rest, sizeof rest, 0) > 0)
            ;
        close(fd);
    }
    return NULL;
}

static void server_start(struct server *s, const char *answer)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t n = sizeof a;
    *s = (struct server){ .fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), .answer = answer };
    assert_int_equal(bind(s->fd, (struct sockaddr *)&a, sizeof a), 0);
    assert_int_equal(listen(s->fd, 1), 0);
    assert_int_equal(getsockname(s->fd, (struct sockaddr *)&a, &n), 0);
    s->port = ntohs(a.sin_port);
    assert_int_equal(pthread_create(&s->thread, NULL, serve_once, s), 0);
}

static void server_stop(struct server *s)
{
    pthread_join(s->thread, NULL);
    close(s->fd);
}

static void test_http(void **state)
{
    (void)state;
    static const struct {
        const char *answer, *says; /* says NULL: healthy */
    } cases[] = { { "HTTP/1.1 200 OK\r\n\r\nhello", NULL },
                  { "HTTP/1.0 503 Busy\r\n\r\n", "answered 503, 200 was expected" },
                  { "SSH-2.0-OpenSSH_9.2\r\n", "gave no answer" },
                  { "", "gave no answer" },
                  { NULL, "gave no answer in time" } };
    struct arena *a = arena_new(0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct server s;
        struct err err = { "" };
        server_start(&s, cases[i].answer);
        bool ok = probe_http(a, arena_printf(a, "http://127.0.0.1:%d/health?deep", s.port), 200, cases[i].answer ? 10000 : 200, &err);
        server_stop(&s);
        assert_int_equal(ok, cases[i].says == NULL);
        if (cases[i].says && !strstr(err.text, cases[i].says))
            fail_msg("expected '%s' in: %s", cases[i].says, err.text);
        assert_memory_equal(s.request, "GET /health?deep HTTP/1.1\r\nHost: 127.0.0.1:", 43);
    }
    struct err err = { "" };
    assert_false(probe_http(a, SV("https://127.0.0.1/"), 200, 100, &err));
    assert_non_null(strstr(err.text, "http://"));
    arena_free(a);
}

static void test_tcp(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct server s;
    struct err err = { "" };
    server_start(&s, "");
    assert_true(probe_tcp(a, arena_printf(a, "127.0.0.1:%d", s.port), 10000, &err));
    server_stop(&s);
    assert_false(probe_tcp(a, arena_printf(a, "127.0.0.1:%d", s.port), 10000, &err));
    assert_non_null(strstr(err.text, "Connection refused"));
    assert_false(probe_tcp(a, SV("127.0.0.1"), 100, &err));
    assert_non_null(strstr(err.text, "no HOST:PORT"));
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_http), cmocka_unit_test(test_tcp) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
