/* show: values, references and changes for people. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/show.h"

#include <stdlib.h>

#include "base/log.h"
#include "catalog/graph.h"
#include "cli/line_diff.h"

void show_json_value(struct json_out *j, struct value v)
{
    AUTO_STRBUF text = STRBUF_HEAP;
    switch ((enum value_kind)v.kind) {
    case V_UNSET:
    case V_UNDEF:
        json_null(j);
        break;
    case V_BOOL:
        json_bool(j, v.b);
        break;
    case V_INT:
        json_int(j, v.i);
        break;
    case V_FLOAT:
        json_float(j, v.f);
        break;
    case V_ARRAY:
        json_open(j, '[');
        for (uint32_t i = 0; i < v.n; i++)
            show_json_value(j, v.items[i]);
        json_close(j, ']');
        break;
    case V_HASH:
        json_open(j, '{');
        for (uint32_t i = 0; i < v.h->count; i++) {
            strbuf_reset(&text);
            value_print(&text, v.h->pairs[i].key);
            json_key(j, strbuf_sv(&text));
            show_json_value(j, v.h->pairs[i].value);
        }
        json_close(j, '}');
        break;
    default: /* the rest has no JSON form of its own: its text; Sensitive prints redacted */
        value_print(&text, v);
        json_str(j, strbuf_sv(&text));
    }
}

static void add_path(struct strbuf *out, const struct resource *r, unsigned depth)
{
    if (r->container && depth < 100)
        add_path(out, r->container, depth + 1);
    strbuf_addc(out, '/');
    if (sv_is(r->type, "Class"))
        strbuf_addf(out, "%.*s", SV_ARG(sv_is(r->title, "main") ? SV("Main") : r->title));
    else
        strbuf_addf(out, "%.*s[%.*s]", SV_ARG(r->type), SV_ARG(r->title));
}

struct sv show_path(struct arena *a, const struct resource *r)
{
    struct strbuf out = STRBUF_IN(a);
    add_path(&out, r, 0);
    return strbuf_sv(&out);
}

static struct sv inspected(struct arena *a, struct value v)
{
    struct strbuf out = STRBUF_IN(a);
    if (v.kind == V_UNSET)
        strbuf_adds(&out, "(unset)");
    else
        value_inspect(&out, v);
    return strbuf_sv(&out);
}

static bool has_lines(struct value v) { return v.kind == V_STRING && sv_find_char(value_sv(v), '\n', 0) != SIZE_MAX; }

static void add_inspected(struct strbuf *out, struct value v)
{
    struct arena *a = arena_new(0);
    struct sv text = inspected(a, v);
    strbuf_addf(out, "%.*s%s", SV_ARG(sv_slice(text, 0, 100)), text.n > 100 ? "..." : "");
    arena_free(a);
}

/* Of two hashes only the keys that differ. */
static void add_hash_changes(struct strbuf *out, const struct hash *before, const struct hash *after)
{
    unsigned shown = 0;
    for (int side = 0; side < 2; side++) {
        const struct hash *h = side == 0 ? after : before;
        for (uint32_t i = 0; i < h->count; i++) {
            const struct value *x = hash_find(before, h->pairs[i].key), *y = hash_find(after, h->pairs[i].key);
            if (side == 1 ? y != NULL : x && value_same(*x, *y))
                continue;
            strbuf_adds(out, shown++ ? ", " : "");
            value_print(out, h->pairs[i].key);
            strbuf_adds(out, " ");
            add_inspected(out, x ? *x : VALUE_UNSET);
            strbuf_adds(out, " -> ");
            add_inspected(out, y ? *y : VALUE_UNSET);
        }
    }
    strbuf_addc(out, '\n');
}

