/* mail: writes to people what they should know now. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "base/fs.h"
#include "base/json.h"
#include "cli/site.h"
#include "people/mail.h"
#include "people/mail_message.h"
#include "people/mail_sent.h"
#include "people/mail_smtp.h"

/* One invocation. */
struct mailing {
    struct cli *c;
    struct site *s;
    struct mail_sender from;
    struct mail_server server;
    struct mail_transport *transport;
    unsigned failed, unreachable;
    struct json_out j;
    struct strbuf out;
};

/* --- settings --- */

static const char *const known_settings[] = { "url", "from", "user", "secret", "tls", "ca" };

static bool check_known(struct mailing *m, const struct data *config, struct err *err)
{
    enum { N = sizeof known_settings / sizeof *known_settings };
    struct sv names[N];
    for (size_t i = 0; i < N; i++)
        names[i] = sv_of(known_settings[i]);
    for (uint32_t i = 0; i < config->count; i++) {
        struct sv key = data_text(&config->pairs[i].key);
        bool known = false;
        for (size_t k = 0; k < N; k++)
            known = known || sv_eq(key, names[k]);
        struct sv near = near_names(m->c->arena, key, names, N);
        if (!known)
            return err_set(err, "potlac.yaml has an unknown setting 'mail.%.*s'%s%.*s%s", SV_ARG(key), near.n ? "; did you mean " : "",
                           SV_ARG(near), near.n ? "?" : "");
    }
    return true;
}

/* "env:NAME" or "file:PATH": what stands there, never what it is called. A secret in the file itself is refused, and not shown. */
static bool read_secret(struct mailing *m, struct sv said, const char **out, struct err *err)
{
    struct arena *a = m->c->arena;
    if (sv_starts(said, SV("env:"))) {
        const char *name = arena_cstr(a, sv_slice(said, 4, said.n));
        *out = getenv(name);
        return (*out && **out) || err_set(err, "mail.secret is said to be in the environment's %s, which is not set", name);
    }
    if (!sv_starts(said, SV("file:")))
        return err_set(err, "mail.secret of potlac.yaml must be env:NAME or file:PATH: no secret stands in a file of the site");
    struct sv path = path_join(a, m->s->dir, sv_slice(said, 5, said.n)), text;
    if (!fs_read(a, arena_cstr(a, path), 65536, &text, err))
        return err_wrap(err, "mail.secret");
    text = sv_trim(text);
    *out = arena_cstr(a, text);
    return (text.n && !memchr(text.p, '\n', text.n) && !memchr(text.p, '\0', text.n)) ||
           err_set(err, "mail.secret: '%.*s' should hold one line", SV_ARG(path));
}

static bool read_tls(struct mailing *m, struct sv said, struct err *err)
{
    static const char *const words[] = { [MAIL_TLS_TRY] = "try", [MAIL_TLS_REQUIRED] = "required", [MAIL_TLS_NONE] = "none" };
    m->server.tls = m->server.secret ? MAIL_TLS_REQUIRED : MAIL_TLS_TRY; /* a password goes through TLS only, unless that is said */
    for (int i = 0; said.n && i < 3; i++)
        if (sv_is(said, words[i])) {
            m->server.tls = (enum mail_tls)i;
            return true;
        }
    return !said.n || err_set(err, "mail.tls of potlac.yaml is required, try or none, not '%.*s'", SV_ARG(said));
}

/* "potlac@example.org", or "The team <potlac@example.org>" */
static bool read_from(struct mailing *m, struct sv said, struct err *err)
{
    size_t open = sv_find_char(said, '<', 0);
    bool named = open != SIZE_MAX && sv_ends(said, SV(">"));
    m->from.name = named ? sv_trim(sv_slice(said, 0, open)) : SV("potlac");
    m->from.address = named ? sv_slice(said, open + 1, said.n - 1) : said;
    return mail_address_is_plain(m->from.address) ||
           err_set(err, "mail.from of potlac.yaml should be an address: potlac@example.org, or 'potlac <potlac@example.org>'");
}

