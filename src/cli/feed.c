/* feed: the secret addresses of calendars. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "base/json.h"
#include "base/time.h"
#include "cli/change.h"
#include "cli/state.h"
#include "people/feed_token.h"

/* One invocation. */
struct feeds {
    struct cli *c;
    struct store *store;
    int64_t now;
};

/* Users that were recorded with the model, or have a feed. */
static bool known_users(struct feeds *f, struct sv **out_refs, size_t *out_count, struct err *err)
{
    static const char *const kinds[] = { "entity", "calendar.feed" };
    struct arena *a = f->c->arena;
    size_t count = 0, cap = 0;
    *out_refs = NULL;
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        struct sv *keys;
        size_t n;
        if (!store_keys(f->store, a, sv_of(kinds[k]), &keys, &n, err))
            return false;
        for (size_t i = 0; i < n; i++)
            if (sv_starts(keys[i], SV("user:")))
                ARENA_PUSH(a, *out_refs, count, cap, keys[i]);
    }
    *out_count = count;
    return true;
}

static int by_text(const void *x, const void *y) { return sv_cmp(*(const struct sv *)x, *(const struct sv *)y); }

static bool find_user(struct feeds *f, struct sv *out_ref, struct err *err)
{
    struct arena *a = f->c->arena;
    struct sv *refs;
    size_t n;
    if (f->c->arg_count < 2)
        return err_set(err, "name a user: potlac feed %s eva", f->c->args[0]);
    struct sv ref = model_full_ref(a, sv_of(f->c->args[1]), "user", SV("default"));
    if (!known_users(f, &refs, &n, err))
        return false;
    for (size_t i = 0; i < n; i++) {
        if (sv_eq_nocase(refs[i], ref)) {
            *out_ref = refs[i];
            return true;
        }
        refs[i] = ref_short(a, refs[i]);
    }
    qsort(refs, n, sizeof *refs, by_text);
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) /* most stand in both lists */
        if (!kept || !sv_eq(refs[i], refs[kept - 1]))
            refs[kept++] = refs[i];
    struct sv near = near_names(a, ref_short(a, ref), refs, kept);
    return err_set(err, "no user '%s' was applied with this site%s%.*s%s", f->c->args[1], near.n ? "; did you mean " : "", SV_ARG(near),
                   near.n ? "?" : "");
}

/* "https://calendars.example.org" of --url or server.url; empty where nobody said so. */
static bool base_url(struct feeds *f, struct sv *out_url, struct err *err)
{
    const char *given = cli_value(f->c, "url");
    const struct data *config;
    if (!state_config(f->c, &config, err))
        return false;
    struct sv url = given ? sv_of(given) : data_text(data_get(data_get(config, "server"), "url"));
    if (url.n && !sv_starts(url, SV("https://")) && !sv_starts(url, SV("http://")))
        return err_set(err, "'%.*s' is no address of a server: expected https://HOST", SV_ARG(url));
    while (url.n && url.p[url.n - 1] == '/')
        url.n--;
    *out_url = url;
    return true;
}

static int make_token(struct feeds *f, struct err *err)
{
    const char *label = cli_value(f->c, "label");
    struct feed_token t = { .label = sv_of(label ? label : ""), .created = f->now };
    struct sv token, url = SV_NONE;
    if (!find_user(f, &t.user, err) || !base_url(f, &url, err))
        return cli_broken(err);
    if (!sv_is_utf8(t.label) || t.label.n > 200)
        return cli_misuse(f->c, "--label is a short text");
    if (!feed_token_new(f->store, f->c->arena, &t, change_author(f->c), &token, err))
        return cli_broken(err);
    struct sv id = sv_slice(token, 0, 8);
    if (f->c->json) {
        AUTO_STRBUF out = STRBUF_HEAP;
        struct json_out j = json_to(&out, true);
        json_open(&j, '{');
        json_kstr(&j, "id", id);
        json_kstr(&j, "user", t.user);
        json_kstr(&j, "address", arena_printf(f->c->arena, "%.*s/calendars/%.*s.ics", SV_ARG(url), SV_ARG(token)));
        json_close(&j, '}');
        printf("%s\n", strbuf_cstr(&out));
        return EXIT_OK;
    }
    printf("%.*s/calendars/%.*s.ics\n", SV_ARG(url), SV_ARG(token));
    fprintf(stderr,
            "This address opens the calendar of %.*s to whoever has it, and is shown this once.%s\n"
            "To take it back: potlac feed revoke %.*s\n",
            SV_ARG(ref_short(f->c->arena, t.user)),
            url.n ? "" : " Put your server before it, https://HOST, or say 'server: {url: https://HOST}' in potlac.yaml.", SV_ARG(id));
    return EXIT_OK;
}

