/* call: functions: the built-in ones by their signatures, those written in the Puppet language, types as functions, and lambdas. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "eval/internal.h"
#include "types/object.h"
#include "types/uri.h"

/* ---- the table of built-in functions ---- */

struct fn {
    const struct builtin *rows;
    uint32_t count;
    const struct type **signatures; /* Callable of each row; NULL: takes anything */
};

struct builtins {
    struct arena *arena;
    struct fn **by_id; /* by id of the name's sym */
    uint32_t ids;
};

static void builtins_grow(struct builtins *b, uint32_t id)
{
    if (id < b->ids)
        return;
    uint32_t n = id + 256;
    b->by_id = arena_grow(b->arena, b->by_id, b->ids * sizeof *b->by_id, n * sizeof *b->by_id);
    memset(b->by_id + b->ids, 0, (n - b->ids) * sizeof *b->by_id);
    b->ids = n;
}

struct builtins *builtins_new(struct symtab *t, const struct builtin *const *tables, const size_t *counts, size_t table_count)
{
    struct arena *a = arena_new(0);
    struct builtins *b = ARENA_NEW(a, struct builtins);
    b->arena = a;
    for (size_t i = 0; i < table_count; i++)
        for (size_t j = 0; j < counts[i];) {
            const struct builtin *row = &tables[i][j];
            uint32_t n = 1;
            while (j + n < counts[i] && strcmp(row[n].name, row->name) == 0)
                n++;
            const struct sym *name = intern(t, sv_of(row->name));
            builtins_grow(b, name->id);
            struct fn *f = ARENA_NEW(a, struct fn);
            f->rows = row;
            f->count = n;
            f->signatures = ARENA_ARRAY(a, const struct type *, n);
            for (uint32_t k = 0; k < n; k++) {
                struct err err;
                f->signatures[k] = row[k].signature ? type_parse(a, t, NULL, sv_of(row[k].signature), &err) : NULL;
                assert(!row[k].signature || f->signatures[k]); /* a table row with a mistake in its signature */
            }
            if (!b->by_id[name->id]) /* the first table that has a name wins */
                b->by_id[name->id] = f;
            j += n;
        }
    return b;
}

const struct sv *builtins_names(const struct builtins *b, struct arena *a, uint32_t *out_count)
{
    struct sv *names = ARENA_ARRAY(a, struct sv, b ? b->ids : 1);
    uint32_t count = 0;
    for (uint32_t i = 0; b && i < b->ids; i++)
        if (b->by_id[i])
            names[count++] = sv_of(b->by_id[i]->rows->name);
    *out_count = count;
    return names;
}

void builtins_free(struct builtins *b)
{
    if (b)
        arena_free(b->arena);
}

static const struct fn *builtin_find(struct compile *c, const struct sym *name)
{
    const struct builtins *b = c->options->functions;
    return b && name->id < b->ids ? b->by_id[name->id] : NULL;
}

/* ---- does a signature take these arguments ---- */

struct arity {
    int64_t from, to;
};

static struct arity lambda_arity(const struct closure *cl)
{
    struct arity a = { 0, 0 };
    const struct definition *d = cl->node->def;
    for (uint32_t i = 0; i < d->param_count; i++) {
        if (d->params[i].captures_rest) {
            a.to = SIZE_UNBOUNDED;
            continue;
        }
        a.from += d->params[i].value == NULL;
        a.to += a.to != SIZE_UNBOUNDED;
    }
    return a;
}

static bool block_fits(const struct type *want, const struct value *block)
{
    bool optional = false;
    while (want && (want->kind == T_OPTIONAL || want->kind == T_VARIANT)) {
        optional |= want->kind == T_OPTIONAL;
        want = want->kind == T_OPTIONAL ? want->inner : want->variant.count ? want->variant.items[0] : NULL;
    }
    if (!block)
        return !want || optional;
    if (!want)
        return optional;
    if (want->kind != T_CALLABLE || !want->callable.params)
        return true;
    struct arity a = lambda_arity(block->closure);
    const struct type *p = want->callable.params;
    return a.from <= p->tuple.to && a.to >= p->tuple.from;
}

static const struct type *tuple_item(const struct type *tuple, uint32_t i)
{
    if (!tuple->tuple.count)
        return NULL;
    return tuple->tuple.items[i < tuple->tuple.count ? i : tuple->tuple.count - 1];
}

