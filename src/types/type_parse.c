/* type: types from expressions with literal arguments, and from text. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/parser.h"
#include "types/internal.h"
#include "types/regexp.h"

#define LITERAL_DEPTH 200

struct reader {
    struct arena *a;
    const struct type_loader *loader;
    struct err *err;
    int depth;
};

static bool read_value(struct reader *r, const struct node *n, struct value *out_v);

static bool read_list(struct reader *r, struct node_list list, struct value **out_items)
{
    struct value *items = ARENA_ARRAY(r->a, struct value, list.count);

    for (uint32_t i = 0; i < list.count; i++)
        if (!read_value(r, list.items[i], &items[i]))
            return false;
    *out_items = items;
    return true;
}

static const struct type *read_name(struct reader *r, const struct node *n)
{
    struct sv name = sv_starts(n->s, SV("::")) ? sv_slice(n->s, 2, n->s.n) : n->s;
    const struct type *t = type_builtin(name);
    struct type *unknown;

    if (!t && r->loader && r->loader->find)
        t = r->loader->find(r->loader->ctx, name);
    if (t)
        return t;
    unknown = type_make(r->a, T_REFERENCE);
    unknown->reference = name;
    return unknown;
}

static bool read_access(struct reader *r, const struct node *n, struct value *out_v)
{
    const struct type *base, *t;
    struct value *args;

    if (n->access.lhs->kind != AST_TYPE_NAME)
        return err_set(r->err, "a type was expected before '['");
    base = read_name(r, n->access.lhs);
    if (!read_list(r, n->access.keys, &args))
        return false;
    if (base->kind == T_REFERENCE && !base->is_bare) { /* it may be loaded later: kept as text */
        struct type *unknown = type_make(r->a, T_REFERENCE);
        struct strbuf text = STRBUF_IN(r->a);

        strbuf_add(&text, base->reference);
        value_inspect(&text, value_array(args, n->access.keys.count));
        unknown->reference = strbuf_sv(&text);
        *out_v = value_type(unknown);
        return true;
    }
    t = type_specialize(r->a, base, n->access.lhs->s, args, n->access.keys.count, r->err);
    if (!t)
        return false;
    *out_v = value_type(t);
    return true;
}

static bool read_hash(struct reader *r, const struct node *n, struct value *out_v)
{
    struct hash *h = hash_new(r->a, n->list.count / 2);
    struct value *items;

    if (!read_list(r, n->list, &items))
        return false;
    for (uint32_t i = 0; i + 1 < n->list.count; i += 2)
        hash_put(r->a, h, items[i], items[i + 1]);
    *out_v = value_hash(h);
    return true;
}

static bool read_regexp(struct reader *r, const struct node *n, struct value *out_v)
{
    const struct regexp *re = regexp_compile(r->a, n->s, r->err);

    if (!re)
        return false;
    *out_v = (struct value){ .kind = V_REGEXP, .re = re };
    return true;
}

static bool read_negative(struct reader *r, const struct node *n, struct value *out_v)
{
    if (!read_value(r, n->operand, out_v))
        return false;
    if (out_v->kind == V_INT)
        out_v->i = (int64_t)(0 - (uint64_t)out_v->i);
    else if (out_v->kind == V_FLOAT)
        out_v->f = -out_v->f;
    else
        return err_set(r->err, "a number was expected after '-'");
    return true;
}

static bool read_kind(struct reader *r, const struct node *n, struct value *out_v)
{
    struct value *items;

    switch ((enum ast_kind)n->kind) {
    case AST_UNDEF:
        *out_v = VALUE_UNDEF;
        return true;
    case AST_DEFAULT:
        *out_v = VALUE_DEFAULT;
        return true;
    case AST_BOOL:
        *out_v = value_bool(n->b);
        return true;
    case AST_INT:
        *out_v = value_int(n->i);
        return true;
    case AST_FLOAT:
        *out_v = value_float(n->f);
        return true;
    case AST_STRING:
    case AST_NAME:
        *out_v = value_str(n->s);
        return true;
    case AST_REGEXP:
        return read_regexp(r, n, out_v);
    case AST_NEGATE:
        return read_negative(r, n, out_v);
    case AST_PAREN:
        return read_value(r, n->operand, out_v);
    case AST_TYPE_NAME:
        *out_v = value_type(read_name(r, n));
        return true;
    case AST_ACCESS:
        return read_access(r, n, out_v);
    case AST_ARRAY:
        if (!read_list(r, n->list, &items))
            return false;
        *out_v = value_array(items, n->list.count);
        return true;
    case AST_HASH:
        return read_hash(r, n, out_v);
    default:
        return err_set(r->err, "The expression is not a valid type specification");
    }
}

static bool read_value(struct reader *r, const struct node *n, struct value *out_v)
{
    bool ok;

    if (r->depth >= LITERAL_DEPTH)
        return err_set(r->err, "the type is nested too deeply");
    r->depth++;
    ok = read_kind(r, n, out_v);
    r->depth--;
    return ok;
}

bool type_literal(struct arena *a, const struct type_loader *loader, const struct node *expr, struct value *out_v, struct err *err)
{
    struct reader r = { a, loader, err, 0 };

    return read_value(&r, expr, out_v);
}

const struct type *type_from_ast(struct arena *a, const struct type_loader *loader, const struct node *expr, struct err *err)
{
    struct reader r = { a, loader, err, 0 };
    struct value v;

    if (expr->kind == AST_BLOCK && expr->list.count == 1)
        expr = expr->list.items[0];
    if (!read_value(&r, expr, &v))
        return NULL;
    if (v.kind != V_TYPE) {
        err_set(err, "The expression is not a valid type specification");
        return NULL;
    }
    return v.t;
}

const struct type *type_parse(struct arena *a, struct symtab *t, const struct type_loader *loader, struct sv text, struct err *err)
{
    struct source *src = ARENA_NEW(a, struct source);
    struct diags diags = diags_in(a);
    const struct unit *unit;

    src->path = SV("type");
    src->text = arena_dup(a, text);
    unit = parse(a, t, src, PARSE_EXPRESSION, &diags);
    if (!unit) {
        struct sv why = diags.first ? diags.first->message : SV("syntax error");

        err_set(err, "The expression <%.*s> is not a valid type specification: %.*s", SV_ARG(text), SV_ARG(why));
        return NULL;
    }
    return type_from_ast(a, loader, unit->program, err);
}
