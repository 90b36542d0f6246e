/* parse_def: classes, defined types, nodes, functions, plans, type aliases, parameters, and templates as a whole. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/parser_impl.h"

struct param_builder {
    struct param *items;
    size_t count, cap;
};

/* parameter -> [ type ] [ '*' ] VARIABLE [ '=' expression ] */
static bool parse_parameter(struct parser *p, struct param *out)
{
    if (at(p, TOK_TYPE_NAME) && !(out->type = parse_type(p, false)))
        return false;
    out->captures_rest = take_if(p, TOK_TIMES);
    const struct token *t = p->tok;
    if (!expect(p, TOK_VARIABLE, "a parameter: an optional type, and a name with '$'"))
        return false;
    out->from = t->from;
    out->to = t->to;
    out->name = intern(p->symtab, token_text(t));
    layout_declare(&p->layouts, out->name);
    if (take_if(p, TOK_SET))
        return (out->value = parse_expression(p));
    return true;
}

/* parameters -> parameter { ',' parameter } [ ',' ] */
bool parse_parameters(struct parser *p, enum token_kind close, const struct token *open, struct definition *def)
{
    struct param_builder b = { 0 };
    (void)open;
    do {
        struct param param = { 0 };
        if (!parse_parameter(p, &param))
            return false;
        ARENA_PUSH(p->scratch, b.items, b.count, b.cap, param);
    } while (take_if(p, TOK_COMMA) && !at(p, close));
    def->params = arena_alloc(p->arena, b.count * sizeof *b.items);
    memcpy(def->params, b.items, b.count * sizeof *b.items);
    def->param_count = (uint32_t)b.count;
    return true;
}

/* parameter_list -> [ '(' [ parameters ] ')' ] */
static bool parse_parameter_list(struct parser *p, struct definition *def)
{
    const struct token *open = p->tok;
    if (!take_if(p, TOK_LPAREN) && !take_if(p, TOK_WSLPAREN))
        return true;
    def->has_params = true;
    return (at(p, TOK_RPAREN) || parse_parameters(p, TOK_RPAREN, open, def)) && expect_close(p, TOK_RPAREN, "the parameters", open);
}

/* return_type -> '>>' type */
const struct node *parse_return_type(struct parser *p)
{
    take(p);
    return parse_type(p, false);
}

/* classname -> name | word | type name: the checker refuses the latter two */
static const struct token *parse_name(struct parser *p)
{
    if (at(p, TOK_NAME) || at(p, TOK_WORD) || at(p, TOK_TYPE_NAME))
        return take(p);
    if (at(p, TOK_CLASS))
        return error_here(p, p->tok, "'class' keyword not allowed at this location");
    if (at(p, TOK_STRING))
        return error_here(p, p->tok, "A quoted string is not valid as a name here");
    return unexpected(p, "a name");
}

static void add_definition(struct parser *p, struct node *n)
{
    ARENA_PUSH(p->scratch, p->definitions, p->definition_count, p->definition_cap, n);
}

/* The full name: names of the classes around, then this one. */
static struct sv full_name(struct parser *p, struct sv name, const struct name_scope *outer)
{
    if (outer)
        name = arena_printf(p->arena, "%.*s::%.*s", SV_ARG(outer->name), SV_ARG(name));
    return name;
}

static struct node *begin(struct parser *p, enum ast_kind kind, const struct token *t)
{
    struct node *n = node_new(p, kind, t->from, t->to);
    n->def = ARENA_NEW(p->arena, struct definition);
    add_definition(p, n);
    layout_open(&p->layouts, n->def, false);
    return n;
}

static const struct node *finish(struct parser *p, struct node *n, const char *what)
{
    if (!(n->def->body = parse_braced_block(p, what)))
        return NULL;
    n->def->layout = layout_close(&p->layouts);
    n->to = n->def->body->to;
    return n;
}

static void set_name(struct parser *p, struct definition *def, struct sv written)
{
    def->written = written;
    def->name = name_sym(p, written);
}

/* 'inherits' ( classname | 'default' ) */
static bool parse_parent(struct parser *p, struct definition *def)
{
    if (!take_if(p, TOK_INHERITS))
        return true;
    const struct token *t = at(p, TOK_DEFAULT) ? take(p) : parse_name(p);
    if (!t)
        return false;
    struct node *n = node_new(p, t->kind == TOK_DEFAULT ? AST_DEFAULT : AST_NAME, t->from, t->to);
    n->s = token_text(t);
    n->sym = name_sym(p, n->s);
    def->parent = n;
    return true;
}

