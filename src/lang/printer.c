/* printer: expressions and statements. Parentheses are nodes of the tree, so operators need none of their own. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/printer_impl.h"

void print_newline(struct printer *p)
{
    strbuf_addc(p->out, '\n');
    for (struct waiting *w = p->first; w; w = w->next) {
        strbuf_add(p->out, w->text);
        strbuf_addc(p->out, '\n');
    }
    p->first = NULL;
    p->last = &p->first;
    strbuf_pad(p->out, ' ', (size_t)p->indent * 2);
}

void print_list(struct printer *p, const struct node_list *list, uint32_t from)
{
    for (uint32_t i = from; i < list->count; i++) {
        if (i > from)
            strbuf_adds(p->out, ", ");
        print_node(p, list->items[i]);
    }
}

/* Whether a statement begins with what could go on with the one before. */
static bool begins_like_more(const struct node *n)
{
    for (;;) {
        switch ((enum ast_kind)n->kind) {
        case AST_NEGATE:
        case AST_SPLAT:
        case AST_HASH:
        case AST_REGEXP: /* its '/' would divide */
            return true;
        case AST_BINARY:
        case AST_ASSIGN:
        case AST_RELATIONSHIP:
            n = n->bin.lhs;
            break;
        case AST_ACCESS:
            n = n->access.lhs;
            break;
        case AST_SELECTOR:
            n = n->select.on;
            break;
        case AST_CALL:
            n = n->call.fn;
            break;
        case AST_METHOD:
            n = n->call.args.items[0];
            break;
        case AST_RESOURCE:
            if (n->op != FORM_REGULAR)
                return false;
            n = n->resource.type;
            break;
        case AST_RESOURCE_DEFAULTS:
        case AST_RESOURCE_OVERRIDE:
            if (n->op != FORM_REGULAR)
                return false;
            n = n->set.target;
            break;
        default:
            return false;
        }
    }
}

static bool is_render(const struct node *n) { return n->kind == AST_RENDER_TEXT || n->kind == AST_RENDER_EXPR; }

void print_statements(struct printer *p, const struct node *block)
{
    for (uint32_t i = 0; i < block->list.count; i++) {
        const struct node *n = block->list.items[i];
        if (is_render(n)) {
            print_render(p, n);
            continue;
        }
        bool was_text = p->mode == IN_TEXT;
        print_enter_code(p);
        if (i && begins_like_more(n))
            strbuf_addc(p->out, ';');
        if ((i || p->indent) && !was_text)
            print_newline(p);
        print_node(p, n);
    }
}

void print_block(struct printer *p, const struct node *block)
{
    strbuf_addc(p->out, '{');
    if (block->list.count) {
        p->indent++;
        print_statements(p, block);
        print_enter_code(p);
        p->indent--;
        print_newline(p);
    }
    strbuf_addc(p->out, '}');
}

static void print_attributes(struct printer *p, const struct attr_list *attrs)
{
    p->indent++;
    for (uint32_t i = 0; i < attrs->count; i++) {
        const struct attr *a = &attrs->items[i];
        print_newline(p);
        if (a->name)
            strbuf_addf(p->out, "%.*s %s ", SV_ARG(a->name->text), ast_op_text(a->op));
        else
            strbuf_adds(p->out, "* => ");
        print_node(p, a->value);
        strbuf_addc(p->out, ',');
    }
    p->indent--;
}

static void print_form(struct printer *p, const struct node *n)
{
    strbuf_adds(p->out, n->op == FORM_VIRTUAL ? "@" : n->op == FORM_EXPORTED ? "@@" : "");
}

static void print_resource(struct printer *p, const struct node *n)
{
    print_form(p, n);
    print_node(p, n->resource.type);
    strbuf_adds(p->out, " {");
    p->indent++;
    for (uint32_t i = 0; i < n->resource.count; i++) {
        print_newline(p);
        print_node(p, n->resource.bodies[i].title);
        strbuf_addc(p->out, ':');
        print_attributes(p, &n->resource.bodies[i].attrs);
        if (i + 1 < n->resource.count)
            strbuf_addc(p->out, ';');
    }
    p->indent--;
    print_newline(p);
    strbuf_addc(p->out, '}');
}