static bool signature_fits(struct compile *c, const struct type *s, const struct value *args, uint32_t count, const struct value *block)
{
    if (!s || s->kind != T_CALLABLE || !s->callable.params)
        return true;
    const struct type *p = s->callable.params;
    if (count < p->tuple.from || count > p->tuple.to || !block_fits(s->callable.block, block))
        return false;
    for (uint32_t i = 0; i < count; i++) {
        const struct type *t = tuple_item(p, i);
        if (t && !compile_type_match(c, t, args[i]))
            return false;
    }
    return true;
}

/* ---- why it does not ---- */

static void add_range(struct strbuf *out, int64_t from, int64_t to)
{
    if (from == to)
        strbuf_addf(out, from ? "%lld" : "no", (long long)from);
    else if (to == SIZE_UNBOUNDED)
        strbuf_addf(out, "at least %lld", (long long)from);
    else if (!from)
        strbuf_addf(out, "at most %lld", (long long)to);
    else
        strbuf_addf(out, "between %lld and %lld", (long long)from, (long long)to);
}

static void add_count_mismatch(struct strbuf *out, struct arity want, uint32_t got)
{
    bool one = (want.from == 1 && (want.to == 1 || want.to == SIZE_UNBOUNDED)) || (!want.from && want.to == 1);
    strbuf_adds(out, "expects ");
    add_range(out, want.from, want.to);
    strbuf_addf(out, " argument%s, got ", one ? "" : "s");
    if (got)
        strbuf_addf(out, "%u", got);
    else
        strbuf_adds(out, "none");
}

static void name_params(struct arena *a, const struct builtin *row, struct type_signature *out)
{
    struct sv rest = sv_of(row->params), piece, *names = NULL;
    size_t cap = 0;
    while (rest.n && sv_cut(&rest, ' ', &piece))
        ARENA_PUSH(a, names, out->name_count, cap, piece);
    if (out->callable && out->callable->kind == T_CALLABLE && out->callable->callable.block && out->name_count)
        out->block_name = names[--out->name_count];
    out->names = names;
}

static _Noreturn void signature_failure(struct compile *c, const struct fn *fn, const struct value *args, uint32_t count,
                                        const struct value *block)
{
    struct type_signature *sigs = ARENA_ARRAY(c->arena, struct type_signature, fn->count);
    struct strbuf b = STRBUF_IN(c->arena);
    for (uint32_t i = 0; i < fn->count; i++) {
        sigs[i].callable = fn->signatures[i] ? fn->signatures[i] : type_builtin(SV("Callable"));
        name_params(c->arena, &fn->rows[i], &sigs[i]);
    }
    type_mismatch_call(c->arena, &b, arena_printf(c->arena, "'%s'", fn->rows->name), sigs, fn->count, args, count, block);
    raise_error(c, "%.*s", SV_ARG(strbuf_sv(&b)));
}

static struct value call_builtin(struct frame *f, const struct node *site, const struct fn *fn, const struct value *args, uint32_t count,
                                 const struct value *block)
{
    struct compile *c = f->c;
    for (uint32_t i = 0; i < fn->count; i++) {
        if (!signature_fits(c, fn->signatures[i], args, count, block))
            continue;
        struct call k = { .c = c,
                          .arena = c->arena,
                          .scope = f->scope,
                          .frame = f,
                          .site = site,
                          .fn = &fn->rows[i],
                          .args = args,
                          .count = count,
                          .block = block };
        struct value v = fn->rows[i].run(&k);
        if (v.kind == V_UNSET) {
            if (c->break_site)
                raise_plain(c, f->unit->src->path, unit_line(c, f->unit, c->break_site->from, NULL),
                            "break() from context where this is illegal");
            return VALUE_UNDEF;
        }
        c->break_site = NULL;
        return v;
    }
    signature_failure(c, fn, args, count, block);
}

/* ---- lambdas and functions of the Puppet language ---- */

static const struct type *param_type(struct frame *f, const struct prepared *p, const struct definition *d, uint32_t i)
{
    if (p->types[i] && !p->dynamic[i])
        return p->types[i];
    if (!d->params[i].type)
        return NULL;
    struct value v = eval(f, d->params[i].type);
    return v.kind == V_TYPE ? v.t : NULL;
}

