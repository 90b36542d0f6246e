/* session: one compile's use of a helper: taken for a request, given back after it, so that few helpers serve many compiles. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <time.h>

#include "base/limits.h"
#include "ruby/internal.h"

/* About what starting a helper takes. */
#define PATIENCE_NS 20000000

/* ---- helpers of a snapshot ---- */

static void helper_free(struct helper *h)
{
    process_stop(h->process);
    arena_free(h->arena);
}

static void env_end(void *object)
{
    struct ruby_env *env = object;
    for (struct helper *h = env->idle, *next; h; h = next) {
        next = h->next;
        helper_free(h);
    }
    pthread_cond_destroy(&env->returned);
    pthread_mutex_destroy(&env->lock);
    arena_free(env->arena);
}

static void *make_env(void *ctx, struct snapshot *s, struct arena *a)
{
    struct ruby_env *env = ARENA_NEW(a, struct ruby_env);
    pthread_condattr_t attr;
    pthread_mutex_init(&env->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&env->returned, &attr);
    pthread_condattr_destroy(&attr);
    env->arena = arena_new(0);
    env->snapshot = s;
    env->options = ctx;
    env->functions = map_in(env->arena);
    env->templates = map_in(env->arena);
    env->titles = map_in(env->arena);
    env->rendered = map_in(env->arena);
    arena_defer(a, env_end, env);
    return env;
}

struct ruby_env *env_of(struct call *k)
{
    snapshot_note_ruby(compile_snapshot(k->c));
    return snapshot_memo(compile_snapshot(k->c), SV("ruby"), make_env, compile_options_of(k->c)->hooks.ruby);
}

/* Where `require` of a module's code finds the files of modules. */
static struct sv init_message(struct arena *a, struct snapshot *s)
{
    struct strbuf out = STRBUF_IN(a);
    struct json_out j = json_to(&out, false);
    size_t count;
    const struct module *const *modules = snapshot_modules(s, &count);
    json_open(&j, '[');
    json_str(&j, SV("init"));
    json_open(&j, '[');
    for (size_t i = 0; i < count; i++) {
        struct sv lib = path_join(a, modules[i]->dir, SV("lib"));
        if (snapshot_exists(s, lib))
            json_str(&j, lib);
    }
    json_close(&j, ']');
    json_close(&j, ']');
    return strbuf_sv(&out);
}

/* Ruby reads files by itself, and those of a commit are in no folder: they are written into one, and each path in a message becomes that
 * of the copy on the way out, and that of the site on the way back. */
static bool lay_out(struct ruby_env *env, struct err *err)
{
    const struct source_tree *tree = snapshot_tree(env->snapshot);
    struct sv folder, copy;
    if (!tree->lay_out)
        return true;
    if (!tree->lay_out(tree->ctx, &folder, &copy, err))
        return false;
    pthread_mutex_lock(&env->lock);
    env->folder = folder;
    env->copy = copy;
    pthread_mutex_unlock(&env->lock);
    return true;
}

