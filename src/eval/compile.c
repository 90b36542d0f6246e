/* compile: the order of a compile: top scope, main, node, classification, the lazy phase, the end. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "eval/internal.h"
#include "lang/parser.h"
#include "lang/redefined.h"
#include "types/regexp.h"

enum { MESSAGE_BYTES = 8 << 20 }; /* for the message that the memory's limit was passed; places need tables of lines */

static void over_limit(void *ctx)
{
    struct compile *c = ctx;
    c->attempt = NULL; /* nothing may rescue this: the memory is gone */
    if (c->full) {     /* again, while the message was made */
        c->result->error = SV("the compile needs more memory than its limit allows");
        longjmp(c->failed, 1);
    }
    c->full = true;
    arena_allow(c->arena, MESSAGE_BYTES);
    size_t limit = c->options->memory_limit ? c->options->memory_limit : LIMIT_COMPILE_BYTES;
    if (c->site.node)
        compile_note(c, (struct span){ 0 },
                     "look here for a loop without end, or for a text, list or number of resources that grows too much");
    if (c->linking)
        compile_fail(c, c->linking->at, "the compile needs more memory than its limit of %zu MiB: this makes too many relations",
                     limit >> 20);
    raise_error(c, "the compile needs more memory than its limit of %zu MiB", limit >> 20);
}

static void add_definition(struct compile *c, const char *kind, const struct unit *u, const struct node *n, const struct sym *name)
{
    struct found *f = ARENA_NEW(c->arena, struct found);
    f->unit = u;
    f->node = n;
    map_put(&c->local, arena_printf(c->arena, "%s %.*s", kind, SV_ARG(name->text)), f);
}

static void add_local(struct compile *c, const struct unit *u)
{
    for (uint32_t i = 0; i < u->definition_count; i++) {
        const struct node *n = u->definitions[i];
        if (n->kind == AST_CLASS)
            add_definition(c, "class", u, n, n->def->name);
        else if (n->kind == AST_DEFINE)
            add_definition(c, "define", u, n, n->def->name);
        else if (n->kind == AST_FUNCTION)
            add_definition(c, "function", u, n, n->def->name);
        else if (n->kind == AST_TYPE_ALIAS)
            add_definition(c, "type", u, n, n->alias.name);
    }
}

static _Noreturn void syntax_error(struct compile *c, const struct diags *mistakes)
{
    c->result->diags = *mistakes;
    const struct diag *d = mistakes->first;
    while (d && d->severity != SEV_ERROR)
        d = d->next;
    unsigned line = 0, column = 0;
    if (d && d->span.src)
        span_position(d->span, &line, &column);
    if (d && sv_ends(d->message, SV("; cannot redefine"))) /* no mistake of a file alone */
        raise_plain(c, d->span.src->path, line, "%.*s", SV_ARG(d->message));
    if (c->result->diags.errors > 1 && d && !sv_starts(d->message, SV("Syntax error")))
        raise_plain(c, SV_NONE, 0, "Could not parse for environment %.*s: Language validation logged %u errors. Giving up",
                    SV_ARG(snapshot_environment(c->snapshot)), c->result->diags.errors);
    struct sv at = location_text(c, d && d->span.src ? d->span.src->path : SV_NONE, line, column);
    raise_plain(c, SV_NONE, 0, "Could not parse for environment %.*s: %.*s%s%.*s", SV_ARG(snapshot_environment(c->snapshot)),
                SV_ARG(d ? d->message : SV("syntax error")), at.n ? " " : "", SV_ARG(at));
}

/* Functions of the site's manifests come before those of module libraries that are built in here. */
static void note_functions(struct compile *c, const struct unit *u)
{
    for (uint32_t i = 0; i < u->definition_count && !c->own_functions; i++)
        c->own_functions = u->definitions[i]->kind == AST_FUNCTION;
}

/* The programs to run at top scope: the code given, or the site's manifests. */
static const struct unit **programs(struct compile *c, uint32_t *out_count)
{
    const struct compile_options *o = c->options;
    c->code_diags = diags_in(c->arena);
    if (!o->code.p) {
        const struct unit **units = snapshot_site_units(c->snapshot, out_count, &c->code_diags);
        if (c->code_diags.errors)
            syntax_error(c, &c->code_diags);
        for (uint32_t i = 0; i < *out_count; i++)
            note_functions(c, units[i]);
        return units;
    }
    struct source *src = ARENA_NEW(c->arena, struct source);
    src->path = o->code_path.n ? o->code_path : SV(""); /* in a catalog "", which is not the same as none */
    src->text = o->code;
    c->code_unit = parse_with_regexps(c->arena, c->syms, src, 0, regexp_compiles, &c->code_diags);
    struct map seen = map_in(c->arena);
    if (!c->code_unit || !check_redefined(&seen, c->code_unit, &c->code_diags))
        syntax_error(c, &c->code_diags);
    add_local(c, c->code_unit);
    note_functions(c, c->code_unit);
    *out_count = 1;
    return &c->code_unit;
}