void show_change(const struct cli *c, struct strbuf *out, const struct change *change, unsigned indent)
{
    const struct resource *r = change->now ? change->now : change->was;
    static const char marks[] = { [CHANGE_ADDED] = '+', [CHANGE_REMOVED] = '-', [CHANGE_PARAM] = '~' };
    const char *const colours[] = { [CHANGE_ADDED] = cli_green(c), [CHANGE_REMOVED] = cli_red(c), [CHANGE_PARAM] = cli_yellow(c) };
    strbuf_pad(out, ' ', indent);
    strbuf_addf(out, "%s%c%s %.*s[%.*s]", colours[change->kind], marks[change->kind], cli_plain(c), SV_ARG(r->type), SV_ARG(r->title));
    if (change->kind != CHANGE_PARAM) {
        strbuf_addc(out, '\n');
        return;
    }
    strbuf_addf(out, " %.*s", SV_ARG(change->param));
    if (change->sensitive) {
        strbuf_adds(out, ": changes [redacted]\n");
    } else if (has_lines(change->before) && has_lines(change->after)) {
        strbuf_adds(out, ":\n");
        line_diff_print(out, value_sv(change->before), value_sv(change->after), indent + 4, 12);
    } else if (change->before.kind == V_HASH && change->after.kind == V_HASH) {
        strbuf_adds(out, ": ");
        add_hash_changes(out, change->before.h, change->after.h);
    } else {
        strbuf_adds(out, ": ");
        add_inspected(out, change->before);
        strbuf_adds(out, " -> ");
        add_inspected(out, change->after);
        strbuf_addc(out, '\n');
    }
}

struct sv show_short(struct arena *a, struct sv message)
{
    static const struct sv mark = SV_INIT("{sha256}");
    enum { DIGITS = 64, KEPT = 8 };
    struct strbuf out = STRBUF_IN(a);
    for (size_t at = 0, hit; at < message.n; at = hit + mark.n + DIGITS) {
        hit = sv_find(message, mark, at);
        if (hit == SIZE_MAX || message.n - hit < mark.n + DIGITS) {
            strbuf_add(&out, sv_slice(message, at, message.n));
            break;
        }
        strbuf_add(&out, sv_slice(message, at, hit + mark.n + KEPT));
        strbuf_adds(&out, "...");
    }
    return strbuf_sv(&out);
}

struct sv show_event(struct arena *a, const struct resource_event *e)
{
    struct sv text = show_short(a, e->message);
    /* "content: content changed ..." says it twice */
    bool said = !e->property.n || sv_starts(text, e->property);
    return arena_printf(a, "%.*s[%.*s]%s%.*s: %.*s", SV_ARG(e->resource->type), SV_ARG(e->resource->title), said ? "" : " ",
                        SV_ARG(said ? SV("") : e->property), SV_ARG(text));
}

struct tally {
    struct sv type;
    unsigned count;
};

static int by_count(const void *a, const void *b)
{
    const struct tally *x = a, *y = b;
    return x->count != y->count ? (int)y->count - (int)x->count : sv_cmp(x->type, y->type);
}

struct sv show_type_counts(struct arena *a, const struct catalog_diff *d)
{
    struct tally *list = NULL;
    size_t n = 0, cap = 0;
    for (uint32_t i = 0; i < d->count; i++) {
        struct sv type = (d->changes[i].now ? d->changes[i].now : d->changes[i].was)->type;
        size_t k = 0;
        while (k < n && !sv_eq(list[k].type, type))
            k++;
        if (k == n) {
            struct tally fresh = { type, 0 };
            ARENA_PUSH(a, list, n, cap, fresh);
        }
        list[k].count++;
    }
    if (n)
        qsort(list, n, sizeof *list, by_count);
    struct strbuf out = STRBUF_IN(a);
    for (size_t k = 0; k < n && k < 6; k++)
        strbuf_addf(&out, "%s%u %.*s", k ? ", " : "", list[k].count, SV_ARG(list[k].type));
    if (n > 6)
        strbuf_adds(&out, ", ...");
    return strbuf_sv(&out);
}