static void print_set(struct printer *p, const struct node *n)
{
    print_form(p, n);
    print_node(p, n->set.target);
    strbuf_adds(p->out, " {");
    print_attributes(p, &n->set.attrs);
    print_newline(p);
    strbuf_addc(p->out, '}');
}

static void print_collector(struct printer *p, const struct node *n)
{
    bool exported = n->op == FORM_EXPORTED;
    print_node(p, n->collect.type);
    strbuf_adds(p->out, exported ? " <<| " : " <| ");
    print_node(p, n->collect.query);
    strbuf_adds(p->out, exported ? " |>>" : " |>");
    if (!n->collect.attrs.count)
        return;
    strbuf_adds(p->out, " {");
    print_attributes(p, &n->collect.attrs);
    print_newline(p);
    strbuf_addc(p->out, '}');
}

static void print_hash(struct printer *p, const struct node *n)
{
    strbuf_addc(p->out, '{');
    for (uint32_t i = 0; i + 1 < n->list.count; i += 2) {
        strbuf_adds(p->out, i ? ", " : "");
        print_node(p, n->list.items[i]);
        strbuf_adds(p->out, " => ");
        print_node(p, n->list.items[i + 1]);
    }
    strbuf_addc(p->out, '}');
}

static void print_call(struct printer *p, const struct node *n)
{
    bool method = n->kind == AST_METHOD;
    if (method) {
        print_node(p, n->call.args.items[0]);
        strbuf_addc(p->out, '.');
    }
    print_node(p, n->call.fn);
    strbuf_addc(p->out, '(');
    print_list(p, &n->call.args, method);
    strbuf_addc(p->out, ')');
    if (n->call.lambda) {
        strbuf_addc(p->out, ' ');
        print_lambda(p, n->call.lambda);
    }
}

static void print_condition(struct printer *p, const struct node *n, const char *word)
{
    strbuf_addf(p->out, "%s ", word);
    print_node(p, n->cond.test);
    strbuf_addc(p->out, ' ');
    print_block(p, n->cond.then);
    if (!n->cond.otherwise)
        return;
    strbuf_addc(p->out, ' ');
    if (n->cond.otherwise->kind == AST_IF) {
        print_condition(p, n->cond.otherwise, "elsif");
    } else {
        strbuf_adds(p->out, "else ");
        print_block(p, n->cond.otherwise);
    }
}

/* case and selector */
static void print_options(struct printer *p, const struct node *n)
{
    bool is_case = n->kind == AST_CASE;
    strbuf_adds(p->out, is_case ? "case " : "");
    print_node(p, n->select.on);
    strbuf_adds(p->out, is_case ? " {" : " ? {");
    p->indent++;
    for (uint32_t i = 0; i < n->select.count; i++) {
        print_newline(p);
        print_list(p, &n->select.options[i].values, 0);
        strbuf_adds(p->out, is_case ? ": " : " => ");
        if (is_case)
            print_block(p, n->select.options[i].body);
        else
            print_node(p, n->select.options[i].body);
        strbuf_adds(p->out, is_case ? "" : ",");
    }
    p->indent--;
    print_newline(p);
    strbuf_addc(p->out, '}');
}

/* Whether a '/' after n would begin a regexp, if another '/' followed anywhere. */
static bool regexp_may_follow(const struct printer *p, const struct node *n)
{
    while (n->kind == AST_BINARY || n->kind == AST_NOT || n->kind == AST_NEGATE || n->kind == AST_SPLAT)
        n = n->kind == AST_BINARY ? n->bin.rhs : n->operand;
    return n->kind == AST_UNDEF || n->kind == AST_DEFAULT || n->kind == AST_RESERVED || is_render(n) || p->out->p[p->out->n - 1] == '}';
}

static void print_binary(struct printer *p, const struct node *n)
{
    print_node(p, n->bin.lhs);
    if (n->op == OP_DIV && regexp_may_follow(p, n->bin.lhs)) {
        if (p->first) /* texts of heredocs may have a '/' */
            print_newline(p);
        p->no_slash = true;
    }
    strbuf_addf(p->out, " %s ", ast_op_text(n->op));
    print_node(p, n->bin.rhs);
}

