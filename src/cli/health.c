/* health: HTTP, TCP and commands, asked again until they pass or their time is over. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/health.h"

#include <time.h>

#include "base/command.h"
#include "system/probe.h"

enum { SECONDS = 10, AGAIN_MS = 500, HTTP_OK = 200 };

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* {host}, {fqdn}, {address}, {version} and {root} of the host that is asked; other braces stay. */
static struct sv filled(struct arena *a, const struct health_subject *h, struct sv text)
{
    const struct data *addresses = entity_field(h->host->entity, "address");
    struct sv address = addresses && addresses->kind == DATA_LIST && addresses->count ? data_text(&addresses->items[0]) : SV_NONE;
    const struct {
        struct sv word, value;
    } words[] = { { SV("{host}"), h->host->entity->name },
                  { SV("{fqdn}"), h->host->certname },
                  { SV("{address}"), address.n ? address : h->host->certname },
                  { SV("{version}"), h->version },
                  { SV("{root}"), h->root } };
    struct strbuf out = STRBUF_IN(a);
    for (size_t at = 0; at < text.n;) {
        struct sv rest = sv_slice(text, at, text.n);
        size_t i = 0, count = sizeof words / sizeof *words;
        while (i < count && !sv_starts(rest, words[i].word))
            i++;
        strbuf_add(&out, i < count ? words[i].value : sv_slice(rest, 0, 1));
        at += i < count ? words[i].word.n : 1;
    }
    return strbuf_sv(&out);
}

static int64_t timeout_of(const struct data *check)
{
    int64_t seconds;
    return duration_parse(data_text(data_get(check, "timeout")), &seconds) ? seconds : SECONDS;
}

static int64_t status_of(const struct data *check)
{
    const struct data *status = data_get(check, "status");
    return status && status->kind == DATA_INT ? status->i : HTTP_OK;
}

static bool ask_command(const struct health_subject *h, struct arena *a, const struct data *words, int64_t left_ms, struct err *err)
{
    const char **argv = ARENA_ARRAY(a, const char *, words->count + 1);
    struct command_result r;
    for (uint32_t i = 0; i < words->count; i++)
        argv[i] = arena_cstr(a, filled(a, h, data_text(&words->items[i])));
    if (!command_run(a, COMMAND(.argv = argv, .cwd = ".", .timeout_ms = left_ms), &r, err))
        return false;
    struct sv said = sv_trim(r.output);
    if (r.timed_out)
        return err_set(err, "%s did not end in time", argv[0]);
    return r.status == 0 || err_set(err, "%s exited with %d%s%.*s", argv[0], r.status, said.n ? ": " : "",
                                    (int)(said.n < 200 ? said.n : 200), said.p ? said.p : "");
}

static bool ask(const struct health_subject *h, struct arena *a, const struct data *check, int64_t left_ms, struct err *err)
{
    const struct data *command = data_get(check, "command");
    struct sv url = data_text(data_get(check, "http")), address = data_text(data_get(check, "tcp"));
    if (url.n)
        return probe_http(a, filled(a, h, url), status_of(check), left_ms, err);
    if (address.n)
        return probe_tcp(a, filled(a, h, address), left_ms, err);
    return command && command->kind == DATA_LIST && ask_command(h, a, command, left_ms, err);
}

bool health_check(const struct health_subject *h, struct arena *a, bool (*pause)(void *ctx, int ms), void *ctx, struct err *err)
{
    const struct data *list = entity_field(h->deployment, "health");
    for (uint32_t i = 0; i < health_count(h->deployment); i++) {
        int64_t until = now_ms() + timeout_of(&list->items[i]) * 1000;
        while (!ask(h, a, &list->items[i], until - now_ms(), err))
            if (now_ms() + AGAIN_MS >= until || !pause(ctx, AGAIN_MS))
                return false;
    }
    return true;
}

uint32_t health_count(const struct entity *deployment)
{
    const struct data *list = entity_field(deployment, "health");
    return list && list->kind == DATA_LIST ? list->count : 0;
}

struct sv health_text(struct arena *a, const struct data *check)
{
    const struct data *command = data_get(check, "command");
    struct sv url = data_text(data_get(check, "http")), address = data_text(data_get(check, "tcp"));
    struct strbuf out = STRBUF_IN(a);
    if (url.n)
        strbuf_addf(&out, "GET %.*s is %lld", SV_ARG(url), (long long)status_of(check));
    else if (address.n)
        strbuf_addf(&out, "%.*s takes connections", SV_ARG(address));
    for (uint32_t i = 0; command && command->kind == DATA_LIST && i < command->count; i++)
        strbuf_addf(&out, "%s%.*s", i ? " " : "", SV_ARG(data_text(&command->items[i])));
    strbuf_addf(&out, "%s within %llds", command ? " succeeds" : "", (long long)timeout_of(check));
    return strbuf_sv(&out);
}
