/* fail: the one way out of a compile: a message worded and placed as the reference does, then a jump to compile_node. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "eval/internal.h"
#include "lang/label.h"

struct sv location_text(struct compile *c, struct sv file, uint32_t line, uint32_t column)
{
    struct strbuf b = STRBUF_IN(c->arena);
    if (file.n) {
        strbuf_addf(&b, "(file: %.*s", SV_ARG(file));
        if (line)
            strbuf_addf(&b, ", line: %u", line);
        if (line && column)
            strbuf_addf(&b, ", column: %u", column);
        strbuf_addc(&b, ')');
    } else if (line) {
        strbuf_addf(&b, "(line: %u", line);
        if (column)
            strbuf_addf(&b, ", column: %u", column);
        strbuf_addc(&b, ')');
    }
    return strbuf_sv(&b);
}

/* Offsets of the lines of a text, found once a compile and unit. */
struct line_table {
    uint32_t count;
    size_t cap;
    uint32_t *starts;
};

static const struct line_table *line_table_of(struct compile *c, const struct unit *u)
{
    struct line_table *t = ptrmap_find(&c->lines, u);
    if (t)
        return t;
    t = ARENA_NEW(c->arena, struct line_table);
    struct sv text = u->src->text;
    ARENA_PUSH(c->arena, t->starts, t->count, t->cap, 0);
    for (size_t at = 0; (at = sv_find_char(text, '\n', at)) != SIZE_MAX;) {
        at++;
        ARENA_PUSH(c->arena, t->starts, t->count, t->cap, (uint32_t)at);
    }
    ptrmap_put(&c->lines, u, t);
    return t;
}

uint32_t unit_line(struct compile *c, const struct unit *u, uint32_t offset, uint32_t *out_column)
{
    const struct line_table *t = line_table_of(c, u);
    uint32_t low = 0, high = t->count;
    while (high - low > 1) {
        uint32_t mid = (low + high) / 2;
        if (t->starts[mid] <= offset)
            low = mid;
        else
            high = mid;
    }
    if (out_column) {
        uint32_t column = 1;
        for (uint32_t i = t->starts[low]; i < offset && i < u->src->text.n; i++)
            column += ((unsigned char)u->src->text.p[i] & 0xc0) != 0x80;
        *out_column = column;
    }
    return low + 1;
}

static _Noreturn void finish(struct compile *c, struct sv message)
{
    if (c->attempt) {
        c->attempt->message = message;
        longjmp(c->attempt->landing, 1);
    }
    if (c->lazy) { /* the lazy phase names the resource whose body failed */
        struct eres *r = c->lazy;
        struct sv at = location_text(c, r->r.file, r->r.line, 0);
        message = arena_printf(c->arena, "Evaluation Error: Error while evaluating a Resource Statement, %.*s%s%.*s", SV_ARG(message),
                               at.n ? " " : "", SV_ARG(at));
    }
    c->result->error = arena_printf(c->arena, "%.*s on node %.*s", SV_ARG(message), SV_ARG(c->options->certname));
    longjmp(c->failed, 1);
}

static _Noreturn void finish_at(struct compile *c, const struct unit *u, uint32_t offset, struct sv message)
{
    struct sv at = SV_NONE;
    if (u) {
        uint32_t column, line = unit_line(c, u, offset, &column);
        at = location_text(c, u->src->path, line, column);
        diag_error(&c->result->diags, (struct span){ u->src, offset, offset + 1 }, "%.*s", SV_ARG(message));
    }
    finish(c, arena_printf(c->arena, "Evaluation Error: %.*s%s%.*s", SV_ARG(message), at.n ? " " : "", SV_ARG(at)));
}

void fail_at(struct frame *f, const struct node *n, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    struct sv message = arena_vprintf(f->c->arena, fmt, ap);
    va_end(ap);
    finish_at(f->c, f->unit, node_offset(f, n), message);
}

void fail_at_offset(struct frame *f, uint32_t at, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    struct sv message = arena_vprintf(f->c->arena, fmt, ap);
    va_end(ap);
    finish_at(f->c, f->unit, at, message);
}

