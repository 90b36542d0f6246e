/* print_def: definitions, lambdas and templates. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/printer_impl.h"

static void print_parameter(struct printer *p, const struct param *param)
{
    if (param->type) {
        print_node(p, param->type);
        strbuf_addc(p->out, ' ');
    }
    strbuf_addf(p->out, "%s$%.*s", param->captures_rest ? "*" : "", SV_ARG(param->name->text));
    if (param->value) {
        strbuf_adds(p->out, " = ");
        print_node(p, param->value);
    }
}

void print_parameters(struct printer *p, const struct definition *def)
{
    for (uint32_t i = 0; i < def->param_count; i++) {
        if (i)
            strbuf_adds(p->out, ", ");
        print_parameter(p, &def->params[i]);
    }
}

static void print_returns(struct printer *p, const struct definition *def)
{
    if (!def->returns)
        return;
    strbuf_adds(p->out, " >> ");
    print_node(p, def->returns);
}

void print_lambda(struct printer *p, const struct node *n)
{
    strbuf_addc(p->out, '|');
    print_parameters(p, n->def);
    strbuf_addc(p->out, '|');
    print_returns(p, n->def);
    strbuf_addc(p->out, ' ');
    print_block(p, n->def->body);
}

static void print_alias(struct printer *p, const struct node *n)
{
    strbuf_adds(p->out, "type ");
    print_node(p, n->alias.lhs);
    strbuf_adds(p->out, " = ");
    print_node(p, n->alias.rhs);
}

static void print_named(struct printer *p, const char *keyword, const struct node *n)
{
    struct sv name = n->def->written, outer = p->class_name;
    if (n->kind != AST_FUNCTION && outer.n && name.n > outer.n + 2 && sv_starts(name, outer))
        name = sv_slice(name, outer.n + 2, name.n);
    strbuf_addf(p->out, "%s %.*s", keyword, SV_ARG(name));
    if (n->def->has_params) {
        strbuf_addc(p->out, '(');
        p->indent++;
        for (uint32_t i = 0; i < n->def->param_count; i++) {
            print_newline(p);
            print_parameter(p, &n->def->params[i]);
            strbuf_addc(p->out, ',');
        }
        p->indent--;
        if (n->def->param_count)
            print_newline(p);
        strbuf_addc(p->out, ')');
    }
    if (n->def->parent) {
        strbuf_adds(p->out, " inherits ");
        print_node(p, n->def->parent);
    }
    print_returns(p, n->def);
    strbuf_addc(p->out, ' ');
    if (n->kind == AST_CLASS || n->kind == AST_PLAN)
        p->class_name = n->def->written;
    print_block(p, n->def->body);
    p->class_name = outer;
}

static void print_node_definition(struct printer *p, const struct node *n)
{
    strbuf_adds(p->out, "node ");
    print_list(p, &n->def->matches, 0);
    strbuf_addc(p->out, ' ');
    print_block(p, n->def->body);
}

void print_definition(struct printer *p, const struct node *n)
{
    switch (n->kind) {
    case AST_CLASS:
        print_named(p, "class", n);
        break;
    case AST_DEFINE:
        print_named(p, "define", n);
        break;
    case AST_FUNCTION:
        print_named(p, "function", n);
        break;
    case AST_PLAN:
        print_named(p, "plan", n);
        break;
    case AST_NODE:
        print_node_definition(p, n);
        break;
    default:
        print_alias(p, n);
        break;
    }
}

/* ---- templates ---- */

void print_enter_code(struct printer *p)
{
    if (p->mode != IN_TEXT)
        return;
    strbuf_adds(p->out, "<%");
    p->mode = IN_CODE;
    p->after_text = false;
    print_newline(p); /* so that '(' and '[' do not go on with the text as an operand */
}

void print_enter_text(struct printer *p)
{
    if (p->mode != IN_CODE)
        return;
    if (p->first)
        print_newline(p);
    strbuf_adds(p->out, " %>");
    p->mode = IN_TEXT;
    p->after_text = false;
}

static void print_render_text(struct printer *p, struct sv s)
{
    print_enter_text(p);
    if (p->after_text || (p->out->n == p->start && sv_starts(s, SV("\xef\xbb\xbf")))) /* a template must not begin with a mark */
        strbuf_adds(p->out, "<% %>");
    p->after_text = true;
    for (size_t i = 0; i < s.n; i++) {
        bool open = s.p[i] == '<' && i + 1 < s.n && s.p[i + 1] == '%', close = s.p[i] == '%' && i + 1 < s.n && s.p[i + 1] == '>';
        strbuf_adds(p->out, open ? "<%%" : close ? "%%>" : "");
        if (open || close)
            i++;
        else
            strbuf_addc(p->out, s.p[i]);
    }
    if (sv_ends(s, SV("<%"))) /* at the end of a template it would be lost */
        strbuf_adds(p->out, "<% %>");
}

void print_render(struct printer *p, const struct node *n)
{
    if (n->kind == AST_RENDER_TEXT) {
        print_render_text(p, n->s);
        return;
    }
    print_enter_text(p);
    strbuf_adds(p->out, "<%= ");
    p->mode = IN_CODE;
    print_node(p, n->operand);
    print_enter_text(p);
}

void print_template(struct printer *p, const struct node *n)
{
    p->mode = IN_TEXT;
    if (n->def->has_params) {
        strbuf_adds(p->out, "<%| ");
        print_parameters(p, n->def);
        if (p->first)
            print_newline(p);
        strbuf_adds(p->out, " |%>");
    }
    print_statements(p, n->def->body);
    print_enter_text(p);
}