static void check_argument(struct frame *f, const char *name, const struct param *p, const struct type *t, struct value v)
{
    if (!t || compile_type_match(f->c, t, v))
        return;
    struct strbuf b = STRBUF_IN(f->c->arena);
    type_mismatch(f->c->arena, &b, arena_printf(f->c->arena, "parameter '%.*s'", SV_ARG(p->name->text)), t, v);
    if (f->kind == FRAME_LAMBDA)
        raise_error(f->c, "block %.*s", SV_ARG(strbuf_sv(&b)));
    raise_error(f->c, "'%s' %.*s", name, SV_ARG(strbuf_sv(&b)));
}

static struct value rest_argument(struct frame *f, const char *name, const struct param *p, const struct type *t, const struct value *args,
                                  uint32_t count)
{
    struct value v = value_array(args, count);
    if (!count && p->value) {
        v = eval(f, p->value);
        if (v.kind != V_ARRAY) {
            struct value *one = ARENA_NEW(f->c->arena, struct value);
            *one = v;
            v = value_array(one, 1);
        }
    }
    const struct type *elem = t && type_resolve(t)->kind == T_ARRAY ? type_resolve(t)->array.elem : t;
    for (uint32_t i = 0; elem && i < v.n; i++)
        check_argument(f, name, p, elem, v.items[i]);
    return v;
}

/* Arguments into the first slots of a frame. */
static void bind_arguments(struct frame *f, const char *name, const struct prepared *prep, const struct value *args, uint32_t count)
{
    const struct definition *d = f->def;
    bool open = d->param_count && d->params[d->param_count - 1].captures_rest;
    uint32_t required = 0;
    for (uint32_t i = 0; i < d->param_count; i++)
        required += !d->params[i].value && !d->params[i].captures_rest;
    bool short_lambda = f->kind == FRAME_LAMBDA && count < required;
    if (!short_lambda && (count < required || (count > d->param_count && !open))) {
        struct strbuf b = STRBUF_IN(f->c->arena);
        add_count_mismatch(&b, (struct arity){ required, open ? SIZE_UNBOUNDED : (int64_t)d->param_count }, count);
        raise_error(f->c, "'%s' %.*s", name, SV_ARG(strbuf_sv(&b)));
    }
    f->binding = true;
    f->binding_name = name;
    for (uint32_t i = 0; i < d->param_count; i++) {
        const struct param *p = &d->params[i];
        const struct type *t = prep ? param_type(f, prep, d, i) : NULL;
        f->binding_at = i;
        if (p->captures_rest) {
            f->slots[i] = rest_argument(f, name, p, t, args + (i < count ? i : count), i < count ? count - i : 0);
            continue;
        }
        if (i >= count && !p->value)
            fail_at_offset(f, p->from, "Parameter $%.*s is required but no value was given", SV_ARG(p->name->text));
        struct value v = i < count ? args[i] : eval(f, p->value);
        check_argument(f, name, p, t, v);
        f->slots[i] = v;
    }
    f->match = NULL;
    f->binding = false;
}

static bool has_types(const struct definition *d)
{
    for (uint32_t i = 0; i < d->param_count; i++)
        if (d->params[i].type)
            return true;
    return d->returns != NULL;
}

static void check_return(struct frame *f, const char *name, const struct prepared *prep, struct value v)
{
    const struct type *t = prep->returns;
    if (prep->returns_dynamic) {
        struct value r = eval(f, f->def->returns);
        t = r.kind == V_TYPE ? r.t : NULL;
    }
    if (!t || compile_type_match(f->c, t, v))
        return;
    struct strbuf b = STRBUF_IN(f->c->arena);
    type_mismatch(f->c->arena, &b, arena_printf(f->c->arena, "value returned from %s has wrong type,", name), t, v);
    raise_error(f->c, "%.*s", SV_ARG(strbuf_sv(&b)));
}

struct value call_lambda(struct frame *caller, const struct closure *cl, const struct value *args, uint32_t count)
{
    struct compile *c = caller->c;
    const struct definition *d = cl->node->def;
    struct frame fr = {
        .c = c, .scope = cl->frame->scope, .unit = cl->frame->unit, .def = d, .layout = &d->layout, .outer = cl->frame, .kind = FRAME_LAMBDA
    };
    fr.slots = ARENA_ARRAY(c->arena, struct value, d->layout.count + 1);
    const struct prepared *prep = has_types(d) ? prepare_lambda(cl->frame, cl->node) : NULL;
    bind_arguments(&fr, "lambda", prep, args, count);
    struct value v = d->jumps ? run_body(&fr, d->body) : eval_block(&fr, d->body);
    if (prep && d->returns)
        check_return(&fr, "lambda", prep, v);
    return v;
}