static bool ends_name(struct sv text, size_t at)
{
    char c = at < text.n ? text.p[at] : '"';
    return !((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.');
}

static struct sv with_paths(struct arena *a, struct sv text, struct sv from, struct sv to)
{
    struct strbuf out = STRBUF_IN(a);
    size_t start = 0;
    for (size_t at = 0; from.n && (at = sv_find(text, from, at)) != SIZE_MAX;) {
        size_t end = at + from.n;
        if (ends_name(text, end)) {
            strbuf_add(&out, sv_slice(text, start, at));
            strbuf_add(&out, to);
            start = end;
        }
        at = end;
    }
    if (!start)
        return text;
    strbuf_add(&out, sv_slice(text, start, text.n));
    return strbuf_sv(&out);
}

static struct helper *helper_new(struct ruby_env *env, struct err *err)
{
    if (!lay_out(env, err))
        return NULL;
    struct helper_process *p = process_start(env->options, err);
    if (!p)
        return NULL;
    struct arena *a = arena_new(0);
    struct sv answer;
    process_allow(p, LIMIT_RUBY_MS);
    struct sv init = with_paths(a, init_message(a, env->snapshot), env->folder, env->copy);
    if (!process_send(p, init, err) || !process_receive(p, a, &answer, err)) {
        process_stop(p);
        arena_free(a);
        return NULL;
    }
    struct helper *h = ARENA_NEW(a, struct helper);
    *h = (struct helper){ .process = p, .arena = a, .loaded = map_in(a) };
    return h;
}

bool helper_has(struct helper *h, struct sv key)
{
    if (map_find(&h->loaded, key))
        return true;
    struct sv own = arena_dup(h->arena, key);
    map_put(&h->loaded, own, h);
    return false;
}

/* ---- a compile's turn ---- */

static int64_t time_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* One is no more, or could not be started. */
static void helper_gone(struct ruby_env *env)
{
    pthread_mutex_lock(&env->lock);
    env->helpers--;
    pthread_cond_signal(&env->returned);
    pthread_mutex_unlock(&env->lock);
}

static void discard(struct session *s)
{
    helper_free(s->helper);
    s->helper = NULL;
    helper_gone(s->env);
}

/* The environment may have ended before. Where it has not, it counts one helper too many, and once waits for that in vain. */
static void session_end(void *object)
{
    struct session *s = object;
    if (s->helper) /* the compile was left in the middle of a request */
        helper_free(s->helper);
    s->helper = NULL;
}

struct session *session_of(struct call *k)
{
    void **slot = compile_slot(k->c, 2);
    if (*slot)
        return *slot;
    struct session *s = ARENA_NEW(k->arena, struct session);
    s->env = env_of(k);
    s->told = map_in(k->arena);
    pthread_mutex_lock(&s->env->lock);
    s->compile = ++s->env->compiles;
    pthread_mutex_unlock(&s->env->lock);
    arena_defer(k->arena, session_end, s);
    return *slot = s;
}

/* Under the lock: until one comes back, or as much was waited as starting another would take. */
static void wait_for_idle(struct ruby_env *env)
{
    int64_t from = time_ns(), until = from + PATIENCE_NS - env->waited_ns;
    struct timespec limit = { until / 1000000000, until % 1000000000 };
    while (!env->idle && env->helpers && time_ns() < until)
        pthread_cond_timedwait(&env->returned, &env->lock, &limit);
    env->waited_ns += time_ns() - from;
}

/* NULL: another is to be started; it is counted already. */
static struct helper *take_idle(struct ruby_env *env)
{
    pthread_mutex_lock(&env->lock);
    if (!env->idle && env->helpers && env->waited_ns < PATIENCE_NS)
        wait_for_idle(env);
    struct helper *h = env->idle;
    if (h) {
        env->idle = h->next;
    } else {
        env->helpers++;
        env->waited_ns = 0;
    }
    pthread_mutex_unlock(&env->lock);
    return h;
}

static void give_back(struct session *s)
{
    pthread_mutex_lock(&s->env->lock);
    s->helper->next = s->env->idle;
    s->env->idle = s->helper;
    pthread_cond_signal(&s->env->returned);
    pthread_mutex_unlock(&s->env->lock);
    s->helper = NULL;
}

static uint32_t time_allowed(const struct session *s)
{
    return s->env->options->milliseconds ? s->env->options->milliseconds : LIMIT_RUBY_MS;
}

static _Noreturn void session_fail(struct call *k, struct session *s, struct sv what)
{
    if (s->helper)
        discard(s);
    s->depth = 0;
    call_fail(k, "%.*s: %.*s", SV_ARG(what), SV_ARG(s->broken));
}

static void send_message(struct call *k, struct session *s, struct sv message, struct sv what)
{
    struct err err = { "" };
    if (process_send(s->helper->process, with_paths(k->arena, message, s->env->folder, s->env->copy), &err))
        return;
    s->broken = arena_dup(k->arena, sv_of(err.text));
    session_fail(k, s, what);
}

/* A helper that could not be started is not tried again: each compile would wait for the same answer. */
static struct helper *start_helper(struct session *s, struct err *err)
{
    struct ruby_env *env = s->env;
    pthread_mutex_lock(&env->lock);
    struct sv cannot = env->cannot;
    pthread_mutex_unlock(&env->lock);
    struct helper *h = cannot.n ? NULL : helper_new(env, err);
    if (cannot.n) {
        err_set(err, "%.*s", SV_ARG(cannot));
    } else if (!h) {
        pthread_mutex_lock(&env->lock);
        env->cannot = arena_dup(env->arena, sv_of(err->text));
        pthread_mutex_unlock(&env->lock);
    }
    return h;
}

struct session *session_enter(struct call *k, struct sv what, struct sv path)
{
    if (!compile_options_of(k->c)->hooks.ruby)
        call_fail(k, "%.*s (%.*s) is written in Ruby, which this command does not run", SV_ARG(what), SV_ARG(path));
    struct session *s = session_of(k);
    if (s->depth++)
        return s;
    struct err err = { "" };
    s->broken = SV_NONE;
    s->helper = take_idle(s->env);
    if (!s->helper)
        s->helper = start_helper(s, &err);
    if (!s->helper) {
        helper_gone(s->env);
        s->depth = 0;
        call_fail(k, "%.*s (%.*s) is written in Ruby, which cannot be run: %s", SV_ARG(what), SV_ARG(path), err.text);
    }
    process_allow(s->helper->process, time_allowed(s));
    if (s->helper->compile != s->compile) {
        s->helper->compile = s->compile;
        send_message(k, s, SV("[\"new\"]"), what); /* is not answered */
    }
    return s;
}

void session_leave(struct session *s)
{
    if (!--s->depth && s->helper)
        give_back(s);
}

struct json_out request_begin(struct call *k, struct strbuf *out, const char *name)
{
    (void)k;
    struct json_out j = json_to(out, false);
    json_open(&j, '[');
    json_str(&j, sv_of(name));
    return j;
}

/* ---- talking ---- */

static const struct data *receive(struct call *k, struct session *s, struct sv what)
{
    struct source *src = ARENA_NEW(k->arena, struct source);
    struct diags diags = diags_in(k->arena);
    struct data_doc *doc;
    struct err err = { "" };
    src->path = SV("answer of the Ruby helper");
    if (!process_receive(s->helper->process, k->arena, &src->text, &err)) {
        s->broken = arena_dup(k->arena, sv_of(err.text));
        session_fail(k, s, what);
    }
    src->text = with_paths(k->arena, src->text, s->env->copy, s->env->folder);
    bool good = json_read(k->arena, src, &(struct data_limits){ .bytes = LIMIT_RUBY_MESSAGE, .depth = 1000 }, &diags, &doc);
    if (!good || doc->root.kind != DATA_LIST || !doc->root.count) {
        s->broken =
            good ? SV("the Ruby process sent no message")
                 : arena_printf(k->arena, "the Ruby process sent no message: %.*s", SV_ARG(diags.first ? diags.first->message : SV("")));
        session_fail(k, s, what);
    }
    return &doc->root;
}

struct question {
    struct call *k;
    struct session *s;
    const struct data *message;
    struct value answer;
};

static void ask(void *ctx)
{
    struct question *q = ctx;
    q->answer = callback_run(q->k, q->s, q->message);
}

/* Such a message has its place in it already. */
static bool is_placed(struct sv message)
{
    return sv_starts(message, SV("Evaluation Error: ")) || sv_starts(message, SV("Could not parse for environment "));
}

static void serve(struct call *k, struct session *s, const struct data *message, struct sv what)
{
    struct question q = { k, s, message, VALUE_UNDEF };
    struct strbuf out = STRBUF_IN(k->arena);
    struct json_out j = json_to(&out, false);
    struct sv failure = SV_NONE;
    unsigned depth = s->depth;
    bool ok = call_try(k, ask, &q, &failure);
    if (!s->helper)
        session_fail(k, s, what); /* it broke in a request inside this one */
    s->depth = depth;
    json_open(&j, '[');
    json_str(&j, ok ? SV("ok") : SV("err"));
    if (ok) {
        wire_write(&j, k->arena, q.answer);
    } else {
        json_str(&j, failure);
        json_bool(&j, is_placed(failure));
    }
    json_close(&j, ']');
    send_message(k, s, strbuf_sv(&out), what);
}

/* "err": the text of an exception nobody rescued. */
static _Noreturn void raise_answer(struct call *k, struct session *s, const struct data *message)
{
    struct sv text = message->count > 1 ? data_text(&message->items[1]) : SV_NONE;
    bool placed = message->count > 2 && message->items[2].kind == DATA_BOOL && message->items[2].b;
    session_leave(s);
    if (placed)
        compile_fail(k->c, (struct span){ 0 }, "%.*s", SV_ARG(text));
    call_fail(k, "%.*s", SV_ARG(text));
}

/* After the value: did its request alone decide on it? And the names of variables that Ruby code has set for all that follows. */
static void note_dependence(struct call *k, struct session *s, const struct data *message)
{
    const struct data *alone = message->count > 2 ? &message->items[2] : NULL, *own = message->count > 3 ? &message->items[3] : NULL;
    s->alone = alone && alone->kind == DATA_BOOL && alone->b;
    if (!own || own->kind != DATA_LIST)
        return;
    s->own = ARENA_ARRAY(k->arena, struct sv, own->count);
    s->own_count = own->count;
    for (uint32_t i = 0; i < own->count; i++)
        s->own[i] = data_text(&own->items[i]);
}

struct value session_request(struct call *k, struct session *s, struct json_out *j, struct sv what)
{
    json_close(j, ']');
    send_message(k, s, strbuf_sv(j->out), what);
    for (;;) {
        const struct data *message = receive(k, s, what);
        struct sv kind = data_text(&message->items[0]);
        struct value v = VALUE_UNDEF;
        struct err err = { "" };
        if (sv_is(kind, "err"))
            raise_answer(k, s, message);
        if (sv_is(kind, "fatal")) {
            s->broken = message->count > 1 ? data_text(&message->items[1]) : kind;
            session_fail(k, s, what);
        }
        if (!sv_is(kind, "ok")) {
            serve(k, s, message, what);
            continue;
        }
        struct symtab *t = snapshot_symtab(compile_snapshot(k->c));
        note_dependence(k, s, message);
        if (message->count > 1 && !wire_read(k->arena, t, compile_type_loader(k->c), &message->items[1], &v, &err)) {
            session_leave(s);
            call_fail(k, "%.*s returned what is no value: %s", SV_ARG(what), err.text);
        }
        return v;
    }
}
