/* batch: workers take the next few cases; whoever finishes the one that is due prints it and those that wait behind it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/batch.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/fs.h"
#include "base/json.h"
#include "cli/node.h"

struct answer {
    struct strbuf text;
    bool ready;
};

struct batch {
    struct site *site;
    const struct batch_options *options;
    struct value trusted, server_facts;
    struct sv *cases;
    size_t count, cap;
    struct answer *answers;
    pthread_mutex_t lock; /* of what follows, and of an answer's being ready */
    size_t next;          /* case to take */
    size_t due;           /* answer to print */
    bool printing;        /* a thread prints, without the lock; the others go on */
    struct err err;       /* the first case that could not be read */
    bool failed;
};

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void fix_identity(struct batch *b)
{
    struct arena *a = b->site->arena;
    struct hash *server = hash_new(a, 4), *trusted = hash_new(a, 6), *none = hash_new(a, 0);
    hash_put_str(a, server, "serverversion", value_str(SV("7.23.0")));
    hash_put_str(a, server, "servername", value_str(SV("server.example.com")));
    hash_put_str(a, server, "serverip", value_str(SV("192.0.2.1")));
    hash_put_str(a, server, "environment", value_str(SV("production")));
    hash_put_str(a, trusted, "authenticated", value_str(SV("remote")));
    hash_put_str(a, trusted, "certname", value_str(SV("node1.example.com")));
    hash_put_str(a, trusted, "extensions", value_hash(none));
    hash_put_str(a, trusted, "hostname", value_str(SV("node1")));
    hash_put_str(a, trusted, "domain", value_str(SV("example.com")));
    hash_put_str(a, trusted, "external", value_hash(none));
    b->server_facts = value_hash(server);
    b->trusted = value_hash(trusted);
}

static struct value facts_over(struct arena *a, struct value base, const struct data *own)
{
    if (!own || own->kind != DATA_MAP)
        return base;
    struct hash *h = hash_copy(a, base.h, own->count);
    struct value v = value_from_data(a, own);
    for (uint32_t i = 0; i < v.h->count; i++)
        hash_put(a, h, v.h->pairs[i].key, v.h->pairs[i].value);
    return value_hash(h);
}

static void write_answer(struct strbuf *out, struct sv name, const struct compile_result *r, double ms)
{
    struct json_out j = json_to(out, false);
    json_open(&j, '{');
    json_kstr(&j, "name", name);
    json_key(&j, SV("ms"));
    json_float(&j, ms);
    json_kbool(&j, "ok", r->catalog != NULL);
    if (r->catalog) {
        AUTO_STRBUF catalog = STRBUF_HEAP;
        catalog_write_json(r->catalog, &catalog, false);
        json_key(&j, SV("catalog"));
        json_raw(&j, strbuf_sv(&catalog));
    } else {
        json_kstr(&j, "error", r->error);
    }
    json_close(&j, '}');
    strbuf_addc(out, '\n');
}

static void compile_case(struct batch *b, struct arena *a, const struct data *root, struct strbuf *out)
{
    bool warm = b->options->warm;
    struct class_request class = { .name = data_text(data_get(root, "class")) };
    struct compile_options o = site_options(b->site);
    o.certname = SV("node1.example.com");
    o.facts = facts_over(a, b->options->facts, data_get(root, "facts"));
    o.server_facts = b->server_facts;
    o.trusted = b->trusted;
    o.code = warm ? SV("") : data_text(data_get(root, "code"));
    if (warm && class.name.n) {
        o.classes = &class;
        o.class_count = 1;
        compile_result_free(compile_node(b->site->snapshot, &o));
    }
    double started = now_ms();
    struct compile_result *r = compile_node(b->site->snapshot, &o);
    write_answer(out, data_text(data_get(root, "name")), r, now_ms() - started);
    compile_result_free(r);
}

/* False and err where the case is no JSON. */
static bool run_case(struct batch *b, size_t n, struct strbuf *out, struct err *err)
{
    struct arena *a = arena_new(0);
    struct source src = { arena_printf(a, "%s, case %zu", b->options->cases, n + 1), b->cases[n] };
    struct diags diags = diags_in(a);
    struct data_doc *doc;
    bool ok = json_read(a, &src, NULL, &diags, &doc);
    if (ok)
        compile_case(b, a, &doc->root, out);
    else
        err_set(err, "%.*s: %.*s", SV_ARG(src.path), SV_ARG(diags.first->message));
    arena_free(a);
    return ok;
}

/* Under the lock, which is open while it writes. */
static void print_ready(struct batch *b)
{
    if (b->printing)
        return;
    b->printing = true;
    for (; b->due < b->count && b->answers[b->due].ready; b->due++) {
        struct strbuf *text = &b->answers[b->due].text;
        pthread_mutex_unlock(&b->lock);
        cli_write(stdout, text);
        strbuf_release(text);
        pthread_mutex_lock(&b->lock);
    }
    b->printing = false;
}

/* Neighbours need the same files: threads that went through them side by side would wait for each other at each. Towards the end the
 * portions get smaller, so that all are done at the same time. */
static size_t take_cases(struct batch *b, size_t *out_first)
{
    enum { MOST = 16 };
    pthread_mutex_lock(&b->lock);
    size_t left = b->count - b->next, portion = left / (b->options->threads * (size_t)4);
    size_t n = portion > MOST ? MOST : portion ? portion : left ? 1 : 0;
    *out_first = b->next;
    b->next += n;
    pthread_mutex_unlock(&b->lock);
    return n;
}

static void answer_case(struct batch *b, size_t n)
{
    struct err err = { "" };
    bool ok = run_case(b, n, &b->answers[n].text, &err);
    pthread_mutex_lock(&b->lock);
    b->answers[n].ready = true;
    if (!ok && !b->failed) {
        b->failed = true;
        b->err = err;
    }
    print_ready(b);
    pthread_mutex_unlock(&b->lock);
}

static void *work(void *arg)
{
    struct batch *b = arg;
    size_t first;
    for (size_t n; (n = take_cases(b, &first));)
        for (size_t i = 0; i < n; i++)
            answer_case(b, first + i);
    return NULL;
}

/* This thread works too; one that cannot be started only makes it slower. */
static void run_workers(struct batch *b)
{
    enum { MOST = 64 };
    pthread_t threads[MOST];
    unsigned started = 0, wanted = b->options->threads < MOST ? b->options->threads : MOST;
    while (started + 1 < wanted && pthread_create(&threads[started], NULL, work, b) == 0)
        started++;
    work(b);
    for (unsigned i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
}

bool batch_run(struct site *s, const struct batch_options *o, struct err *err)
{
    struct batch b = { .site = s, .options = o, .lock = PTHREAD_MUTEX_INITIALIZER };
    struct sv text, line;
    if (!fs_read(s->arena, o->cases, 0, &text, err))
        return false;
    while (sv_cut(&text, '\n', &line))
        if (sv_trim(line).n)
            ARENA_PUSH(s->arena, b.cases, b.count, b.cap, line);
    b.answers = ARENA_ARRAY(s->arena, struct answer, b.count + 1);
    fix_identity(&b);
    run_workers(&b);
    if (b.failed)
        *err = b.err;
    return !b.failed;
}