/* class, define, plan, function -> keyword name parameter_list [ 'inherits' name ] [ '>>' type ] block */
static const struct node *parse_named(struct parser *p, enum ast_kind kind, const char *what)
{
    const struct token *t = take(p), *name = parse_name(p);
    if (!name)
        return NULL;
    struct node *n = begin(p, kind, t);
    struct name_scope scope = { full_name(p, token_text(name), kind == AST_FUNCTION ? NULL : p->names), p->names };
    set_name(p, n->def, scope.name);
    if (!parse_parameter_list(p, n->def))
        return NULL;
    if (kind == AST_CLASS && !parse_parent(p, n->def))
        return NULL;
    if (kind == AST_FUNCTION && at(p, TOK_SHR) && !(n->def->returns = parse_return_type(p)))
        return NULL;
    if (kind == AST_CLASS || kind == AST_PLAN)
        p->names = &scope;
    const struct node *out = finish(p, n, what);
    p->names = scope.outer;
    return out;
}

/* dotted_name -> ( name | number ) { '.' ( name | number ) }, as a string */
static const struct node *parse_dotted_name(struct parser *p)
{
    const struct token *first = take(p), *last = first;
    struct strbuf b = STRBUF_IN(p->arena);
    strbuf_add(&b, token_text(first));
    while (take_if(p, TOK_DOT)) {
        last = p->tok;
        if (!at(p, TOK_NAME) && !at(p, TOK_NUMBER))
            return unexpected(p, "a name or number after '.'");
        take(p);
        strbuf_addc(&b, '.');
        strbuf_add(&b, token_text(last));
    }
    struct node *n = node_new(p, AST_STRING, first->from, last->to);
    n->s = strbuf_sv(&b);
    return n;
}

/* hostname -> dotted_name | string | 'default' | regexp */
static const struct node *parse_hostname(struct parser *p)
{
    switch (p->tok->kind) {
    case TOK_NAME:
    case TOK_NUMBER:
        return parse_dotted_name(p);
    case TOK_WORD:
    case TOK_STRING:
    case TOK_DQPRE:
    case TOK_HEREDOC:
    case TOK_DEFAULT:
    case TOK_REGEX:
        return parse_literal(p);
    default:
        return unexpected(p, "a node's name, a string, a regular expression or 'default'");
    }
}

/* node -> 'node' hostname { ',' hostname } [ ',' ] [ 'inherits' hostname ] block */
static const struct node *parse_node(struct parser *p)
{
    struct node *n = begin(p, AST_NODE, take(p));
    size_t mark = p->stack_count;
    do {
        const struct node *host = parse_hostname(p);
        if (!host)
            return NULL;
        stack_push(p, host);
    } while (take_if(p, TOK_COMMA) && !at(p, TOK_LBRACE) && !at(p, TOK_INHERITS));
    n->def->matches = stack_take(p, mark);
    if (take_if(p, TOK_INHERITS) && !(n->def->parent = parse_hostname(p)))
        return NULL;
    return finish(p, n, "the node");
}

/* Types as a set of attributes and methods are parsed no further than to their end. */
static const struct node *parse_type_definition(struct parser *p, const struct token *t)
{
    take(p);
    if (take_if(p, TOK_INHERITS) && !expect(p, TOK_TYPE_NAME, "the type inherited from"))
        return NULL;
    const struct node *body = parse_braced_block(p, "the type");
    if (!body)
        return NULL;
    diag_error(p->diags, (struct span){ p->src, t->from, body->to },
               "Expressions of type a Type Definition are not supported in this version of Puppet");
    return node_new(p, AST_NOP, t->from, body->to);
}

static struct node *type_name_node(struct parser *p, const char *name, uint32_t from)
{
    struct node *n = node_new(p, AST_TYPE_NAME, from, from);
    n->s = sv_of(name);
    n->sym = name_sym(p, n->s);
    return n;
}

/* An object type by its attributes: { ... } means Object[{ ... }], Parent { ... } means Object[{ ..., parent => Parent }]. */
static const struct node *parse_object(struct parser *p, const struct node *parent)
{
    struct node *hash = parse_hash(p);
    if (!hash)
        return NULL;
    uint32_t from = parent ? parent->from : hash->from;
    size_t mark = p->stack_count;
    if (parent && !sv_is(parent->s, "Object") && !sv_is(parent->s, "TypeSet")) {
        for (uint32_t i = 0; i < hash->list.count; i++)
            stack_push(p, hash->list.items[i]);
        struct node *key = node_new(p, AST_NAME, from, parent->to);
        key->s = SV("parent");
        key->sym = name_sym(p, key->s);
        stack_push(p, key);
        stack_push(p, parent);
        hash->list = stack_take(p, mark);
        parent = NULL;
    }
    struct node *n = node_new(p, AST_ACCESS, from, hash->to);
    n->access.lhs = parent ? parent : type_name_node(p, "Object", from);
    stack_push(p, hash);
    n->access.keys = stack_take(p, mark);
    return n;
}