static struct eres *special_resource(struct compile *c, const char *type, const char *title, const struct sym *tag, bool title_is_tag)
{
    struct eres *r = resource_raw(c, c->top, sv_of(type), sv_of(title));
    tags_add_syms(c, r, &tag, 1);
    if (title_is_tag)
        tag_if_valid(c, r, sv_of(title));
    map_put(&c->catalog->by_ref, resource_ref(c->arena, &r->r), r);
    r->r.index = c->catalog->resource_count;
    ARENA_PUSH(c->arena, c->catalog->resources, c->catalog->resource_count, c->catalog->resource_cap, &r->r);
    return r;
}

static void give_name(struct compile *c, struct eres *r)
{
    struct resource_param p = { .name = c->names.name_, .value = value_str(SV("main")) };
    param_set(c, r, &p);
}

/* Stage[main], Class[settings] and Class[main] are in every catalog. */
static void create_top(struct compile *c)
{
    c->top = scope_new(c, SCOPE_TOP, NULL, NULL, NULL);
    struct eres *stage = special_resource(c, "Stage", "main", c->names.stage_, false);
    give_name(c, stage);
    struct eres *settings = special_resource(c, "Class", "Settings", c->names.class_, true);
    settings->r.flags |= RES_CLASS | RES_EVALUATED;
    struct entry *e = ARENA_NEW(c->arena, struct entry); /* a class that may be included and inherited as any other */
    e->name = c->names.settings_;
    e->resource = settings;
    e->scope = scope_new(c, SCOPE_CLASS, c->top, settings, e);
    settings->source = e;
    ptrmap_put(&c->classes, e->name, e);
    struct sv name = SV("settings");
    ARENA_PUSH(c->arena, c->catalog->classes, c->catalog->class_count, c->catalog->class_cap, name);
    add_edge(c, stage, settings);
    c->main = ARENA_NEW(c->arena, struct entry);
    c->main->name = intern(c->syms, SV(""));
    c->top->source = c->main;
    struct eres *main_class = special_resource(c, "Class", "main", c->names.class_, false);
    main_class->r.flags |= RES_CLASS | RES_EVALUATED;
    main_class->source = c->main;
    give_name(c, main_class);
    c->main->resource = main_class;
    c->top->resource = main_class;
    add_edge(c, stage, main_class);
    ARENA_PUSH(c->arena, c->all, c->all_count, c->all_cap, main_class);
}

static void run_programs(struct compile *c, const struct unit **units, uint32_t count)
{
    struct frame **end = &c->top->frame;
    struct frame *frames = ARENA_ARRAY(c->arena, struct frame, count + 1);
    for (uint32_t i = 0; i < count; i++) { /* all are there from the start: an assignment in one is seen by the next */
        struct frame *f = &frames[i];
        *f = (struct frame){ .c = c, .scope = c->top, .unit = units[i], .layout = &units[i]->layout, .kind = FRAME_PROGRAM };
        f->slots = ARENA_ARRAY(c->arena, struct value, f->layout->count + 1);
        *end = f;
        end = &f->sibling;
    }
    for (uint32_t i = 0; i < count; i++)
        eval_block(&frames[i], units[i]->program);
}

/* ---- classification ---- */

static _Noreturn void fail_at_entity(struct compile *c, struct span at, struct sv message)
{
    unsigned line = 0, column;
    if (at.src)
        span_position(at, &line, &column);
    raise_plain(c, at.src ? at.src->path : SV_NONE, line, "%.*s", SV_ARG(message));
}

static struct entry *class_named(struct compile *c, const struct class_request *r)
{
    struct entry *e = find_class(c, r->name);
    if (e)
        return e;
    help_class(c, r->name);
    if (r->by.n)
        fail_at_entity(c, r->at, arena_printf(c->arena, "Class '%.*s', which %.*s names, does not exist", SV_ARG(r->name), SV_ARG(r->by)));
    raise_plain(c, SV_NONE, 0, "Could not find class %.*s for %.*s", SV_ARG(r->name), SV_ARG(c->options->certname));
}