static void write_token(struct feeds *f, struct json_out *j, const struct feed_token *t)
{
    struct strbuf when = STRBUF_IN(f->c->arena);
    utc_print(&when, t->created);
    if (f->c->json) {
        json_open(j, '{');
        json_kstr(j, "id", t->id);
        json_kstr(j, "user", t->user);
        json_kstr(j, "label", t->label);
        json_kstr(j, "created", strbuf_sv(&when));
        json_close(j, '}');
    } else {
        printf("%.*s  %s  %.*s%s%.*s\n", SV_ARG(t->id), strbuf_cstr(&when), SV_ARG(ref_short(f->c->arena, t->user)), t->label.n ? "  " : "",
               SV_ARG(t->label));
    }
}

static int list(struct feeds *f, struct err *err)
{
    struct feed_token *tokens;
    struct sv user = SV_NONE;
    uint32_t n;
    if ((f->c->arg_count > 1 && !find_user(f, &user, err)) || !feed_token_list(f->store, f->c->arena, user, &tokens, &n, err))
        return cli_broken(err);
    AUTO_STRBUF out = STRBUF_HEAP;
    struct json_out j = json_to(&out, true);
    json_open(&j, '[');
    for (uint32_t i = 0; i < n; i++)
        write_token(f, &j, &tokens[i]);
    json_close(&j, ']');
    if (f->c->json)
        printf("%s\n", strbuf_cstr(&out));
    else if (!n)
        fputs("No address was given out: 'potlac feed token USER' does.\n", stderr);
    return EXIT_OK;
}

static int revoke(struct feeds *f, struct err *err)
{
    struct feed_token t;
    if (f->c->arg_count != 2)
        return cli_misuse(f->c, "give one id: 'potlac feed list' shows them");
    if (!feed_token_revoke(f->store, f->c->arena, sv_of(f->c->args[1]), change_author(f->c), f->now, &t, err)) {
        if (!err->text[0])
            err_set(err, "no address has the id '%s': 'potlac feed list' shows those there are", f->c->args[1]);
        return cli_broken(err);
    }
    printf("%.*s opens nothing any more (calendar of %.*s%s%.*s)\n", SV_ARG(t.id), SV_ARG(ref_short(f->c->arena, t.user)),
           t.label.n ? ", " : "", SV_ARG(t.label));
    return EXIT_OK;
}

static int feed(struct cli *c)
{
    static const struct {
        const char *name;
        unsigned most_args;
        int (*run)(struct feeds *f, struct err *err);
    } words[] = { { "token", 2, make_token }, { "list", 2, list }, { "revoke", 2, revoke } };
    struct feeds f = { .c = c, .now = now_utc() };
    struct err err = { "" };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (!c->arg_count || strcmp(c->args[0], words[i].name) != 0 || c->arg_count > words[i].most_args)
            continue;
        f.store = state_open_store(c, &err);
        int status = f.store ? words[i].run(&f, &err) : cli_broken(&err);
        store_close(f.store);
        return status;
    }
    return cli_misuse(c, "expected 'token USER', 'list [USER]' or 'revoke ID'");
}

static const struct cli_option options[] = {
    STATE_OPTIONS,
    { "label", 0, "TEXT", "what the address is for: 'phone'" },
    { "url", 0, "URL", "the server's address, as people reach it [potlac.yaml's server.url]" },
    { "author", 0, "WHO", "who does it [git's user.email, or the login name]" },
    { NULL, 0, NULL, NULL },
};

const struct verb verb_feed = {
    .name = "feed",
    .usage = "token USER [--label TEXT] | list [USER] | revoke ID",
    .summary = "Give out and take back the addresses of calendars",
    .help =
        "'token' prints the secret address of a person's calendar, which 'potlac server' serves; the store keeps only a digest of it. A\n"
        "person may have several, one for each device. 'revoke' takes one back at once; the others go on.",
    .options = options,
    .run = feed,
};
