/* expr: the walk over the tree: literals, text, branches, blocks; everything larger has its own file. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "eval/internal.h"
#include "types/iterator.h"

static struct value eval_array(struct frame *f, const struct node *n)
{
    uint32_t count;
    struct value *items = eval_list(f, &n->list, 0, &count);
    return value_array(items, count);
}

static struct value eval_hash(struct frame *f, const struct node *n)
{
    struct hash *h = hash_new(f->c->arena, n->list.count / 2);
    for (uint32_t i = 0; i + 1 < n->list.count; i += 2) {
        struct value key = eval(f, n->list.items[i]);
        hash_put(f->c->arena, h, key, eval(f, n->list.items[i + 1]));
    }
    return value_hash(h);
}

void add_text(struct frame *f, struct strbuf *out, struct value v)
{
    (void)f;
    if (v.kind == V_STRING)
        strbuf_add(out, value_sv(v));
    else
        value_print(out, v);
}

static struct value eval_concat(struct frame *f, const struct node *n)
{
    struct strbuf b = STRBUF_IN(f->c->arena);
    for (uint32_t i = 0; i < n->list.count; i++) {
        const struct node *part = n->list.items[i];
        if (part->kind == AST_STRING)
            strbuf_add(&b, part->s);
        else
            add_text(f, &b, eval(f, part));
    }
    return value_str(b.n ? strbuf_sv(&b) : SV(""));
}

/* *$x: undef gives nothing, a hash its pairs, anything else itself. */
struct value splat_items(struct compile *c, struct value v)
{
    switch (v.kind) {
    case V_UNDEF:
    case V_UNSET:
        return value_array(NULL, 0);
    case V_ARRAY:
        return v;
    case V_ITERATOR:
        return iterable_to_array(c->arena, v);
    case V_HASH: {
        struct value *pairs = ARENA_ARRAY(c->arena, struct value, v.h->count + 1);
        for (uint32_t i = 0; i < v.h->count; i++) {
            struct value *two = ARENA_ARRAY(c->arena, struct value, 2);
            two[0] = v.h->pairs[i].key;
            two[1] = v.h->pairs[i].value;
            pairs[i] = value_array(two, 2);
        }
        return value_array(pairs, v.h->count);
    }
    default: {
        struct value *one = ARENA_NEW(c->arena, struct value);
        *one = v;
        return value_array(one, 1);
    }
    }
}

struct value *eval_list(struct frame *f, const struct node_list *list, uint32_t extra, uint32_t *out_count)
{
    size_t cap = (size_t)list->count + extra + 1;
    struct value *items = ARENA_ARRAY(f->c->arena, struct value, cap);
    uint32_t n = extra;
    for (uint32_t i = 0; i < list->count; i++) {
        const struct node *x = list->items[i];
        while (x->kind == AST_PAREN)
            x = x->operand;
        if (x->kind != AST_SPLAT) {
            struct value v = eval(f, x);
            ARENA_PUSH(f->c->arena, items, n, cap, v);
            continue;
        }
        struct value many = eval(f, x);
        for (uint32_t j = 0; j < many.n; j++)
            ARENA_PUSH(f->c->arena, items, n, cap, many.items[j]);
    }
    *out_count = n;
    return items;
}

struct value eval_block(struct frame *f, const struct node *block)
{
    if (!block)
        return VALUE_UNDEF;
    if (block->kind != AST_BLOCK)
        return eval(f, block);
    struct value v = VALUE_UNDEF;
    for (uint32_t i = 0; i < block->list.count; i++)
        v = eval(f, block->list.items[i]);
    return v;
}

/* Match variables set by the test live in the branch and end with it. */
static struct value eval_if(struct frame *f, const struct node *n)
{
    const struct match *saved = f->match;
    bool yes = value_truthy(eval(f, n->cond.test));
    if (n->kind == AST_UNLESS)
        yes = !yes;
    const struct node *branch = yes ? n->cond.then : n->cond.otherwise;
    struct value v = branch ? eval_block(f, branch) : VALUE_UNDEF;
    f->match = saved;
    return v;
}

/* Does the test match one of an option's values? Default is remembered, and tried last wherever it stands. */
static bool option_matches(struct frame *f, struct value test, const struct option *o, const struct node **out_default)
{
    for (uint32_t i = 0; i < o->values.count; i++) {
        const struct node *x = o->values.items[i];
        while (x->kind == AST_PAREN)
            x = x->operand;
        if (x->kind == AST_DEFAULT) {
            *out_default = o->body;
            continue;
        }
        struct value v = eval(f, x);
        f->matching = x;
        if (x->kind != AST_SPLAT) {
            if (match_value(f, test, v))
                return true;
            continue;
        }
        for (uint32_t j = 0; j < v.n; j++)
            if (match_value(f, test, v.items[j]))
                return true;
    }
    return false;
}