static _Noreturn void raise_text(struct compile *c, struct frame *f, const struct node *n, struct sv detail)
{
    struct sv label = with_article(c, node_label(c, n), false);
    finish_at(c, f->unit, node_offset(f, n), arena_printf(c->arena, "Error while evaluating %.*s, %.*s", SV_ARG(label), SV_ARG(detail)));
}

void raise_at(struct frame *f, const struct node *n, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    struct sv detail = arena_vprintf(f->c->arena, fmt, ap);
    va_end(ap);
    raise_text(f->c, f, n, detail);
}

void raise_error(struct compile *c, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    struct sv detail = arena_vprintf(c->arena, fmt, ap);
    va_end(ap);
    if (c->site.node && !(c->attempt && c->attempt->site == c->site.node))
        raise_text(c, c->site.frame, c->site.node, detail);
    finish(c, detail);
}

void raise_plain(struct compile *c, struct sv file, uint32_t line, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    struct sv message = arena_vprintf(c->arena, fmt, ap);
    va_end(ap);
    struct sv at = location_text(c, file, line, 0);
    finish(c, at.n ? arena_printf(c->arena, "%.*s %.*s", SV_ARG(message), SV_ARG(at)) : message);
}

void compile_fail(struct compile *c, struct span at, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    struct sv message = arena_vprintf(c->arena, fmt, ap);
    va_end(ap);
    if (!at.src)
        finish(c, message);
    unsigned line, column;
    span_position(at, &line, &column);
    struct sv place = location_text(c, at.src->path, line, column);
    finish(c, arena_printf(c->arena, "%.*s%s%.*s", SV_ARG(message), place.n ? " " : "", SV_ARG(place)));
}

bool call_try(struct call *k, void (*run)(void *ctx), void *ctx, struct sv *out_message)
{
    struct compile *c = k->c;
    struct attempt here = { .site = k->site }, *outer = c->attempt;
    const struct site site = c->site;
    const struct diags diags = c->result->diags;
    struct scope *current = c->current;
    struct eres *lazy = c->lazy;
    c->attempt = &here;
    c->break_site = NULL;
    bool ok = setjmp(here.landing) == 0;
    if (ok)
        run(ctx);
    c->attempt = outer;
    c->site = site;
    if (ok)
        return true;
    c->current = current;
    c->lazy = lazy;
    c->result->diags = diags; /* the failure itself is told by whoever does not rescue it */
    if (diags.last)
        diags.last->next = NULL;
    *out_message = here.message;
    return false;
}

void call_fail(struct call *k, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    struct sv detail = arena_vprintf(k->arena, fmt, ap);
    va_end(ap);
    raise_error(k->c, "%.*s", SV_ARG(detail));
}

void call_fail_here(struct call *k, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    struct sv message = arena_vprintf(k->arena, fmt, ap);
    va_end(ap);
    struct site *s = &k->c->site;
    if (s->node)
        finish_at(k->c, s->frame->unit, node_offset(s->frame, s->node), message);
    finish(k->c, message);
}

#define SLOW_REGEXP "The regular expression /%.*s/ takes too long on this text: %zu bytes"

void fail_slow_regexp(struct frame *f, const struct node *n, const struct regexp *re, size_t bytes)
{
    fail_at(f, n, SLOW_REGEXP, SV_ARG(regexp_source(re)), bytes);
}

bool compile_type_match(struct compile *c, const struct type *t, struct value v)
{
    struct slow_match slow;
    if (type_match_or_slow(t, v, &slow))
        return true;
    if (slow.re)
        raise_error(c, SLOW_REGEXP, SV_ARG(regexp_source(slow.re)), slow.bytes);
    return false;
}

void warn_at(struct frame *f, const struct node *n, const char *name, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    struct sv message = arena_vprintf(f->c->arena, fmt, ap);
    va_end(ap);
    diag_warn(&f->c->result->diags, name, node_span(f->unit, n), "%.*s", SV_ARG(message));
}

