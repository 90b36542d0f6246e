/* check_def: the rules for definitions, their names, parameters and places. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/check_impl.h"

static bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }

/* segment { '::' segment }: each begins with a letter from first to last, of word characters */
static bool is_qualified(struct sv s, char first, char last)
{
    for (size_t i = 0;; i += 2) {
        if (i >= s.n || s.p[i] < first || s.p[i] > last)
            return false;
        while (i < s.n && is_word(s.p[i]))
            i++;
        if (i == s.n)
            return true;
        if (i + 2 >= s.n || s.p[i] != ':' || s.p[i + 1] != ':')
            return false;
    }
}

static bool is_reserved_type(struct sv name)
{
    static const struct sv names[] = {
        SV_INIT("type"),    SV_INIT("any"),       SV_INIT("unit"),       SV_INIT("scalar"),    SV_INIT("boolean"), SV_INIT("numeric"),
        SV_INIT("integer"), SV_INIT("float"),     SV_INIT("collection"), SV_INIT("array"),     SV_INIT("hash"),    SV_INIT("tuple"),
        SV_INIT("struct"),  SV_INIT("variant"),   SV_INIT("optional"),   SV_INIT("enum"),      SV_INIT("regexp"),  SV_INIT("pattern"),
        SV_INIT("runtime"), SV_INIT("init"),      SV_INIT("object"),     SV_INIT("sensitive"), SV_INIT("semver"),  SV_INIT("semverrange"),
        SV_INIT("string"),  SV_INIT("timestamp"), SV_INIT("timespan"),   SV_INIT("typeset"),
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (sv_eq(name, names[i]))
            return true;
    return false;
}

static void check_place(struct checker *c, const struct node *n, enum place place)
{
    bool absolute = n->kind == AST_FUNCTION || n->kind == AST_PLAN || n->kind == AST_TYPE_ALIAS;
    if (place == PLACE_ELSEWHERE)
        diag_error(c->diags, span_of(c, n), "Classes, definitions, and nodes may only appear at toplevel or inside other classes");
    else if (place == PLACE_CLASS && absolute)
        diag_error(c->diags, span_of(c, n), "%s may only appear at toplevel", label_A_an(n).text);
}

static void check_name(struct checker *c, const struct node *n)
{
    struct sv name = n->def->written;
    if (!is_qualified(name, 'a', 'z'))
        diag_error(c->diags, span_of(c, n), "Unacceptable name. The name '%.*s' is unacceptable as the name of %s", SV_ARG(name),
                   label_a_an(n).text);
    if (is_reserved_type(name))
        diag_error(c->diags, span_of(c, n), "The name: '%.*s' is already defined by Puppet and can not be used as the name of %s.",
                   SV_ARG(name), label_a_an(n).text);
    if (sv_is(name, "plan"))
        diag_warn(c->diags, "future_reserved_word", span_of(c, n), "Use of future reserved word: '%.*s'", SV_ARG(name));
}

static bool is_numeric(struct sv s)
{
    size_t i = sv_starts(s, SV("0x")) ? 2 : 0, from = i;
    while (i < s.n && s.p[i] >= '0' && s.p[i] <= '9')
        i++;
    return i == s.n && i > from;
}

static bool is_param_name(struct sv s)
{
    if (!s.n || !((s.p[0] >= 'a' && s.p[0] <= 'z') || s.p[0] == '_'))
        return false;
    for (size_t i = 1; i < s.n; i++)
        if (!is_word(s.p[i]))
            return false;
    return true;
}

static void refuse_assignment(struct checker *c, const struct node *n);

static void refuse_in_list(struct checker *c, const struct node_list *list)
{
    for (uint32_t i = 0; i < list->count; i++)
        refuse_assignment(c, list->items[i]);
}

/* No assignment in a default, except inside a lambda. */
static void refuse_assignment(struct checker *c, const struct node *n)
{
    if (!n)
        return;
    switch ((enum ast_kind)n->kind) {
    case AST_ASSIGN:
        diag_error(c->diags, span_of(c, n), "Assignment not allowed here");
        break;
    case AST_CONCAT:
    case AST_ARRAY:
    case AST_HASH:
    case AST_BLOCK:
        refuse_in_list(c, &n->list);
        break;
    case AST_HEREDOC:
        refuse_assignment(c, n->heredoc.text);
        break;
    case AST_PAREN:
    case AST_NOT:
    case AST_NEGATE:
    case AST_SPLAT:
        refuse_assignment(c, n->operand);
        break;
    case AST_BINARY:
    case AST_RELATIONSHIP:
        refuse_assignment(c, n->bin.lhs);
        refuse_assignment(c, n->bin.rhs);
        break;
    case AST_ACCESS:
        refuse_assignment(c, n->access.lhs);
        refuse_in_list(c, &n->access.keys);
        break;
    case AST_CALL:
    case AST_METHOD:
        refuse_in_list(c, &n->call.args);
        break;
    case AST_IF:
    case AST_UNLESS:
        refuse_assignment(c, n->cond.test);
        refuse_assignment(c, n->cond.then);
        refuse_assignment(c, n->cond.otherwise);
        break;
    case AST_CASE:
    case AST_SELECTOR:
        refuse_assignment(c, n->select.on);
        for (uint32_t i = 0; i < n->select.count; i++) {
            refuse_in_list(c, &n->select.options[i].values);
            refuse_assignment(c, n->select.options[i].body);
        }
        break;
    default:
        break;
    }
}

static void check_parameter(struct checker *c, const struct param *p)
{
    struct span at = { c->unit->src, p->from, p->to };
    struct sv name = p->name->text;
    if (is_numeric(name))
        diag_error(c->diags, at, "The numeric parameter name '$%.*s' cannot be used (clashes with numeric match result variables)",
                   SV_ARG(name));
    if (!is_param_name(name))
        diag_error(c->diags, at, "Illegal parameter name. The given name '%.*s' does not conform to the naming rule /^[a-z_]\\w*$/",
                   SV_ARG(name));
    refuse_assignment(c, p->value);
    check_node(c, p->type, PLACE_ELSEWHERE);
    check_node(c, p->value, PLACE_ELSEWHERE);
}

static bool comes_before(const struct definition *def, uint32_t i)
{
    for (uint32_t j = 0; j < i; j++)
        if (def->params[j].name == def->params[i].name)
            return true;
    return false;
}

void check_parameters(struct checker *c, const struct node *owner)
{
    const struct definition *def = owner->def;
    bool resource = owner->kind == AST_CLASS || owner->kind == AST_DEFINE;
    for (uint32_t i = 0; i < def->param_count; i++) {
        const struct param *p = &def->params[i];
        struct span at = { c->unit->src, p->from, p->to };
        struct sv name = p->name->text;
        if (p->captures_rest && (resource || owner->kind == AST_TEMPLATE))
            diag_error(c->diags, at, "Parameter $%.*s has 'captures rest' - not supported in %s", SV_ARG(name), label_a_an(owner).text);
        if (owner->kind == AST_LAMBDA && p->captures_rest && i + 1 < def->param_count)
            diag_error(c->diags, at, "Parameter $%.*s is not last, and has 'captures rest'", SV_ARG(name));
        if (owner->kind != AST_LAMBDA && comes_before(def, i))
            diag_error(c->diags, at, "The parameter '%.*s' is declared more than once in the parameter list", SV_ARG(name));
        if (resource && (sv_is(name, "name") || sv_is(name, "title")))
            diag_error(c->diags, at, "The parameter $%.*s redefines a built in parameter in the %s", SV_ARG(name), label_of(owner).text);
        check_parameter(c, p);
    }
}

/* A class, define or node does something last, or nothing at all. */
static void check_last(struct checker *c, const struct node *owner)
{
    const struct node *last = check_effective(owner->def->body);
    if (last && last->kind == AST_BLOCK && last->list.count)
        last = last->list.items[last->list.count - 1];
    if (last && check_is_idle(last) && !check_is_untitled(c, last) && !check_is_untitled(c, check_effective(owner->def->body)))
        diag_error(c->diags, span_of(c, last),
                   "This %s has no effect. %s can not end with a value-producing expression without other effect", label_of(last).text,
                   label_A_an(owner).text);
}

static void check_type_reference(struct checker *c, const struct node *owner, const struct node *type)
{
    const struct node *name = type->kind == AST_ACCESS ? type->access.lhs : type;
    if (name->kind == AST_TYPE_NAME)
        return;
    diag_error(c->diags, span_of(c, type), "Illegal expression. %s is unacceptable as a type reference in %s", label_A_an(type).text,
               label_a_an(owner).text);
}

static void check_hostname(struct checker *c, const struct node *host, const struct node *owner)
{
    if (host->kind == AST_STRING) {
        for (size_t i = 0; i < host->s.n; i++)
            if (!is_word(host->s.p[i]) && host->s.p[i] != '-' && host->s.p[i] != '.') {
                diag_error(c->diags, span_of(c, host),
                           "The hostname '%.*s' contains illegal characters (only letters, digits, '_', '-', and '.' are allowed)",
                           SV_ARG(host->s));
                return;
            }
    } else if (host->kind == AST_CONCAT) {
        const struct node *first = NULL;
        for (uint32_t i = 0; i < host->list.count && !first; i++)
            if (host->list.items[i]->kind != AST_STRING)
                first = host->list.items[i];
        diag_error(c->diags, span_of(c, first ? first : host), "An interpolated expression is not allowed in a hostname of a node");
    } else if (host->kind != AST_DEFAULT && host->kind != AST_REGEXP) {
        diag_error(c->diags, span_of(c, host), "Illegal expression. %s is unacceptable as hostname in %s", label_A_an(host).text,
                   label_a_an(owner).text);
    }
}

static void check_node_definition(struct checker *c, const struct node *n)
{
    for (uint32_t i = 0; i < n->def->matches.count; i++)
        check_hostname(c, n->def->matches.items[i], n);
    if (n->def->parent)
        diag_error(c->diags, span_of(c, n->def->parent),
                   "Node inheritance is not supported in Puppet >= 4.0.0. See http://links.puppet.com/puppet-node-inheritance-deprecation");
}

static bool is_pattern_pair(const struct node *n)
{
    return n->kind == AST_ARRAY && n->list.count == 2 && n->list.items[0]->kind == AST_REGEXP && n->list.items[1]->kind == AST_STRING;
}

/* type Runtime[lang, name] = Type, or type Runtime[lang, [/re/, 'x']] = [/re/, 'y'] */
static void check_mapping(struct checker *c, const struct node *n)
{
    const struct node *lhs = n->alias.lhs, *rhs = n->alias.rhs;
    if (!sv_is(lhs->access.lhs->s, "Runtime")) {
        diag_error(c->diags, span_of(c, n), "Expressions of type a Type Mapping are not supported in this version of Puppet");
        return;
    }
    bool regexp = lhs->access.keys.count == 2 && is_pattern_pair(lhs->access.keys.items[1]);
    bool pair = is_pattern_pair(rhs),
         type = rhs->kind == AST_TYPE_NAME || (rhs->kind == AST_ACCESS && rhs->access.lhs->kind == AST_TYPE_NAME);
    if (regexp ? !pair : !type)
        diag_error(c->diags, span_of(c, n), "Illegal type mapping. Expected a %s on the left side, got A Type Mapping",
                   regexp ? "Tuple[Regexp,String]" : "Type");
}

static void check_body(struct checker *c, const struct node *n)
{
    check_node(c, n->def->body, n->kind == AST_CLASS ? PLACE_CLASS : PLACE_ELSEWHERE);
}

void check_definition(struct checker *c, const struct node *n, enum place place)
{
    check_place(c, n, place);
    if (n->kind == AST_TYPE_ALIAS) {
        if (!is_qualified(n->alias.lhs->s, 'A', 'Z'))
            diag_error(c->diags, span_of(c, n), "Unacceptable name. The name '%.*s' is unacceptable as the name of %s",
                       SV_ARG(n->alias.lhs->s), label_a_an(n).text);
        check_type_reference(c, n, n->alias.rhs);
        check_node(c, n->alias.rhs, PLACE_ELSEWHERE);
        return;
    }
    if (n->kind == AST_TYPE_MAPPING) {
        check_mapping(c, n);
        return;
    }
    if (n->kind == AST_NODE)
        check_node_definition(c, n);
    else
        check_name(c, n);
    if (n->def->returns) {
        check_type_reference(c, n, n->def->returns);
        check_node(c, n->def->returns, PLACE_ELSEWHERE);
    }
    check_parameters(c, n);
    if (n->kind == AST_CLASS || n->kind == AST_DEFINE || n->kind == AST_NODE)
        check_last(c, n);
    check_body(c, n);
}
