/* dump: one line a token or node. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/dump.h"

#include "lang/lexer.h"

void dump_quoted(struct strbuf *out, struct sv s)
{
    strbuf_addc(out, '"');
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c == '"' || c == '\\')
            strbuf_addf(out, "\\%c", c);
        else if (c == '\n' || c == '\t' || c == '\r')
            strbuf_addf(out, "\\%c", c == '\n' ? 'n' : c == '\t' ? 't' : 'r');
        else if (c < 0x20 || c == 0x7f)
            strbuf_addf(out, "\\x%02x", c);
        else
            strbuf_addc(out, (char)c);
    }
    strbuf_addc(out, '"');
}

/* Lines are counted on from the last position asked for. */
struct places {
    const struct source *src;
    uint32_t at;
    unsigned line, column;
};

static void add_place(struct strbuf *out, struct places *p, uint32_t to)
{
    if (to < p->at)
        *p = (struct places){ p->src, 0, 0, 0 };
    for (; p->at < to && p->at < p->src->text.n; p->at++) {
        unsigned char c = (unsigned char)p->src->text.p[p->at];
        if (c == '\n') {
            p->line++;
            p->column = 0;
        } else {
            p->column += (c & 0xc0) != 0x80;
        }
    }
    strbuf_addf(out, "%u:%u", p->line + 1, p->column + 1);
}

static bool has_text(enum token_kind kind) { return (kind >= TOK_ERROR && kind <= TOK_REGEX) || kind == TOK_RENDER_TEXT; }

void dump_tokens(struct strbuf *out, const struct source *src, unsigned flags, struct diags *diags)
{
    struct arena *a = arena_new(0);
    struct places places = { .src = src };
    struct tokens tokens = lex(a, a, src, (flags & PARSE_EPP ? LEX_EPP : 0) | (flags & PARSE_TASKS ? LEX_TASKS : 0), diags);
    for (uint32_t i = 0; i < tokens.count; i++) {
        const struct token *t = &tokens.items[i];
        add_place(out, &places, t->from);
        strbuf_addf(out, " %s", token_name(t->kind));
        if (has_text(t->kind)) {
            strbuf_addc(out, ' ');
            dump_quoted(out, token_text(t));
        }
        strbuf_addc(out, '\n');
    }
    arena_free(a);
}

struct dumper {
    struct strbuf *out;
    struct places places;
    unsigned depth;
};

static void dump_node(struct dumper *d, const char *role, const struct node *n);

static void begin_line(struct dumper *d, const char *role)
{
    strbuf_pad(d->out, ' ', d->depth * 2);
    if (role)
        strbuf_addf(d->out, "%s: ", role);
}

static void dump_list(struct dumper *d, const char *role, const struct node_list *list)
{
    for (uint32_t i = 0; i < list->count; i++)
        dump_node(d, role, list->items[i]);
}

static void dump_attrs(struct dumper *d, const struct attr_list *attrs)
{
    for (uint32_t i = 0; i < attrs->count; i++) {
        const struct attr *a = &attrs->items[i];
        begin_line(d, NULL);
        struct sv name = a->name ? a->name->text : SV("");
        strbuf_addf(d->out, "attribute %.*s%s%s\n", SV_ARG(name), a->name ? " " : "", ast_op_text(a->op));
        d->depth++;
        dump_node(d, NULL, a->value);
        d->depth--;
    }
}

static void dump_layout(struct dumper *d, const struct layout *l)
{
    if (!l->count)
        return;
    begin_line(d, "variables");
    for (uint32_t i = 0; i < l->count; i++)
        strbuf_addf(d->out, "%s%.*s", i ? " " : "", SV_ARG(l->names[i]->text));
    strbuf_addc(d->out, '\n');
}

static void dump_definition(struct dumper *d, const struct definition *def)
{
    dump_list(d, "match", &def->matches);
    for (uint32_t i = 0; i < def->param_count; i++) {
        const struct param *p = &def->params[i];
        begin_line(d, NULL);
        strbuf_addf(d->out, "parameter %s%.*s\n", p->captures_rest ? "*" : "", SV_ARG(p->name->text));
        d->depth++;
        dump_node(d, "type", p->type);
        dump_node(d, "default", p->value);
        d->depth--;
    }
    dump_node(d, "inherits", def->parent);
    dump_node(d, "returns", def->returns);
    dump_layout(d, &def->layout);
    dump_node(d, "body", def->body);
}

static void dump_resource(struct dumper *d, const struct node *n)
{
    dump_node(d, "type", n->resource.type);
    for (uint32_t i = 0; i < n->resource.count; i++) {
        dump_node(d, "title", n->resource.bodies[i].title);
        d->depth++;
        dump_attrs(d, &n->resource.bodies[i].attrs);
        d->depth--;
    }
}

static void dump_options(struct dumper *d, const struct node *n)
{
    dump_node(d, "on", n->select.on);
    for (uint32_t i = 0; i < n->select.count; i++) {
        dump_list(d, "when", &n->select.options[i].values);
        d->depth++;
        dump_node(d, "then", n->select.options[i].body);
        d->depth--;
    }
}

