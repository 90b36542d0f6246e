/* check: walks a unit once and applies the rules of its expressions; those of definitions are in check_def.c. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/check_impl.h"

#include "base/json.h"

#include "lang/parser.h"

const struct node *check_effective(const struct node *block)
{
    if (!block || block->kind != AST_BLOCK || block->list.count > 1)
        return block;
    return block->list.count ? block->list.items[0] : NULL;
}

static bool is_definition(const struct node *n)
{
    switch ((enum ast_kind)n->kind) {
    case AST_CLASS:
    case AST_DEFINE:
    case AST_NODE:
    case AST_FUNCTION:
    case AST_PLAN:
    case AST_TYPE_ALIAS:
    case AST_TYPE_MAPPING:
        return true;
    default:
        return false;
    }
}

/* A value is wanted here, and some expressions have none. */
void check_not_value(struct checker *c, const struct node *n)
{
    while (n && (n->kind == AST_NOT || n->kind == AST_NEGATE || n->kind == AST_SPLAT || n->kind == AST_PAREN))
        n = n->operand;
    if (n && (n->kind == AST_COLLECT || is_definition(n)))
        diag_error(c->diags, span_of(c, n), "Invalid use of expression. %s does not produce a value", label_A_an(n).text);
}

static void check_list(struct checker *c, const struct node_list *list, bool values)
{
    for (uint32_t i = 0; i < list->count; i++) {
        if (values)
            check_not_value(c, list->items[i]);
        check_node(c, list->items[i], PLACE_ELSEWHERE);
    }
}

/* ---- assignment and variables ---- */

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static bool is_decimal(struct sv s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!is_digit(s.p[i]))
            return false;
    return s.n == 1 || (s.n > 1 && s.p[0] != '0');
}

