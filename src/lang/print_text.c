/* print_text: literals. No line break is printed inside a string, as the text of a heredoc begins behind the next one. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/printer_impl.h"

static void add_double(struct strbuf *out, struct sv s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == '"' || c == '\\' || c == '$')
            strbuf_addf(out, "\\%c", c);
        else if (c == '\n' || c == '\r')
            strbuf_adds(out, c == '\n' ? "\\n" : "\\r");
        else
            strbuf_addc(out, c);
    }
}

void print_string(struct printer *p, struct sv s)
{
    if (s.n && (memchr(s.p, '\n', s.n) || memchr(s.p, '\r', s.n))) {
        strbuf_addc(p->out, '"');
        add_double(p->out, s);
        strbuf_addc(p->out, '"');
        return;
    }
    strbuf_addc(p->out, '\'');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '\'' || s.p[i] == '\\')
            strbuf_addc(p->out, '\\');
        strbuf_addc(p->out, s.p[i]);
    }
    strbuf_addc(p->out, '\'');
}

void print_concat(struct printer *p, const struct node *n)
{
    strbuf_addc(p->out, '"');
    for (uint32_t i = 0; i < n->list.count; i++) {
        const struct node *part = n->list.items[i];
        if (part->kind == AST_STRING) {
            add_double(p->out, part->s);
            continue;
        }
        strbuf_adds(p->out, "${");
        print_node(p, part);
        strbuf_addc(p->out, '}');
    }
    strbuf_addc(p->out, '"');
}

/* The text of an interpolated heredoc: only '\' and '$' are escaped. */
static void heredoc_body(struct printer *p, const struct node *n)
{
    for (uint32_t i = 0; i < n->list.count; i++) {
        const struct node *part = n->list.items[i];
        if (part->kind != AST_STRING) {
            strbuf_adds(p->out, "${");
            print_node(p, part);
            if (p->first)
                print_newline(p);
            strbuf_addc(p->out, '}');
            continue;
        }
        for (size_t k = 0; k < part->s.n; k++) {
            if (part->s.p[k] == '\\' || part->s.p[k] == '$')
                strbuf_addc(p->out, '\\');
            strbuf_addc(p->out, part->s.p[k]);
        }
    }
}

/* Whether a line of text ends with tag, which would end the heredoc. */
static bool line_ends_with(struct sv text, struct sv tag)
{
    for (struct sv line; sv_cut(&text, '\n', &line);)
        if (sv_ends(sv_trim(line), tag))
            return true;
    return false;
}

void print_heredoc(struct printer *p, const struct node *n)
{
    const struct node *text = n->heredoc.text;
    bool interpolated = text->kind == AST_CONCAT;
    struct strbuf body = STRBUF_IN(p->arena);
    if (interpolated) {
        struct printer inner = { .out = &body, .arena = p->arena, .class_name = p->class_name };
        inner.last = &inner.first;
        heredoc_body(&inner, text);
    } else {
        strbuf_add(&body, text->s);
    }
    struct sv tag = SV("END");
    for (int i = 1; line_ends_with(strbuf_sv(&body), tag); i++)
        tag = arena_printf(p->arena, "END_%d", i);
    strbuf_addf(p->out, interpolated ? "@(\"%.*s\"" : "@(%.*s", SV_ARG(tag));
    if (n->heredoc.syntax.n)
        strbuf_addf(p->out, ":%.*s", SV_ARG(n->heredoc.syntax));
    strbuf_adds(p->out, interpolated ? "/$)" : ")");
    bool whole = body.n == 0 || body.p[body.n - 1] == '\n';
    strbuf_addf(&body, "%s%.*s", whole ? "" : "\n- ", SV_ARG(tag));
    struct waiting *w = ARENA_NEW(p->arena, struct waiting);
    w->text = strbuf_sv(&body);
    *p->last = w;
    p->last = &w->next;
}

void print_regexp(struct printer *p, struct sv s)
{
    strbuf_addc(p->out, '/');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '/')
            strbuf_addc(p->out, '\\');
        strbuf_addc(p->out, s.p[i]);
    }
    strbuf_addc(p->out, '/');
}

void print_number(struct printer *p, const struct node *n)
{
    if (n->kind == AST_INT) {
        strbuf_addf(p->out, n->flags & NODE_HEX ? "0x%llx" : n->flags & NODE_OCTAL ? "0%llo" : "%lld", (long long)n->i);
        return;
    }
    struct sv s = arena_printf(p->arena, "%.17g", n->f);
    bool plain = true;
    for (size_t i = 0; i < s.n; i++) {
        plain &= s.p[i] != '.' && s.p[i] != 'e';
        if (s.p[i] != '+')
            strbuf_addc(p->out, s.p[i]);
    }
    if (plain)
        strbuf_adds(p->out, ".0");
}