static struct value call_puppet(struct compile *c, struct entry *e, const struct value *args, uint32_t count, const struct value *block)
{
    const struct definition *d = e->def;
    struct frame fr = { .c = c, .scope = c->top, .unit = e->unit, .def = d, .layout = &d->layout, .kind = FRAME_FUNCTION };
    fr.slots = ARENA_ARRAY(c->arena, struct value, d->layout.count + 1);
    const struct prepared *prep = prepare(c, e);
    const char *name = e->name->text.p; /* syms end with NUL */
    bind_arguments(&fr, name, prep, args, count);
    if (block)
        raise_error(c, "'%s' does not expect a block", name);
    struct value v = run_body(&fr, d->body);
    if (d->returns)
        check_return(&fr, name, prep, v);
    return v;
}

/* Type.new(args), Type(args). */
static struct value call_new(struct frame *f, const struct value *args, uint32_t count, const struct value *block)
{
    struct compile *c = f->c;
    if (!count)
        raise_error(c, "'new' expects at least 1 argument, got none");
    if (args[0].kind != V_TYPE)
        raise_error(c, "'new' parameter 'type' expects a Type value, got %.*s", SV_ARG(generalized_text(c, args[0])));
    struct value v;
    struct sv why;
    if (!call_type_new(c, args[0].t, args + 1, count - 1, &v, &why))
        raise_error(c, "%.*s", SV_ARG(why));
    return block ? call_lambda(f, block->closure, &v, 1) : v;
}

/* ---- functions that another layer runs (Ruby) ---- */

static struct fn *foreign_new(struct compile *c, struct call *k, const struct builtin *rows, uint32_t count)
{
    struct fn *fn = ARENA_NEW(c->arena, struct fn);
    *fn = (struct fn){ rows, count, ARENA_ARRAY(c->arena, const struct type *, count) };
    for (uint32_t i = 0; i < count; i++) {
        struct err err;
        fn->signatures[i] = rows[i].signature ? type_parse(c->arena, c->syms, &c->loader, sv_of(rows[i].signature), &err) : NULL;
        if (rows[i].signature && !fn->signatures[i])
            call_fail(k, "Function Load Error for function '%s': Parsing of type string '\"%s\"' failed with message: <%s>.\n", rows->name,
                      rows[i].signature, err.text);
    }
    return fn;
}

static const struct fn *foreign_find(struct frame *f, const struct node *site, const struct sym *name)
{
    struct compile *c = f->c;
    const struct eval_hooks *hooks = &c->options->hooks;
    struct fn *fn = ptrmap_find(&c->foreign, name);
    if (fn || !hooks->function)
        return fn && fn->count ? fn : NULL;
    struct call k = { .c = c, .arena = c->arena, .scope = f->scope, .frame = f, .site = site };
    uint32_t count;
    const struct builtin *rows = hooks->function(hooks->ruby, &k, name->text, &count);
    fn = rows ? foreign_new(c, &k, rows, count) : ARENA_NEW(c->arena, struct fn);
    ptrmap_put(&c->foreign, name, fn);
    return rows ? fn : NULL;
}

struct value call_named(struct frame *f, const struct node *site, const struct sym *name, const struct value *args, uint32_t count,
                        const struct value *block)
{
    struct compile *c = f->c;
    struct site saved = c->site;
    c->site = (struct site){ f, site };
    struct value v;
    struct entry *own = c->own_functions ? find_function(c, name) : NULL;
    const struct fn *fn = own ? NULL : builtin_find(c, name);
    if (fn) {
        v = call_builtin(f, site, fn, args, count, block);
    } else if (name == c->names.next_ || name == c->names.break_ || name == c->names.return_) {
        v = jump_call(f, site, name, args, count);
    } else if (name == c->names.new_) {
        v = call_new(f, args, count, block);
    } else {
        struct entry *e = own ? own : find_function(c, name);
        if (!e && !(fn = foreign_find(f, site, name))) {
            help_function(c, name->text);
            fail_at(f, site, "Unknown function: '%.*s'.", SV_ARG(name->text));
        }
        v = e ? call_puppet(c, e, args, count, block) : call_builtin(f, site, fn, args, count, block);
    }
    c->site = saved;
    return v;
}