static bool read_settings(struct mailing *m, struct err *err)
{
    struct arena *a = m->c->arena;
    const struct data *config = data_get(m->s->config, "mail");
    if (!config || config->kind != DATA_MAP)
        return err_set(err, "potlac.yaml does not say how mail is sent; it wants: mail: {url: 'smtp://mail.example.org', from: "
                            "'potlac@example.org'} (see doc/server.md), or look first with --noop");
    struct sv url = data_text(data_get(config, "url")), user = data_text(data_get(config, "user")), ca = data_text(data_get(config, "ca"));
    const struct data *secret = data_get(config, "secret");
    if (!check_known(m, config, err) || !read_from(m, data_text(data_get(config, "from")), err))
        return false;
    if (!sv_starts(url, SV("smtp://")) && !sv_starts(url, SV("smtps://")))
        return err_set(err, "mail.url of potlac.yaml should be smtp://HOST or smtps://HOST, with :PORT where it is another than the usual");
    if (sv_find_char(url, '@', 0) != SIZE_MAX)
        return err_set(err, "mail.url of potlac.yaml holds a user's name: say mail.user and mail.secret");
    m->server.url = arena_cstr(a, url);
    m->server.user = user.n ? arena_cstr(a, user) : NULL;
    m->server.ca = ca.n ? path_join(a, m->s->dir, ca).p : NULL;
    if (secret && !read_secret(m, data_text(secret), &m->server.secret, err))
        return false;
    return read_tls(m, data_text(data_get(config, "tls")), err);
}

/* --- telling --- */

static void tell(struct mailing *m, const struct mail *mail, const char *what, const char *why)
{
    if (!m->c->json) {
        printf("%s %.*s <%.*s>: %.*s%s%s\n", what, SV_ARG(ref_short(m->c->arena, mail->user)), SV_ARG(mail->address), SV_ARG(mail->subject),
               *why ? ": " : "", why);
        return;
    }
    json_open(&m->j, '{');
    json_kstr(&m->j, "user", mail->user);
    json_kstr(&m->j, "address", mail->address);
    json_kstr(&m->j, "subject", mail->subject);
    json_kstr(&m->j, "outcome", sv_of(what));
    if (*why)
        json_kstr(&m->j, "reason", sv_of(why));
    json_key(&m->j, SV("things"));
    json_open(&m->j, '[');
    for (uint32_t i = 0; i < mail->thing_count; i++)
        json_str(&m->j, mail->things[i]);
    json_close(&m->j, ']');
    json_close(&m->j, '}');
}

static void preview(struct mailing *m, const struct mail *mail)
{
    AUTO_STRBUF text = STRBUF_HEAP;
    tell(m, mail, "would write to", "");
    if (m->c->json)
        return;
    mail_text(&text, mail);
    for (struct sv rest = strbuf_sv(&text), line; sv_cut(&rest, '\n', &line);)
        printf("%s%.*s\n", line.n ? "    " : "", SV_ARG(line));
}

/* --- sending --- */

/* The connection is opened with the first. */
static enum mail_outcome hand_over(struct mailing *m, const struct mail *mail, struct err *err)
{
    struct strbuf message = STRBUF_IN(m->c->arena);
    mail_message(&message, m->c->arena, mail, &m->from, m->s->now);
    if (!m->transport)
        m->transport = mail_transport_open(&m->server, err);
    return m->transport ? mail_send(m->transport, m->from.address, mail->address, strbuf_sv(&message), err) : MAIL_UNUSABLE;
}