void call_warn(struct call *k, const char *name, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    struct sv message = arena_vprintf(k->arena, fmt, ap);
    va_end(ap);
    struct site *s = &k->c->site;
    struct span at = s->node ? node_span(s->frame->unit, s->node) : (struct span){ 0 };
    diag_warn(&k->c->result->diags, name, at, "%.*s", SV_ARG(message));
}

/* Operators stand where their sign is; a method call at its '(' or '.'. */
uint32_t node_offset(const struct frame *f, const struct node *n)
{
    struct sv text = f->unit->src->text;
    switch (n->kind) {
    case AST_BINARY:
    case AST_ASSIGN:
    case AST_RELATIONSHIP: {
        size_t at = sv_find(text, sv_of(ast_op_text(n->op)), n->bin.lhs->to);
        return at == SIZE_MAX || at >= n->bin.rhs->from ? n->from : (uint32_t)at;
    }
    case AST_METHOD: {
        const struct node *on = n->call.args.items[0];
        size_t dot = sv_find_char(text, '.', on->to);
        if (dot == SIZE_MAX || dot >= n->to)
            return n->from;
        size_t at = dot + 1;
        while (at < text.n && (text.p[at] == ' ' || text.p[at] == '\n' || text.p[at] == '\t' || text.p[at] == '\r'))
            at++;
        at += n->sym ? n->sym->text.n : 0;
        return at < text.n && text.p[at] == '(' ? (uint32_t)at : (uint32_t)dot;
    }
    default:
        return n->from;
    }
}

struct sv node_label(struct compile *c, const struct node *n)
{
    struct label l = label_of(n);
    return arena_dup(c->arena, sv_of(l.text));
}

struct sv value_label(struct compile *c, struct value v)
{
    static const char *const names[V_KIND_COUNT] = {
        [V_UNSET] = "Undef Value",   [V_UNDEF] = "Undef Value", [V_DEFAULT] = "default",     [V_BOOL] = "Boolean",
        [V_INT] = "Integer",         [V_FLOAT] = "Float",       [V_STRING] = "String",       [V_REGEXP] = "Regexp",
        [V_ARRAY] = "Array",         [V_HASH] = "Hash",         [V_SENSITIVE] = "Sensitive", [V_BINARY] = "Binary",
        [V_TIMESTAMP] = "Timestamp", [V_TIMESPAN] = "Timespan", [V_SEMVER] = "Semver",       [V_SEMVER_RANGE] = "SemverRange",
        [V_URI] = "Object",          [V_OBJECT] = "Object",     [V_ITERATOR] = "Iterator",   [V_CLOSURE] = "Lambda",
    };
    if (v.kind == V_TYPE) {
        struct sv text = type_text(c->arena, v.t);
        bool titled = v.t->kind == T_RESOURCE && v.t->ref.has_title;
        return arena_printf(c->arena, "%.*s%s", SV_ARG(text), titled ? " Resource-Reference" : "-Type");
    }
    if (v.kind == V_CLOSURE && v.closure->collector)
        return v.closure->collector->exported ? SV("Exported-Collector") : SV("Catalog-Collector");
    return sv_of(names[v.kind]);
}

struct sv with_article(struct compile *c, struct sv label, bool upper)
{
    char first = label.n ? label.p[0] : 'x';
    if ((first == '\'' || first == '"') && label.n > 1)
        first = label.p[1];
    bool vowel = strchr("aeiouyAEIOUY", first) != NULL;
    const char *article = upper ? (vowel ? "An" : "A") : (vowel ? "an" : "a");
    return arena_printf(c->arena, "%s %.*s", article, SV_ARG(label));
}

struct sv generalized_text(struct compile *c, struct value v)
{
    if (v.kind == V_UNDEF)
        return SV("Undef");
    if (v.kind == V_DEFAULT)
        return SV("Default");
    return type_shown(c->arena, type_generalize(c->arena, type_infer(c->arena, v)));
}