/* What a node holds besides other nodes. */
static void add_detail(struct strbuf *out, const struct node *n)
{
    static const char *const forms[] = { "", " virtual", " exported" };
    switch ((enum ast_kind)n->kind) {
    case AST_BOOL:
        strbuf_adds(out, n->b ? " true" : " false");
        break;
    case AST_INT:
        strbuf_addf(out, n->flags & NODE_HEX ? " 0x%llx" : n->flags & NODE_OCTAL ? " 0%llo" : " %lld", (long long)n->i);
        break;
    case AST_FLOAT:
        strbuf_addf(out, " %.17g", n->f);
        break;
    case AST_STRING:
    case AST_REGEXP:
    case AST_NAME:
    case AST_TYPE_NAME:
    case AST_RESERVED:
    case AST_RENDER_TEXT:
        strbuf_addc(out, ' ');
        dump_quoted(out, n->s);
        break;
    case AST_VAR:
        strbuf_addf(out, " $%s%.*s", n->flags & NODE_TOP ? "::" : "", SV_ARG(n->var.name->text));
        if (n->var.slot != NO_SLOT)
            strbuf_addf(out, " slot %u/%u", n->var.slot, n->depth);
        break;
    case AST_BINARY:
    case AST_ASSIGN:
    case AST_RELATIONSHIP:
        strbuf_addf(out, " %s", ast_op_text(n->op));
        break;
    case AST_RESOURCE:
    case AST_RESOURCE_DEFAULTS:
    case AST_RESOURCE_OVERRIDE:
    case AST_COLLECT:
        strbuf_adds(out, forms[n->op]);
        break;
    case AST_HEREDOC:
        strbuf_addf(out, " %.*s%s%.*s", SV_ARG(n->heredoc.tag), n->heredoc.syntax.n ? ":" : "", SV_ARG(n->heredoc.syntax));
        break;
    case AST_CLASS:
    case AST_DEFINE:
    case AST_FUNCTION:
    case AST_PLAN:
        strbuf_addf(out, " %.*s", SV_ARG(n->def->written));
        break;
    case AST_CALL:
    case AST_METHOD:
        strbuf_adds(out, n->flags & NODE_STATEMENT ? " statement" : "");
        break;
    default:
        break;
    }
}

static void dump_children(struct dumper *d, const struct node *n)
{
    switch ((enum ast_kind)n->kind) {
    case AST_CONCAT:
    case AST_ARRAY:
    case AST_HASH:
    case AST_BLOCK:
        dump_list(d, NULL, &n->list);
        break;
    case AST_HEREDOC:
        dump_node(d, NULL, n->heredoc.text);
        break;
    case AST_PAREN:
    case AST_NOT:
    case AST_NEGATE:
    case AST_SPLAT:
    case AST_RENDER_EXPR:
        dump_node(d, NULL, n->operand);
        break;
    case AST_BINARY:
    case AST_ASSIGN:
    case AST_RELATIONSHIP:
        dump_node(d, NULL, n->bin.lhs);
        dump_node(d, NULL, n->bin.rhs);
        break;
    case AST_ACCESS:
        dump_node(d, NULL, n->access.lhs);
        dump_list(d, "key", &n->access.keys);
        break;
    case AST_SELECTOR:
    case AST_CASE:
        dump_options(d, n);
        break;
    case AST_CALL:
    case AST_METHOD:
        dump_node(d, "function", n->call.fn);
        dump_list(d, NULL, &n->call.args);
        dump_node(d, NULL, n->call.lambda);
        break;
    case AST_IF:
    case AST_UNLESS:
        dump_node(d, "test", n->cond.test);
        dump_node(d, "then", n->cond.then);
        dump_node(d, "else", n->cond.otherwise);
        break;
    case AST_RESOURCE:
        dump_resource(d, n);
        break;
    case AST_RESOURCE_DEFAULTS:
    case AST_RESOURCE_OVERRIDE:
        dump_node(d, "of", n->set.target);
        dump_attrs(d, &n->set.attrs);
        break;
    case AST_COLLECT:
        dump_node(d, "type", n->collect.type);
        dump_node(d, "query", n->collect.query);
        dump_attrs(d, &n->collect.attrs);
        break;
    case AST_CLASS:
    case AST_DEFINE:
    case AST_NODE:
    case AST_FUNCTION:
    case AST_PLAN:
    case AST_LAMBDA:
    case AST_TEMPLATE:
        dump_definition(d, n->def);
        break;
    case AST_TYPE_ALIAS:
    case AST_TYPE_MAPPING:
        dump_node(d, NULL, n->alias.lhs);
        dump_node(d, NULL, n->alias.rhs);
        break;
    default:
        break;
    }
}

static void dump_node(struct dumper *d, const char *role, const struct node *n)
{
    if (!n)
        return;
    begin_line(d, role);
    strbuf_adds(d->out, ast_kind_name(n->kind));
    add_detail(d->out, n);
    strbuf_adds(d->out, "  ");
    add_place(d->out, &d->places, n->from);
    strbuf_addc(d->out, '\n');
    d->depth++;
    dump_children(d, n);
    d->depth--;
}

void dump_ast(struct strbuf *out, const struct unit *u)
{
    struct dumper d = { .out = out, .places = { .src = u->src } };
    dump_layout(&d, &u->layout);
    dump_node(&d, NULL, u->program);
}