struct sv show_names(struct arena *a, const struct sv *names, uint32_t count, uint32_t most)
{
    struct strbuf out = STRBUF_IN(a);
    uint32_t shown = count <= most + 1 ? count : most; /* "and 1 more" is no shorter than the name */
    for (uint32_t i = 0; i < shown; i++)
        strbuf_addf(&out, "%s%.*s", i == 0 ? "" : i + 1 == count ? " and " : ", ", SV_ARG(names[i]));
    if (shown < count)
        strbuf_addf(&out, " and %u more", count - shown);
    return strbuf_sv(&out);
}

struct sv show_count(struct arena *a, uint64_t n, const char *one, const char *many)
{
    return arena_printf(a, "%llu %s", (unsigned long long)n, n == 1 ? one : many);
}

/* Functions of the language that log name their message after their level: it is the author's words, the place is no news. */
static const struct {
    const char *function;
    enum log_level level;
} log_functions[] = { { "debug", LOG_DEBUG }, { "info", LOG_INFO },  { "notice", LOG_NOTICE }, { "warning", LOG_WARNING },
                      { "err", LOG_ERROR },   { "crit", LOG_ERROR }, { "alert", LOG_ERROR },   { "emerg", LOG_ERROR } };

static bool log_function_message(const struct diag *d)
{
    for (size_t i = 0; d->name && i < sizeof log_functions / sizeof *log_functions; i++)
        if (strcmp(d->name, log_functions[i].function) == 0) {
            log_write(log_functions[i].level, "%.*s", SV_ARG(d->message));
            return true;
        }
    return false;
}

void show_messages(const struct diags *diags)
{
    for (const struct diag *d = diags->first; d; d = d->next) {
        unsigned line, column;
        if (d->severity != SEV_WARNING || log_function_message(d))
            continue;
        span_position(d->span, &line, &column);
        if (d->span.src && d->span.src->path.n)
            log_write(LOG_WARNING, "%.*s (file: %.*s, line: %u, column: %u)", SV_ARG(d->message), SV_ARG(d->span.src->path), line, column);
        else if (d->span.src)
            log_write(LOG_WARNING, "%.*s (line: %u, column: %u)", SV_ARG(d->message), line, column);
        else
            log_write(LOG_WARNING, "%.*s", SV_ARG(d->message));
    }
}

void show_failure_help(struct strbuf *out, const struct cli *c, const struct diags *diags)
{
    for (const struct diag *d = diags->first; d && diags->errors == 1; d = d->next)
        if (d->severity == SEV_ERROR)
            diag_print_excerpt(out, d, c->colour);
    for (const struct diag *d = diags->first; d; d = d->next) {
        if (d->severity != SEV_NOTE)
            continue;
        if (d->span.src)
            diag_print(out, d, c->colour);
        else
            strbuf_addf(out, "  hint: %.*s\n", SV_ARG(d->message));
    }
}

bool show_loop(struct strbuf *out, struct arena *a, const struct catalog *catalog)
{
    struct err err = { "" };
    uint32_t count;
    struct graph *g = graph_new(a, catalog, &err);
    if (g && graph_order(g, &count, &err))
        return false;
    strbuf_addf(out, "%s\n", err.text);
    AUTO_STRBUF edges = STRBUF_HEAP;
    if (g)
        graph_explain_loop(g, &edges);
    struct sv rest = strbuf_sv(&edges), line;
    while (sv_cut(&rest, '\n', &line))
        if (line.n)
            strbuf_addf(out, "  %.*s\n", SV_ARG(line));
    return true;
}

void show_failure(const struct cli *c, struct sv error, const struct diags *diags)
{
    AUTO_STRBUF text = STRBUF_HEAP;
    for (const struct diag *d = diags->first; d && diags->errors > 1; d = d->next)
        if (d->severity == SEV_ERROR)
            diag_print(&text, d, c->colour);
    cli_write(stderr, &text);
    strbuf_reset(&text);
    log_write(LOG_ERROR, "%.*s", SV_ARG(error));
    show_failure_help(&text, c, diags);
    cli_write(stderr, &text);
}