static struct value *block_of(struct frame *f, const struct node *lambda, struct value *out_v)
{
    if (!lambda)
        return NULL;
    *out_v = eval(f, lambda);
    return out_v;
}

struct value eval_call(struct frame *f, const struct node *n)
{
    const struct node *fn = n->call.fn;
    bool type_call = fn->kind == AST_TYPE_NAME || (fn->kind == AST_ACCESS && fn->access.lhs->kind == AST_TYPE_NAME);
    if (!type_call && fn->kind != AST_NAME && !n->sym)
        fail_at(f, fn, "Illegal expression. %.*s is unacceptable as function name in %.*s",
                SV_ARG(with_article(f->c, node_label(f->c, fn), true)), SV_ARG(with_article(f->c, node_label(f->c, n), false)));
    uint32_t count;
    struct value type = type_call ? eval(f, fn) : VALUE_UNSET;
    struct value *args = eval_list(f, &n->call.args, type_call ? 1 : 0, &count);
    if (type_call)
        args[0] = type;
    struct value block;
    return call_named(f, n, type_call ? f->c->names.new_ : n->sym ? n->sym : fn->sym, args, count, block_of(f, n->call.lambda, &block));
}

/* $object.attribute; false: it has no such member, so that a function is meant. */
static bool member_call(struct frame *f, const struct node *n, struct value on, const struct value *args, uint32_t count,
                        struct value *out_v)
{
    struct compile *c = f->c;
    struct site saved = c->site;
    struct sv why;
    enum object_call how;
    c->site = (struct site){ f, n };
    how = on.kind == V_URI ? uri_part(c->arena, value_sv(on), n->sym->text, out_v) ? OBJECT_CALLED : OBJECT_NO_MEMBER
                           : object_call(c->arena, on.object, n->sym->text, args, count, out_v, &why);
    if (how == OBJECT_REFUSED)
        raise_error(c, "%.*s", SV_ARG(why));
    c->site = saved;
    return how == OBJECT_CALLED;
}

/* What a layer can do with objects of a type is a row named "Type.method". NULL: there is no such row. */
static const struct sym *object_method(struct compile *c, const struct object *o, const struct sym *name)
{
    struct sv type = object_label(o->type);
    const struct sym *method = intern_find(c->syms, arena_printf(c->arena, "%.*s.%.*s", SV_ARG(type), SV_ARG(name->text)));
    return method && builtin_find(c, method) ? method : NULL;
}

struct value eval_method(struct frame *f, const struct node *n)
{
    uint32_t count;
    struct value *args = eval_list(f, &n->call.args, 0, &count);
    struct value block;
    if (count && (args[0].kind == V_OBJECT || args[0].kind == V_URI) && member_call(f, n, args[0], args + 1, count - 1, &block))
        return block;
    const struct sym *method = count && args[0].kind == V_OBJECT ? object_method(f->c, args[0].object, n->sym) : NULL;
    return call_named(f, n, method ? method : n->sym, args, count, block_of(f, n->call.lambda, &block));
}

/* ---- what builtins call back ---- */

struct value call_block(struct call *k, const struct value *args, uint32_t count)
{
    assert(k->block);
    struct site saved = k->c->site;
    struct value v = call_lambda(k->frame, k->block->closure, args, count);
    k->c->site = saved;
    return v;
}

struct call compile_call(struct compile *c)
{
    struct frame *f = c->site.frame ? c->site.frame : c->top->frame;
    if (!f) {
        f = ARENA_NEW(c->arena, struct frame);
        *f = (struct frame){ .c = c, .scope = c->top, .layout = ARENA_NEW(c->arena, struct layout), .kind = FRAME_PROGRAM };
    }
    return (struct call){ .c = c, .arena = c->arena, .scope = compile_scope(c), .frame = f, .site = c->site.node };
}

uint32_t call_block_params(struct call *k) { return k->block ? k->block->closure->node->def->param_count : 0; }

struct value call_function(struct call *k, struct sv name, const struct value *args, uint32_t count, const struct value *block)
{
    return call_named(k->frame, k->site, intern(k->c->syms, name), args, count, block);
}

bool call_function_exists(struct call *k, struct sv name)
{
    const struct sym *sym = intern(k->c->syms, name);
    const struct names *n = &k->c->names;
    return builtin_find(k->c, sym) || sym == n->next_ || sym == n->break_ || sym == n->return_ || sym == n->new_ ||
           find_function(k->c, sym) || foreign_find(k->frame, k->site, sym);
}