static void declare_requested(struct compile *c, const struct class_request *r, struct scope *s)
{
    struct entry *e = class_named(c, r);
    struct resource_param *params = ARENA_ARRAY(c->arena, struct resource_param, r->params->count + 1);
    for (uint32_t i = 0; i < r->params->count; i++)
        params[i] = (struct resource_param){ .name = intern(c->syms, value_sv(r->params->pairs[i].key)),
                                             .value = r->params->pairs[i].value,
                                             .source = e };
    class_declare(c, e, s, params, r->params->count);
    e->resource->source = e;
}

/* Classes with parameters first, then the others; their bodies run in the lazy phase. */
static void declare_classes(struct compile *c, struct eres **waiting, uint32_t *out_count)
{
    struct scope *s = c->node_scope ? c->node_scope : c->top;
    const struct compile_options *o = c->options;
    uint32_t n = 0;
    for (uint32_t i = 0; i < o->class_count; i++)
        if (o->classes[i].params && o->classes[i].params->count) {
            declare_requested(c, &o->classes[i], s);
            waiting[n++] = class_named(c, &o->classes[i])->resource;
        }
    for (uint32_t i = 0; i < o->class_count; i++)
        if (!o->classes[i].params || !o->classes[i].params->count) {
            struct entry *e = class_named(c, &o->classes[i]);
            if (!e->scope)
                waiting[n++] = class_ensure(c, e, s);
        }
    *out_count = n;
}

/* ---- the lazy phase ---- */

static bool run_definitions(struct compile *c)
{
    struct eres **todo = c->pending;
    uint32_t count = c->pending_count, kept = 0, ran = 0;
    struct eres **now = ARENA_ARRAY(c->arena, struct eres *, count + 1);
    for (uint32_t i = 0; i < count; i++) {
        if (todo[i]->r.flags & RES_EVALUATED)
            continue;
        if (todo[i]->r.flags & RES_VIRTUAL)
            todo[kept++] = todo[i];
        else
            now[ran++] = todo[i];
    }
    c->pending_count = kept; /* what these declare comes after */
    for (uint32_t i = 0; i < ran; i++) {
        c->lazy = now[i];
        c->site = (struct site){ 0 };
        define_evaluate(c, now[i]);
    }
    c->lazy = NULL;
    return ran > 0;
}

/* Each define that ran has declared another. */
static _Noreturn void endless_defines(struct compile *c)
{
    const struct eres *r = c->pending_count ? c->pending[c->pending_count - 1] : NULL;
    if (r) {
        struct sv title = sv_slice(r->r.title, 0, r->r.title.n < 40 ? r->r.title.n : 40);
        compile_note(c, (struct span){ 0 }, "the last one is %.*s[%.*s%s]: a define that declares itself must end somewhere",
                     SV_ARG(r->r.type), SV_ARG(title), title.n < r->r.title.n ? "..." : "");
    }
    raise_plain(c, r ? r->r.file : SV_NONE, r ? r->r.line : 0, "Somehow looped more than %d times while evaluating host catalog",
                LIMIT_LAZY_ROUNDS);
}

static void run_lazy(struct compile *c, struct eres **classes, uint32_t class_count)
{
    for (unsigned rounds = 0;; rounds++) {
        c->site = (struct site){ 0 };
        bool any = collectors_run(c);
        for (uint32_t i = 0; i < class_count && !rounds; i++) {
            any |= !(classes[i]->r.flags & RES_EVALUATED);
            class_evaluate(c, classes[i]);
        }
        any |= run_definitions(c);
        if (!any)
            return;
        if (rounds > LIMIT_LAZY_ROUNDS)
            endless_defines(c);
    }
}

/* The question is asked as by a call in the top scope. */
static void run_finished(struct compile *c)
{
    static const struct source nowhere = { SV_INIT(""), SV_INIT("undef") };
    struct frame *f = ARENA_NEW(c->arena, struct frame);
    const struct unit *u = parse(c->arena, c->syms, &nowhere, 0, &c->code_diags);
    *f = (struct frame){ .c = c, .scope = c->top, .unit = u, .layout = &u->layout, .kind = FRAME_PROGRAM };
    struct call k = { .c = c, .arena = c->arena, .scope = c->top, .frame = f, .site = u->program };
    c->site = (struct site){ 0 };
    c->current = c->top;
    c->options->finished(c->options->finished_ctx, &k);
}

