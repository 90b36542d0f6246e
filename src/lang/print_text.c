/* print_text: literals. No line break is printed inside a string, as the text of a heredoc begins behind the next one. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/printer_impl.h"

static void add_double(struct printer *p, struct sv s)
{
    struct strbuf *out = p->out;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == '/' && p->no_slash)
            strbuf_adds(out, "\\u002f");
        else if (c == '"' || c == '\\' || c == '$')
            strbuf_addf(out, "\\%c", c);
        else if (c == '\n' || c == '\r')
            strbuf_adds(out, c == '\n' ? "\\n" : "\\r");
        else
            strbuf_addc(out, c);
    }
}

void print_string(struct printer *p, struct sv s)
{
    if (s.n && (memchr(s.p, '\n', s.n) || memchr(s.p, '\r', s.n) || (p->no_slash && memchr(s.p, '/', s.n)))) {
        strbuf_addc(p->out, '"');
        add_double(p, s);
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

/* Whether a part is the text between two ${ }. Such text is never empty, alone or next to other text: a string that is one of these
 * was interpolated itself. after_text is whether the part before was text, and is brought up to date. */
static bool is_text(const struct node_list *parts, uint32_t i, bool *after_text)
{
    const struct node *part = parts->items[i];
    *after_text = part->kind == AST_STRING && part->s.n && parts->count > 1 && !*after_text;
    return *after_text;
}

void print_concat(struct printer *p, const struct node *n)
{
    bool after_text = false;
    strbuf_addc(p->out, '"');
    for (uint32_t i = 0; i < n->list.count; i++) {
        const struct node *part = n->list.items[i];
        if (is_text(&n->list, i, &after_text)) {
            add_double(p, part->s);
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
    bool after_text = false;
    for (uint32_t i = 0; i < n->list.count; i++) {
        const struct node *part = n->list.items[i];
        if (!is_text(&n->list, i, &after_text)) {
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
    for (int i = 1; sv_find(strbuf_sv(&body), tag, 0) != SIZE_MAX; i++) /* at a line's end it would end the heredoc */
        tag = arena_printf(p->arena, "END_%d", i);
    strbuf_addf(p->out, interpolated ? "@(\"%.*s\"" : "@(%.*s", SV_ARG(tag));
    if (n->heredoc.syntax.n)
        strbuf_addf(p->out, ":%.*s", SV_ARG(n->heredoc.syntax));
    strbuf_adds(p->out, interpolated ? "/$)" : ")");
    bool whole = body.n == 0 || body.p[body.n - 1] == '\n';
    bool half = !whole && body.p[body.n - 1] == '\r'; /* the '-' takes off "\r\n" as well as "\n" */
    strbuf_addf(&body, "%s%.*s", whole ? "" : half ? "\r\n- " : "\n- ", SV_ARG(tag));
    struct waiting *w = ARENA_NEW(p->arena, struct waiting);
    w->text = strbuf_sv(&body);
    *p->last = w;
    p->last = &w->next;
}

void print_regexp(struct printer *p, struct sv s)
{
    if (p->first && sv_find_char(s, '\n', 0) != SIZE_MAX) /* else the text of the heredoc would stand in it */
        print_newline(p);
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