/* False and err where nothing more can be done: the store fails, or the mail server. */
static bool send_one(struct mailing *m, const struct mail *mail, struct err *err)
{
    static const char *const words[] = { [MAIL_TAKEN] = "wrote to",
                                         [MAIL_REFUSED] = "could not write to",
                                         [MAIL_UNUSABLE] = "could not write to",
                                         [MAIL_UNKNOWN] = "perhaps wrote to" };
    struct err problem = { "" };
    bool mine;
    if (!mail_claim(m->s->store, m->c->arena, mail, m->s->now, &mine, err))
        return false;
    if (!mine) /* another run of this verb was faster */
        return true;
    enum mail_outcome outcome = hand_over(m, mail, &problem);
    m->failed += outcome != MAIL_TAKEN;
    tell(m, mail, words[outcome], problem.text);
    if ((outcome == MAIL_REFUSED || outcome == MAIL_UNUSABLE) && !mail_release(m->s->store, m->c->arena, mail, m->s->now, err))
        return false;
    return outcome != MAIL_UNUSABLE ||
           err_set(err, "the mail server cannot be used; the next run tries again, with this mail and the rest");
}

static bool handle_all(struct mailing *m, bool noop, struct err *err)
{
    struct mail_ask ask = { m->s->model, m->s->store, m->s->now };
    struct mail **mails;
    uint32_t n;
    if (!mail_compose(&ask, m->c->arena, &mails, &n, err))
        return false;
    if (m->c->json)
        json_open(&m->j, '[');
    for (uint32_t i = 0; i < n; i++) {
        if (!mails[i]->address.n) {
            m->unreachable++;
            tell(m, mails[i], "cannot write to", "the model has no usable profile.email");
        } else if (noop) {
            preview(m, mails[i]);
        } else if (!send_one(m, mails[i], err)) {
            break;
        }
    }
    if (m->c->json)
        json_close(&m->j, ']');
    else if (!n)
        printf("Nobody needs to be told anything.\n");
    return !err->text[0];
}

static int run_mailing(struct mailing *m)
{
    struct err err = { "" };
    bool noop = cli_flag(m->c, "noop");
    if (!m->s->model)
        return cli_broken(&(struct err){ "this site has no model/" });
    if ((!noop && !read_settings(m, &err)) || !site_existing_store(m->s, &err)) {
        if (!err.text[0])
            err_set(&err, "nothing has been applied yet, so nobody has a meeting; run 'potlac apply'");
        return cli_broken(&err);
    }
    bool ok = handle_all(m, noop, &err);
    mail_transport_close(m->transport);
    if (m->c->json)
        printf("%s\n", strbuf_cstr(&m->out));
    if (!ok)
        cli_broken(&err);
    return m->failed || m->unreachable ? EXIT_FAILURES : ok ? EXIT_OK : EXIT_BROKEN;
}

static int mail(struct cli *c)
{
    struct site s;
    if (c->arg_count)
        return cli_misuse(c, "no arguments are expected");
    if (!site_open(c, &s))
        return EXIT_BROKEN;
    struct mailing m = { .c = c, .s = &s, .out = STRBUF_HEAP };
    m.j = json_to(&m.out, true);
    int status = run_mailing(&m);
    strbuf_release(&m.out);
    site_close(&s);
    return status;
}

static const struct cli_option options[] = {
    SITE_OPTIONS,
    { "noop", 0, NULL, "print whom and what, send and record nothing" },
    { NULL, 0, NULL, NULL },
};

const struct verb verb_mail = {
    .name = "mail",
    .usage = "[--site DIR] [--noop]",
    .summary = "Write to people: their week ahead, and meetings they have no topic for",
    .help =
        "Made to be run by a timer, every quarter of an hour or so. Each run writes at most one mail to a person, and nobody is told the\n"
        "same thing twice: from Friday on the meetings of the next week with the first of their agendas; a day and two hours before a "
        "sync\n"
        "that its reader has no topic for; an hour before one that nobody has a topic for. Changes of texts are never mailed.\n"
        "Settings of potlac.yaml: 'mail:' with url (smtp://, smtps://), from, user, secret (env:NAME or file:PATH), tls (required, try,\n"
        "none), ca. Exit status 4: somebody could not be written to.",
    .options = options,
    .run = mail,
};