static void compile_run(struct compile *c)
{
    c->catalog = catalog_new(c->arena, c->syms, c->options->certname);
    c->catalog->environment = snapshot_environment(c->snapshot);
    const struct compile_options *o = c->options;
    if (o->refused.n)
        fail_at_entity(c, o->refused_at, o->refused);
    for (uint32_t i = 0; i < o->class_count; i++)
        ARENA_PUSH(c->arena, c->catalog->classes, c->catalog->class_count, c->catalog->class_cap, o->classes[i].name);
    create_top(c);
    uint32_t count = 0;
    const struct unit **units = programs(c, &count);
    for (uint32_t i = 0; i < count; i++)
        import_check(c, units[i]);
    run_programs(c, units, count);
    evaluate_node(c);
    struct eres **waiting = ARENA_ARRAY(c->arena, struct eres *, o->class_count + 1);
    uint32_t waiting_count = 0;
    declare_classes(c, waiting, &waiting_count);
    run_lazy(c, waiting, waiting_count);
    finish_catalog(c);
    if (o->after && c->top->frame) {
        struct call k = { .c = c, .arena = c->arena, .scope = c->top, .frame = c->top->frame };
        c->site = (struct site){ 0 };
        o->after(o->after_ctx, &k);
    }
    c->result->catalog = c->catalog;
    if (o->finished)
        run_finished(c);
}

static struct value trusted_facts(struct compile *c)
{
    struct sv name = c->options->certname;
    struct hash *h = hash_new(c->arena, 6);
    size_t dot = sv_find_char(name, '.', 0);
    hash_put_str(c->arena, h, "authenticated", value_str(SV("remote")));
    hash_put_str(c->arena, h, "certname", value_str(name));
    hash_put_str(c->arena, h, "extensions", value_hash(hash_new(c->arena, 0)));
    hash_put_str(c->arena, h, "hostname", value_str(sv_slice(name, 0, dot == SIZE_MAX ? name.n : dot)));
    hash_put_str(c->arena, h, "domain", dot == SIZE_MAX ? VALUE_UNDEF : value_str(sv_slice(name, dot + 1, name.n)));
    hash_put_str(c->arena, h, "external", value_hash(hash_new(c->arena, 0)));
    return value_hash(h);
}

struct compile_result *compile_node(struct snapshot *s, const struct compile_options *options)
{
    struct arena *a = arena_new(options->memory_limit ? options->memory_limit : LIMIT_COMPILE_BYTES);
    struct compile_result *result = ARENA_NEW(a, struct compile_result);
    result->arena = a;
    result->diags = diags_in(a);
    struct compile *c = ARENA_NEW(a, struct compile);
    struct compile_options *own = ARENA_NEW(a, struct compile_options);
    *own = *options;
    c->arena = a;
    c->snapshot = s;
    c->syms = snapshot_symtab(s);
    c->options = own;
    c->result = result;
    if (own->trusted.kind != V_HASH)
        own->trusted = trusted_facts(c);
    c->stack_base = __builtin_frame_address(0);
    c->local = map_in(a);
    c->own_syms = map_in(a);
    struct ptrmap *const maps[] = { &c->classes, &c->defines,  &c->functions, &c->foreign, &c->types,
                                    &c->lines,   &c->prepared, &c->warned,    &c->imported };
    for (size_t i = 0; i < COUNT(maps); i++)
        maps[i]->arena = a;
    c->collectors_end = &c->collectors;
    c->relations_end = &c->relations;
    c->overrides_end = &c->overrides;
    c->loader = (struct type_loader){ loader_find, c };
    if (setjmp(c->failed)) { /* safe: all that was made so far is the arena's */
        result->catalog = NULL;
        return result;
    }
    arena_on_limit(a, over_limit, c);
    c->shared = shared_get(c);
    c->names = *shared_names(c->shared);
    compile_run(c);
    return result;
}

void compile_result_free(struct compile_result *r)
{
    if (r)
        arena_free(r->arena);
}

struct snapshot *compile_snapshot(struct compile *c) { return c->snapshot; }

struct catalog *compile_catalog(struct compile *c) { return c->catalog; }

const struct compile_options *compile_options_of(struct compile *c) { return c->options; }

void call_asks_outside(struct call *k) { k->c->result->asked_outside = true; }

bool call_type_new(struct compile *c, const struct type *t, const struct value *args, uint32_t count, struct value *out_v,
                   struct sv *out_why)
{
    c->result->asked_outside |= !count && type_resolve(t)->kind == T_TIMESTAMP;
    return type_new(c->arena, t, args, count, out_v, out_why);
}

struct value call_query(struct call *k, bool of_model, struct value query)
{
    const struct eval_hooks *hooks = &k->c->options->hooks;
    if (!hooks->query)
        call_fail(k, "%s(): there is no site to ask: name one with --site DIR", k->fn->name);
    if (!of_model)
        call_asks_outside(k);
    return hooks->query(hooks->exports, k, of_model, query);
}

const struct type_loader *compile_type_loader(struct compile *c) { return &c->loader; }

void **compile_slot(struct compile *c, unsigned n)
{
    assert(n < COUNT(c->layer_slots));
    return &c->layer_slots[n];
}