static struct value eval_select(struct frame *f, const struct node *n)
{
    const struct match *saved = f->match;
    struct value test = eval(f, n->select.on);
    const struct node *fallback = NULL, *body = NULL;
    bool found = false;
    for (uint32_t i = 0; i < n->select.count && !found; i++)
        if (option_matches(f, test, &n->select.options[i], &fallback)) {
            found = true;
            body = n->select.options[i].body;
        }
    if (!found && !fallback && n->kind == AST_SELECTOR)
        fail_at(f, n->select.on, "No matching entry for selector parameter with value '%.*s'", SV_ARG(value_text(f->c->arena, test)));
    struct value v = eval_block(f, found ? body : fallback);
    f->match = saved;
    return v;
}

static struct value eval_heredoc(struct frame *f, const struct node *n) { return eval(f, n->heredoc.text); }

static struct value eval_regexp(struct frame *f, const struct node *n)
{
    struct regexp *re = ptrmap_find(&f->c->prepared, n);
    if (!re) {
        struct err err;
        re = regexp_compile(f->c->arena, n->s, &err);
        if (!re)
            raise_at(f, n, "%s", err.text);
        ptrmap_put(&f->c->prepared, n, re);
    }
    return (struct value){ .kind = V_REGEXP, .re = re };
}

static void check_stack(struct frame *f, const struct node *n)
{
    const char *here = __builtin_frame_address(0);
    size_t used = here < f->c->stack_base ? (size_t)(f->c->stack_base - here) : (size_t)(here - f->c->stack_base);
    if (used <= STACK_LIMIT)
        return;
    compile_note(f->c, (struct span){ 0 }, "functions, templates or classes call each other here without end, or far too deep");
    raise_at(f, n, "stack level too deep");
}

static struct value eval_lambda(struct frame *f, const struct node *n)
{
    struct closure *cl = ARENA_NEW(f->c->arena, struct closure);
    cl->node = n;
    cl->frame = f;
    const struct definition *d = n->def;
    uint32_t least = 0, most = d->param_count;
    for (uint32_t i = 0; i < d->param_count; i++) {
        least += !d->params[i].value && !d->params[i].captures_rest;
        if (d->params[i].captures_rest)
            most = VALUE_ARITY_ANY;
    }
    return (struct value){ .kind = V_CLOSURE, .flags = VALUE_HAS_ARITY, .n = VALUE_ARITY(least, most), .closure = cl };
}

struct value eval(struct frame *f, const struct node *n)
{
    switch ((enum ast_kind)n->kind) {
    case AST_NOP:
    case AST_UNDEF:
        return VALUE_UNDEF;
    case AST_DEFAULT:
        return VALUE_DEFAULT;
    case AST_BOOL:
        return value_bool(n->b);
    case AST_INT:
        return value_int(n->i);
    case AST_FLOAT:
        return value_float(n->f);
    case AST_STRING:
    case AST_NAME:
        return value_str(n->s);
    case AST_VAR:
        return read_variable(f, n);
    default:
        break;
    }
    check_stack(f, n);
    switch ((enum ast_kind)n->kind) {
    case AST_CONCAT:
        return eval_concat(f, n);
    case AST_HEREDOC:
        return eval_heredoc(f, n);
    case AST_REGEXP:
        return eval_regexp(f, n);
    case AST_TYPE_NAME:
        return value_type(find_type(f, n));
    case AST_RESERVED:
        fail_at(f, n, "Use of reserved word: %.*s, must be quoted if intended to be a String value", SV_ARG(n->s));
    case AST_ARRAY:
        return eval_array(f, n);
    case AST_HASH:
        return eval_hash(f, n);
    case AST_PAREN:
        return eval(f, n->operand);
    case AST_NOT:
        return value_bool(!value_truthy(eval(f, n->operand)));
    case AST_NEGATE:
        return eval_negate(f, n);
    case AST_SPLAT:
        return splat_items(f->c, eval(f, n->operand));
    case AST_BINARY:
        return eval_binary(f, n);
    case AST_ASSIGN:
        return assign_variable(f, n->bin.lhs, eval(f, n->bin.rhs), n);
    case AST_ACCESS:
        return eval_access(f, n);
    case AST_SELECTOR:
    case AST_CASE:
        return eval_select(f, n);
    case AST_CALL:
        return eval_call(f, n);
    case AST_METHOD:
        return eval_method(f, n);
    case AST_BLOCK:
        return eval_block(f, n);
    case AST_IF:
    case AST_UNLESS:
        return eval_if(f, n);
    case AST_RELATIONSHIP:
        return eval_relationship(f, n);
    case AST_RESOURCE:
        return eval_resource(f, n);
    case AST_RESOURCE_DEFAULTS:
        return eval_defaults(f, n);
    case AST_RESOURCE_OVERRIDE:
        return eval_override(f, n);
    case AST_COLLECT:
        return eval_collect(f, n);
    case AST_RENDER_TEXT:
        epp_render(f, value_str(n->s), true);
        return VALUE_UNDEF;
    case AST_RENDER_EXPR:
        epp_render(f, eval(f, n->operand), false);
        return VALUE_UNDEF;
    case AST_LAMBDA:
        return eval_lambda(f, n);
    default: /* definitions say nothing where they stand */
        return VALUE_UNDEF;
    }
}
