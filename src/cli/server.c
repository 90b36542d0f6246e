/* server: serves calendars, and says whether all is well. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "server/server.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/log.h"
#include "cli/state.h"

/* One invocation. */
struct serving {
    struct cli *c;
    const struct data *config; /* "server" of potlac.yaml; NULL: none */
    const char *pid_file;
};

static const char *const known_settings[] = { "listen", "cert", "key", "url", "workers", "max_connections", "timeout" };

static bool check_settings(const struct data *config, struct err *err)
{
    struct sv names[sizeof known_settings / sizeof *known_settings];
    struct arena *a = arena_new(0);
    bool ok = !config || config->kind == DATA_MAP || err_set(err, "'server' of potlac.yaml should be a hash of settings");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        names[i] = sv_of(known_settings[i]);
    for (uint32_t i = 0; ok && config && i < config->count; i++) {
        struct sv key = data_text(&config->pairs[i].key);
        bool known = false;
        for (size_t k = 0; k < sizeof names / sizeof *names; k++)
            known = known || sv_eq(key, names[k]);
        struct sv near = near_names(a, key, names, sizeof names / sizeof *names);
        ok = known || err_set(err, "potlac.yaml has an unknown setting 'server.%.*s'%s%.*s%s", SV_ARG(key), near.n ? "; did you mean " : "",
                              SV_ARG(near), near.n ? "?" : "");
    }
    arena_free(a);
    return ok;
}

/* A file of the site, or one of the command line. */
static const char *file_setting(struct serving *s, const char *name)
{
    const char *given = cli_value(s->c, name), *site = cli_value(s->c, "site");
    struct sv said = data_text(data_get(s->config, name));
    if (given || !said.n)
        return given;
    return path_join(s->c->arena, arena_dup(s->c->arena, sv_of(site ? site : ".")), said).p;
}

/* A number: the option's, else the setting's, else the default. */
static bool number(struct serving *s, const char *option, const char *setting, int64_t least, int64_t most, unsigned *io, struct err *err)
{
    const char *given = cli_value(s->c, option);
    const struct data *said = data_get(s->config, setting);
    int64_t n = *io;
    bool ok = given ? sv_to_int(sv_of(given), &n) : !said || said->kind == DATA_INT;
    n = !given && ok && said ? said->i : n;
    if (!ok || n < least || n > most)
        return err_set(err, "--%s (server.%s of potlac.yaml) should be a number from %lld to %lld", option, setting, (long long)least,
                       (long long)most);
    *io = (unsigned)n;
    return true;
}

static bool read_options(struct serving *s, struct server_options *o, struct err *err)
{
    const char *listen = cli_value(s->c, "listen");
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    *o = (struct server_options){ .listen = listen ? sv_of(listen) : data_text(data_get(s->config, "listen")),
                                  .cert = file_setting(s, "cert"),
                                  .key = file_setting(s, "key"),
                                  .insecure = cli_flag(s->c, "insecure-http"),
                                  .workers = processors < 2    ? 2
                                             : processors > 16 ? 16
                                                               : (unsigned)processors,
                                  .most_connections = 1024,
                                  .request_seconds = 15,
                                  .idle_seconds = 60,
                                  .stop_seconds = 10,
                                  .quiet = cli_flag(s->c, "quiet"),
                                  .ctx = s };
    if (!o->listen.n)
        o->listen = SV("127.0.0.1:8140");
    if (!o->cert != !o->key)
        return err_set(err, "--cert and --key belong together: a certificate with its chain, and its private key, both in PEM");
    return number(s, "workers", "workers", 1, 256, &o->workers, err) &&
           number(s, "max-connections", "max_connections", 1, 100000, &o->most_connections, err) &&
           number(s, "timeout", "timeout", 1, 3600, &o->request_seconds, err);
}

static bool on_ready(void *ctx, const char *address, struct err *err)
{
    struct serving *s = ctx;
    if (s->pid_file) {
        struct sv text = arena_printf(s->c->arena, "%lld\n", (long long)getpid());
        if (!fs_write_atomic(s->pid_file, text, 0644, err))
            return false;
    }
    printf("potlac server " POTLAC_VERSION " listens on %s\n", address);
    fflush(stdout);
    return true;
}

/* The store is opened once before anybody is served: a schema of another version, or a wrong password, is told here. */
static bool find_store(struct serving *s, const char **out_place, struct err *err)
{
    struct sv place;
    struct store *store = state_open_store(s->c, err);
    store_close(store);
    if (!store || !state_store_place(s->c, &place, err))
        return false;
    *out_place = place.p;
    return true;
}

static int serve(struct cli *c)
{
    struct serving s = { .c = c, .pid_file = cli_value(c, "pid-file") };
    struct server_options o;
    const struct data *config;
    struct err err = { "" };
    if (c->arg_count)
        return cli_misuse(c, "no arguments are expected");
    if (!state_config(c, &config, &err))
        return cli_broken(&err);
    s.config = data_get(config, "server");
    if (!check_settings(s.config, &err) || !read_options(&s, &o, &err) || !find_store(&s, &o.store, &err))
        return cli_broken(&err);
    setvbuf(stdout, NULL, _IOLBF, 0); /* whoever follows the log sees lines as they come */
    o.on_ready = on_ready;
    bool ok = server_run(&o, &err);
    if (s.pid_file && ok)
        unlink(s.pid_file);
    if (!ok)
        return cli_broken(&err);
    printf("potlac server stopped\n");
    return EXIT_OK;
}

static const struct cli_option options[] = {
    STATE_OPTIONS,
    { "listen", 0, "HOST:PORT", "where; port 0 takes a free one [potlac.yaml's, 127.0.0.1:8140]" },
    { "cert", 0, "FILE", "the certificate with its chain, PEM: serves HTTPS" },
    { "key", 0, "FILE", "its private key, PEM" },
    { "insecure-http", 0, NULL, "without a certificate, let other machines connect" },
    { "workers", 0, "N", "threads that answer [one a processor]" },
    { "max-connections", 0, "N", "at once; more wait [1024]" },
    { "timeout", 0, "SECONDS", "for a client to send a request, or to take an answer [15]" },
    { "pid-file", 0, "FILE", "where the process id is written" },
    { "quiet", 'q', NULL, "no line for each request" },
    { NULL, 0, NULL, NULL },
};

const struct verb verb_server = {
    .name = "server",
    .usage = "[--listen HOST:PORT] [--cert FILE --key FILE]",
    .summary = "Serve calendars to those who attend",
    .help =
        "Answers GET /health, and GET /calendars/TOKEN.ics for the addresses that 'potlac feed token' gives out. Any number of servers\n"
        "may stand over one store. SIGTERM and SIGINT stop it after what is under way; SIGHUP reads the certificate anew.\n"
        "Settings of potlac.yaml: 'server:' with listen, cert, key, url, workers, max_connections, timeout.",
    .options = options,
    .run = serve,
};