static void print_unary(struct printer *p, const char *before, const struct node *n, const char *after)
{
    strbuf_adds(p->out, before);
    print_node(p, n->operand);
    strbuf_adds(p->out, after);
}

static void print_enclosed(struct printer *p, const struct node_list *list)
{
    strbuf_addc(p->out, '[');
    print_list(p, list, 0);
    strbuf_addc(p->out, ']');
}

void print_node(struct printer *p, const struct node *n)
{
    if (!n)
        return;
    switch ((enum ast_kind)n->kind) {
    case AST_NOP:
        break;
    case AST_UNDEF:
        strbuf_adds(p->out, "undef");
        break;
    case AST_DEFAULT:
        strbuf_adds(p->out, "default");
        break;
    case AST_BOOL:
        strbuf_adds(p->out, n->b ? "true" : "false");
        break;
    case AST_INT:
    case AST_FLOAT:
        print_number(p, n);
        break;
    case AST_STRING:
        print_string(p, n->s);
        break;
    case AST_CONCAT:
        print_concat(p, n);
        break;
    case AST_HEREDOC:
        print_heredoc(p, n);
        break;
    case AST_REGEXP:
        print_regexp(p, n->s);
        break;
    case AST_NAME:
    case AST_TYPE_NAME:
    case AST_RESERVED:
        strbuf_add(p->out, n->s);
        break;
    case AST_VAR:
        strbuf_addf(p->out, "$%s%.*s", n->flags & NODE_TOP ? "::" : "", SV_ARG(n->var.name->text));
        break;
    case AST_ARRAY:
        print_enclosed(p, &n->list);
        break;
    case AST_HASH:
        print_hash(p, n);
        break;
    case AST_PAREN:
        print_unary(p, "(", n, ")");
        break;
    case AST_NOT:
        print_unary(p, "!", n, "");
        break;
    case AST_NEGATE:
        print_unary(p, "-", n, "");
        break;
    case AST_SPLAT:
        print_unary(p, "*", n, "");
        break;
    case AST_BINARY:
    case AST_ASSIGN:
    case AST_RELATIONSHIP:
        print_binary(p, n);
        break;
    case AST_ACCESS:
        print_node(p, n->access.lhs);
        print_enclosed(p, &n->access.keys);
        break;
    case AST_SELECTOR:
    case AST_CASE:
        print_options(p, n);
        break;
    case AST_CALL:
    case AST_METHOD:
        print_call(p, n);
        break;
    case AST_LAMBDA:
        print_lambda(p, n);
        break;
    case AST_BLOCK:
        print_block(p, n);
        break;
    case AST_IF:
        print_condition(p, n, "if");
        break;
    case AST_UNLESS:
        print_condition(p, n, "unless");
        break;
    case AST_RESOURCE:
        print_resource(p, n);
        break;
    case AST_RESOURCE_DEFAULTS:
    case AST_RESOURCE_OVERRIDE:
        print_set(p, n);
        break;
    case AST_COLLECT:
        print_collector(p, n);
        break;
    case AST_CLASS:
    case AST_DEFINE:
    case AST_NODE:
    case AST_FUNCTION:
    case AST_PLAN:
    case AST_TYPE_ALIAS:
    case AST_TYPE_MAPPING:
        print_definition(p, n);
        break;
    case AST_TEMPLATE:
        print_template(p, n);
        break;
    case AST_RENDER_TEXT:
    case AST_RENDER_EXPR:
        print_render(p, n); /* as an operand: as a statement it does not come here */
        strbuf_adds(p->out, "<%");
        p->mode = IN_CODE;
        break;
    case AST_KIND_COUNT:
        break;
    }
}

static void print_whole(struct strbuf *out, const struct node *n, bool statements)
{
    struct printer p = { .out = out, .arena = arena_new(0), .start = out->n };
    p.last = &p.first;
    if (statements)
        print_statements(&p, n);
    else
        print_node(&p, n);
    if (p.first || (statements && n->list.count))
        print_newline(&p);
    arena_free(p.arena);
}

void ast_print(struct strbuf *out, const struct node *program) { print_whole(out, program, program->kind == AST_BLOCK); }

void ast_print_expression(struct strbuf *out, const struct node *n) { print_whole(out, n, false); }