static bool is_word(char c) { return is_digit(c) || c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/* [::] { segment '::' } last: segments begin with [a-z], the last with [a-z_]; '-' can only come from a bare word in ${ } */
static bool is_variable_name(struct sv s)
{
    if (!s.n)
        return false;
    for (size_t i = 0;; i += 2) {
        size_t from = i;
        while (i < s.n && is_word(s.p[i]))
            i++;
        bool last = i == s.n;
        char first = from < i ? s.p[from] : 0;
        if ((!last && s.p[i] != ':') || !((first >= 'a' && first <= 'z') || (last && first == '_')))
            return false;
        if (last)
            return true;
    }
}

static void check_variable(struct checker *c, const struct node *n)
{
    struct sv name = n->var.name->text;
    const char *top = n->flags & NODE_TOP ? "::" : "";
    if (!*top && name.n && is_digit(name.p[0])) {
        if (!is_decimal(name))
            diag_error(c->diags, span_of(c, n),
                       "Illegal numeric variable name, The given name '%.*s' must be a decimal value if it starts with a digit 0-9",
                       SV_ARG(name));
    } else if (!is_variable_name(name)) {
        diag_error(
            c->diags, span_of(c, n),
            "Illegal variable name, The given name '%s%.*s' does not conform to the naming rule /^((::)?[a-z]\\w*)*((::)?[a-z_]\\w*)$/",
            top, SV_ARG(name));
    }
}

static void check_assignable(struct checker *c, const struct node *n)
{
    if (n->kind == AST_VAR) {
        struct sv name = n->var.name->text;
        if (!(n->flags & NODE_TOP) && is_decimal(name))
            diag_error(c->diags, span_of(c, n),
                       "Illegal attempt to assign to the numeric match result variable '$%.*s'. Numeric variables are not assignable",
                       SV_ARG(name));
        if (n->flags & (NODE_TOP | NODE_QUALIFIED))
            diag_error(c->diags, span_of(c, n), "Illegal attempt to assign to '%s%.*s'. Cannot assign to variables in other namespaces",
                       n->flags & NODE_TOP ? "::" : "", SV_ARG(name));
    } else if (n->kind == AST_ACCESS) {
        diag_error(c->diags, span_of(c, n), "Illegal attempt to assign via [index/key]. Not an assignable reference");
    } else if (n->kind == AST_ARRAY) {
        for (uint32_t i = 0; i < n->list.count; i++)
            check_assignable(c, n->list.items[i]);
    } else {
        diag_error(c->diags, span_of(c, n), "Illegal attempt to assign to '%s'. Not an assignable reference", label_a_an(n).text);
    }
}

static void check_assignment(struct checker *c, const struct node *n)
{
    if (n->op == OP_SET) {
        check_assignable(c, n->bin.lhs);
        check_not_value(c, n->bin.rhs);
    } else {
        diag_error(c->diags, span_of(c, n), "The operator '%s' is no longer supported. See http://links.puppet.com/remove-plus-equals",
                   ast_op_text(n->op));
    }
    check_node(c, n->bin.lhs, PLACE_ELSEWHERE);
    check_node(c, n->bin.rhs, PLACE_ELSEWHERE);
}

/* Decimal, octal or hexadecimal digits of any length, to hexadecimal. */
static void add_hex(struct arena *a, struct strbuf *out, struct sv s, unsigned base)
{
    size_t n = 0, cap = s.n / 2 + 2;
    uint32_t *words = ARENA_ARRAY(a, uint32_t, cap); /* the lowest first */
    for (size_t i = base == 16 ? 2 : 0; i < s.n && i < 4000; i++) {
        uint64_t carry = (uint64_t)(is_digit(s.p[i]) ? s.p[i] - '0' : (s.p[i] | 32) - 'a' + 10);
        for (size_t k = 0; k < n; k++) {
            carry += (uint64_t)words[k] * base;
            words[k] = (uint32_t)carry;
            carry >>= 32;
        }
        if (carry && n < cap)
            words[n++] = (uint32_t)carry;
    }
    strbuf_adds(out, "+0x");
    for (size_t k = n; k-- > 0;)
        strbuf_addf(out, k + 1 == n ? "%x" : "%08x", words[k]);
}

static void check_integer(struct checker *c, const struct node *n)
{
    if (!(n->flags & NODE_DECIMAL))
        return;
    struct strbuf b = STRBUF_IN(c->diags->arena);
    add_hex(c->diags->arena, &b, n->s, n->flags & NODE_HEX ? 16 : n->flags & NODE_OCTAL ? 8 : 10);
    diag_error(c->diags, span_of(c, n), "A Literal Integer resulted in a value outside of Puppet Integer max range, got '%.*s'",
               SV_ARG(strbuf_sv(&b)));
}

/* ---- hashes ---- */

static bool same_key(const struct node *a, const struct node *b)
{
    bool text = a->kind == AST_STRING || a->kind == AST_NAME;
    if (text)
        return (b->kind == AST_STRING || b->kind == AST_NAME) && sv_eq(a->s, b->s);
    if (a->kind != b->kind)
        return false;
    return a->kind == AST_INT ? a->i == b->i : a->kind == AST_BOOL ? a->b == b->b : a->kind == AST_UNDEF;
}

/* The "=>" after a key. */
static struct span arrow_after(const struct checker *c, const struct node *key)
{
    struct sv text = c->unit->src->text;
    uint32_t i = key->to;
    while (i + 1 < text.n && !(text.p[i] == '=' && text.p[i + 1] == '>'))
        i++;
    return (struct span){ c->unit->src, i, i + 2 };
}

static void check_hash(struct checker *c, const struct node *n)
{
    enum { MOST = 400 }; /* pairs compared each with each */
    for (uint32_t i = 2; i < n->list.count && i < MOST; i += 2)
        for (uint32_t j = 0; j < i; j += 2) {
            const struct node *key = n->list.items[i];
            if (!same_key(n->list.items[j], key))
                continue;
            struct span at = arrow_after(c, key);
            if (key->kind == AST_STRING || key->kind == AST_NAME)
                diag_warn(c->diags, "duplicate_key", at, "The key '%.*s' is declared more than once", SV_ARG(key->s));
            else
                diag_warn(c->diags, "duplicate_key", at, "The key '%.*s' is declared more than once",
                          SV_ARG(sv_slice(c->unit->src->text, key->from, key->to)));
            break;
        }
    check_list(c, &n->list, true);
}

/* @(END:json): a text without variables must be what it says it is. */
static void check_heredoc(struct checker *c, const struct node *n)
{
    const struct node *text = n->heredoc.text;
    check_node(c, text, PLACE_ELSEWHERE);
    if (!sv_is(n->heredoc.syntax, "json") || text->kind != AST_STRING)
        return;
    struct arena *a = arena_new(0);
    struct source src = { SV("heredoc"), text->s };
    struct diags diags = diags_in(a);
    struct data_doc *doc;
    if (!json_read(a, &src, NULL, &diags, &doc))
        diag_error(c->diags, span_of(c, text),
                   "Invalid produced text having syntax: 'json'. JSON syntax checker: Cannot parse invalid JSON string. \"%.*s\"",
                   SV_ARG(diags.first->message));
    arena_free(a);
}

/* ---- resources ---- */

static void check_attributes(struct checker *c, const struct attr_list *attrs, const char *append_refused_in)
{
    for (uint32_t i = 0; i < attrs->count; i++) {
        const struct attr *a = &attrs->items[i];
        if (a->op == OP_ATTR_ADD && append_refused_in)
            diag_error(c->diags, (struct span){ c->unit->src, a->from, a->to },
                       "Illegal +> operation on attribute %.*s. This operator can not be used in a %s", SV_ARG(a->name->text),
                       append_refused_in);
        check_not_value(c, a->value);
        check_node(c, a->value, PLACE_ELSEWHERE);
    }
}

static void check_resource(struct checker *c, const struct node *n)
{
    if (n->op != FORM_REGULAR && n->resource.type->kind == AST_NAME && sv_is(n->resource.type->s, "class"))
        diag_error(c->diags, span_of(c, n), "Classes are not virtualizable");
    check_node(c, n->resource.type, PLACE_ELSEWHERE);
    for (uint32_t i = 0; i < n->resource.count; i++) {
        const struct resource_body *body = &n->resource.bodies[i];
        bool seen = false;
        for (uint32_t k = 0; k < body->attrs.count; k++) {
            const struct attr *a = &body->attrs.items[k];
            if (a->op == OP_ATTR_SPLAT && seen)
                diag_error(c->diags, (struct span){ c->unit->src, a->from, a->to },
                           "Unfolding of attributes from Hash can only be used once per resource body");
            seen |= a->op == OP_ATTR_SPLAT;
        }
        check_node(c, body->title, PLACE_ELSEWHERE);
        check_attributes(c, &body->attrs, "Resource Instance Definition");
    }
}

static void check_set(struct checker *c, const struct node *n)
{
    if (n->op != FORM_REGULAR)
        diag_error(c->diags, span_of(c, n), "Resource Defaults are not virtualizable");
    check_node(c, n->set.target, PLACE_ELSEWHERE);
    check_attributes(c, &n->set.attrs, n->kind == AST_RESOURCE_DEFAULTS ? "Resource Defaults Expression" : NULL);
}

static void check_query(struct checker *c, const struct node *n)
{
    switch ((enum ast_kind)n->kind) {
    case AST_VAR:
    case AST_NAME:
    case AST_INT:
    case AST_FLOAT:
    case AST_STRING:
    case AST_BOOL:
        return;
    case AST_PAREN:
        check_query(c, n->operand);
        return;
    case AST_BINARY:
        if (n->op == OP_AND || n->op == OP_OR) {
            check_query(c, n->bin.lhs);
            check_query(c, n->bin.rhs);
            return;
        }
        if (n->op == OP_EQ || n->op == OP_NE)
            return;
        break;
    default:
        break;
    }
    diag_error(c->diags, span_of(c, n), "Illegal query expression. %s cannot be used in a query", label_A_an(n).text);
}

static void check_collector(struct checker *c, const struct node *n)
{
    if (n->collect.type->kind != AST_TYPE_NAME)
        diag_error(c->diags, span_of(c, n->collect.type), "Illegal expression. %s is unacceptable as type name in %s",
                   label_A_an(n->collect.type).text, label_a_an(n).text);
    check_node(c, n->collect.type, PLACE_ELSEWHERE);
    if (n->collect.query) {
        check_query(c, n->collect.query);
        check_node(c, n->collect.query, PLACE_ELSEWHERE);
    }
    check_attributes(c, &n->collect.attrs, NULL);
}

/* ---- control ---- */

/* case and selector: at most one default */
static void check_select(struct checker *c, const struct node *n)
{
    bool found = false;
    check_not_value(c, n->select.on);
    check_node(c, n->select.on, PLACE_ELSEWHERE);
    for (uint32_t i = 0; i < n->select.count; i++) {
        const struct option *o = &n->select.options[i];
        for (uint32_t k = 0; k < o->values.count; k++) {
            if (o->values.items[k]->kind != AST_DEFAULT)
                continue;
            if (found)
                diag_error(c->diags, span_of(c, o->values.items[k]), "This %s already has a 'default' entry - this is a duplicate",
                           label_of(n).text);
            found = true;
        }
        check_list(c, &o->values, true);
        check_node(c, o->body, PLACE_ELSEWHERE);
    }
}

static void check_block(struct checker *c, const struct node *n, enum place place)
{
    if (check_is_untitled(c, n)) {
        diag_error(c->diags, span_of(c, n), "This expression is invalid. Did you try declaring a '%.*s' resource without a title?",
                   SV_ARG(n->list.items[0]->s));
    } else {
        for (uint32_t i = 0; i + 1 < n->list.count; i++) {
            if (!check_is_idle(n->list.items[i]))
                continue;
            diag_error(c->diags, span_of(c, n->list.items[i]),
                       "This %s has no effect. A value was produced and then forgotten (one or more preceding expressions may have the "
                       "wrong form)",
                       label_of(n->list.items[i]).text);
            break;
        }
    }
    for (uint32_t i = 0; i < n->list.count; i++)
        check_node(c, n->list.items[i], place);
}

static void check_call(struct checker *c, const struct node *n)
{
    const struct node *fn = n->call.fn;
    if (n->kind == AST_CALL && fn->kind == AST_RENDER_TEXT)
        diag_error(c->diags, span_of(c, n),
                   "Ambiguous EPP parameter expression. Probably missing '<%%-' before parameters to remove leading whitespace");
    else if (fn->kind != AST_NAME && fn->kind != AST_TYPE_NAME && !(fn->kind == AST_ACCESS && fn->access.lhs->kind == AST_TYPE_NAME))
        diag_error(c->diags, span_of(c, fn), "Illegal expression. %s is unacceptable as function name in %s", label_A_an(fn).text,
                   label_a_an(n).text);
    check_node(c, fn, PLACE_ELSEWHERE);
    check_list(c, &n->call.args, false);
    check_node(c, n->call.lambda, PLACE_ELSEWHERE);
}

static void check_lambda(struct checker *c, const struct node *n)
{
    check_parameters(c, n);
    check_node(c, n->def->returns, PLACE_ELSEWHERE);
    check_node(c, n->def->body, PLACE_ELSEWHERE);
}

static void check_both(struct checker *c, const struct node *n)
{
    const struct node *sides[] = { n->bin.lhs, n->bin.rhs };
    for (int i = 0; i < 2; i++) {
        if (n->kind == AST_BINARY || (sides[i]->kind != AST_COLLECT && sides[i]->kind != AST_RELATIONSHIP))
            check_not_value(c, sides[i]);
        check_node(c, sides[i], PLACE_ELSEWHERE);
    }
}

void check_node(struct checker *c, const struct node *n, enum place place)
{
    if (!n)
        return;
    switch ((enum ast_kind)n->kind) {
    case AST_INT:
        check_integer(c, n);
        break;
    case AST_RESERVED:
        diag_error(c->diags, span_of(c, n), "Use of reserved word: %.*s, must be quoted if intended to be a String value", SV_ARG(n->s));
        break;
    case AST_VAR:
        check_variable(c, n);
        break;
    case AST_CONCAT:
        check_list(c, &n->list, true);
        break;
    case AST_ARRAY:
        check_list(c, &n->list, true);
        break;
    case AST_HASH:
        check_hash(c, n);
        break;
    case AST_HEREDOC:
        check_heredoc(c, n);
        break;
    case AST_PAREN:
    case AST_NOT:
    case AST_NEGATE:
    case AST_SPLAT:
    case AST_RENDER_EXPR:
        check_not_value(c, n->operand);
        check_node(c, n->operand, PLACE_ELSEWHERE);
        break;
    case AST_BINARY:
    case AST_RELATIONSHIP:
        check_both(c, n);
        break;
    case AST_ASSIGN:
        check_assignment(c, n);
        break;
    case AST_ACCESS:
        check_node(c, n->access.lhs, PLACE_ELSEWHERE);
        check_list(c, &n->access.keys, false);
        break;
    case AST_SELECTOR:
    case AST_CASE:
        check_select(c, n);
        break;
    case AST_CALL:
    case AST_METHOD:
        check_call(c, n);
        break;
    case AST_LAMBDA:
        check_lambda(c, n);
        break;
    case AST_BLOCK:
        check_block(c, n, place);
        break;
    case AST_IF:
    case AST_UNLESS:
        check_not_value(c, n->cond.test);
        check_node(c, n->cond.test, PLACE_ELSEWHERE);
        check_node(c, n->cond.then, PLACE_ELSEWHERE);
        check_node(c, n->cond.otherwise, PLACE_ELSEWHERE);
        break;
    case AST_RESOURCE:
        check_resource(c, n);
        break;
    case AST_RESOURCE_DEFAULTS:
    case AST_RESOURCE_OVERRIDE:
        check_set(c, n);
        break;
    case AST_COLLECT:
        check_collector(c, n);
        break;
    case AST_CLASS:
    case AST_DEFINE:
    case AST_NODE:
    case AST_FUNCTION:
    case AST_PLAN:
    case AST_TYPE_ALIAS:
    case AST_TYPE_MAPPING:
        check_definition(c, n, place);
        break;
    case AST_TEMPLATE:
        check_lambda(c, n);
        break;
    default:
        break;
    }
}

void check_unit(const struct unit *u, unsigned flags, struct diags *diags)
{
    struct checker c = { .unit = u, .diags = diags, .tasks = flags & PARSE_TASKS };
    check_node(&c, u->program, PLACE_TOP);
}