/* type_alias -> 'type' type '=' ( type [ hash ] | hash | array ) */
static const struct node *parse_type_alias(struct parser *p)
{
    const struct token *t = take(p);
    if (at(p, TOK_TYPE_NAME) && (p->tok[1].kind == TOK_LBRACE || p->tok[1].kind == TOK_INHERITS))
        return parse_type_definition(p, t);
    const struct node *lhs = parse_type(p, false);
    if (!lhs || !expect(p, TOK_SET, "'=' after the name of the type"))
        return NULL;
    const struct node *rhs;
    if (at(p, TOK_LBRACE))
        rhs = lhs->kind == AST_ACCESS ? parse_hash(p) : parse_object(p, NULL);
    else if (at(p, TOK_LBRACK) || at(p, TOK_LISTSTART))
        rhs = parse_array(p);
    else if ((rhs = parse_type(p, true)) && rhs->kind == AST_TYPE_NAME && at(p, TOK_LBRACE))
        rhs = parse_object(p, rhs);
    if (!rhs)
        return NULL;
    struct node *n = node_new(p, lhs->kind == AST_ACCESS ? AST_TYPE_MAPPING : AST_TYPE_ALIAS, lhs->from, rhs->to);
    n->alias.lhs = lhs;
    n->alias.rhs = rhs;
    n->alias.name = lhs->sym;
    add_definition(p, n);
    return n;
}

/* apply -> 'apply' '(' arguments [ ',' ] ')' block: a call with a lambda */
static const struct node *parse_apply(struct parser *p)
{
    const struct token *t = take(p), *open = p->tok;
    size_t mark = p->stack_count;
    struct node *fn = node_new(p, AST_NAME, t->from, t->to);
    fn->s = token_text(t);
    fn->sym = name_sym(p, fn->s);
    if (!expect(p, TOK_LPAREN, "'(' after 'apply'") || !parse_arguments(p, TOK_RPAREN, false, true))
        return NULL;
    take_if(p, TOK_COMMA);
    if (!expect_close(p, TOK_RPAREN, "the arguments", open))
        return NULL;
    struct node *n = call_node(p, fn, stack_take(p, mark), t->from, t->to), *lambda = node_new(p, AST_LAMBDA, p->tok->from, p->tok->to);
    lambda->def = ARENA_NEW(p->arena, struct definition);
    layout_open(&p->layouts, lambda->def, true);
    if (!(lambda->def->body = parse_braced_block(p, "the apply")))
        return NULL;
    lambda->def->layout = layout_close(&p->layouts);
    n->call.lambda = lambda;
    n->to = lambda->to = lambda->def->body->to;
    return n;
}

const struct node *parse_definition(struct parser *p)
{
    switch (p->tok->kind) {
    case TOK_CLASS:
        return parse_named(p, AST_CLASS, "the class");
    case TOK_DEFINE:
        return parse_named(p, AST_DEFINE, "the define");
    case TOK_FUNCTION:
        return parse_named(p, AST_FUNCTION, "the function");
    case TOK_PLAN:
        return parse_named(p, AST_PLAN, "the plan");
    case TOK_NODE:
        return parse_node(p);
    case TOK_TYPE:
        return parse_type_alias(p);
    case TOK_APPLY:
        return parse_apply(p);
    default:
        return unexpected(p, "a definition");
    }
}

/* template -> EPP_START [ '|' [ parameters ] '|' ] statements */
const struct node *parse_template(struct parser *p)
{
    const struct token *t = p->tok;
    if (!at(p, TOK_EPP_START))
        return unexpected(p, "a template");
    take(p);
    struct node *n = node_new(p, AST_TEMPLATE, t->from, p->last->to);
    struct definition *def = n->def = ARENA_NEW(p->arena, struct definition);
    layout_open(&p->layouts, def, false);
    const struct token *open = p->tok;
    if (take_if(p, TOK_PIPE)) {
        def->has_params = true;
        if (!at(p, TOK_PIPE) && !parse_parameters(p, TOK_PIPE, open, def))
            return NULL;
        if (!expect_close(p, TOK_PIPE, "the parameters", open))
            return NULL;
    }
    if (!(def->body = parse_statements(p, TOK_EOF, open, "the template")))
        return NULL;
    def->layout = layout_close(&p->layouts);
    return n;
}
