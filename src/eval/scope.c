/* scope: variables: a body's own slots, then what it inherits, then the node's and the top scope; and qualified names. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "eval/internal.h"

struct scope *scope_new(struct compile *c, enum scope_kind kind, struct scope *parent, struct eres *resource, struct entry *source)
{
    struct scope *s = ARENA_NEW(c->arena, struct scope);
    s->c = c;
    s->kind = kind;
    s->parent = parent;
    s->resource = resource;
    s->source = source;
    if (parent)
        s->enclosing = parent->kind == SCOPE_TOP || parent->kind == SCOPE_NODE ? parent : parent->enclosing;
    return s;
}

static struct value *slot_find(const struct frame *f, const struct sym *name)
{
    for (uint32_t i = 0; i < f->layout->count; i++)
        if (f->layout->names[i] == name)
            return &f->slots[i];
    return NULL;
}

/* "callee: default expression for $a tries to illegally access not yet evaluated $b" */
static void check_binding(struct frame *f, const struct sym *name)
{
    if (!f->binding)
        return;
    for (uint32_t i = 0; i < f->def->param_count; i++) {
        if (f->def->params[i].name != name)
            continue;
        if (i < f->binding_at)
            raise_error(f->c, "%s: expects a value for parameter $%.*s", f->binding_name, SV_ARG(name->text));
        raise_error(f->c, "%s: default expression for $%.*s tries to illegally access not yet evaluated $%.*s", f->binding_name,
                    SV_ARG(f->def->params[f->binding_at].name->text), SV_ARG(name->text));
    }
}

/* Top scope: what its programs assigned, what the caller gave, facts, server facts. */
static struct value top_lookup(struct compile *c, const struct sym *name)
{
    for (struct frame *f = c->top->frame; f; f = f->sibling) {
        struct value *v = slot_find(f, name);
        if (v && v->kind != V_UNSET)
            return *v;
    }
    const struct compile_options *o = c->options;
    const struct names *n = &c->names;
    if (name == n->facts_)
        return o->facts.kind == V_HASH ? o->facts : value_hash(hash_new(c->arena, 0));
    if (name == n->trusted_)
        return o->trusted;
    if (name == n->server_facts_ && o->server_facts.kind == V_HASH)
        return o->server_facts;
    if (name == n->title_ || name == n->name_)
        return value_str(SV("main")); /* of Class[main] */
    if (name == n->module_name_ || name == n->caller_module_name_)
        return value_str(SV(""));
    if (name == n->environment_)
        return value_str(snapshot_environment(c->snapshot));
    const struct value *from[] = { &o->top_vars, &o->facts, &o->server_facts };
    for (size_t i = 0; i < COUNT(from); i++) {
        const struct value *v = from[i]->kind == V_HASH ? hash_find_sv(from[i]->h, name->text) : NULL;
        if (v)
            return *v;
    }
    return VALUE_UNSET;
}

/* What a scope holds besides slots: its title, its module, and metaparameters it was given. */
static struct value scope_special(const struct scope *s, const struct sym *name)
{
    const struct names *n = &s->c->names;
    if (s->kind == SCOPE_NODE && (name == n->title_ || name == n->name_))
        return value_str(s->source->name->text);
    if (s->kind == SCOPE_CLASS || s->kind == SCOPE_DEFINE) {
        if (name == n->title_ || name == n->name_) {
            if (s->kind == SCOPE_CLASS)
                return value_str(s->source->name->text);
            const struct resource_param *given = name == n->name_ ? param_find(s->resource, n->name_) : NULL;
            struct value title = s->resource->given_title;
            return given ? given->value : title.kind != V_UNSET ? title : value_str(s->resource->r.title);
        }
        const struct resource_param *p = is_metaparam(s->c, name) ? param_find(s->resource, name) : NULL;
        if (p)
            return p->value;
    }
    if (name == n->module_name_ && s->module_name.p)
        return value_str(s->module_name);
    if (name == n->caller_module_name_ && s->caller_module_name.p)
        return value_str(s->caller_module_name);
    return VALUE_UNSET;
}

static struct value scope_lookup(struct scope *s, const struct sym *name)
{
    while (s->kind != SCOPE_TOP) {
        struct value *slot = s->frame ? slot_find(s->frame, name) : NULL;
        if (slot && slot->kind != V_UNSET)
            return *slot;
        struct value v = scope_special(s, name);
        if (v.kind != V_UNSET)
            return v;
        s = s->inherited ? s->inherited : s->enclosing;
    }
    return top_lookup(s->c, name);
}

static struct value settings_lookup(struct compile *c, struct sv name)
{
    static const struct {
        const char *name, *value;
    } rows[] = {
        { "confdir", "/etc/puppet" },
        { "codedir", "/etc/puppet/code" },
        { "vardir", "/var/cache/puppet" },
        { "statedir", "/var/cache/puppet/state" },
        { "ssldir", "/var/lib/puppet/ssl" },
        { "rundir", "/run/puppet" },
        { "logdir", "/var/log/puppet" },
        { "server", "puppet" },
        { "ca_server", "puppet" },
        { "certdir", "/var/lib/puppet/ssl/certs" },
        { "hostcert", "" },
        { "user", "puppet" },
        { "group", "puppet" },
        { "libdir", "/var/cache/puppet/lib" },
        { "reportdir", "/var/cache/puppet/reports" },
        { "dns_alt_names", "" },
    };
    if (sv_is(name, "environment"))
        return value_str(snapshot_environment(c->snapshot));
    if (sv_is(name, "certname") || sv_is(name, "node_name_value"))
        return value_str(c->options->certname);
    if (sv_is(name, "modulepath"))
        return value_str(snapshot_modulepath(c->snapshot));
    if (sv_is(name, "manifest")) {
        struct sv manifest = snapshot_manifest(c->snapshot);
        return value_str(manifest.n ? manifest : SV(""));
    }
    if (sv_is(name, "strict"))
        return value_str(sv_of(c->options->strict == STRICT_OFF ? "off" : c->options->strict == STRICT_ERROR ? "error" : "warning"));
    if (sv_is(name, "strict_variables"))
        return value_bool(c->options->strict_variables);
    if (sv_is(name, "storeconfigs"))
        return value_bool(c->options->hooks.exported != NULL);
    for (size_t i = 0; i < COUNT(rows); i++)
        if (sv_is(name, rows[i].name))
            return value_str(sv_of(rows[i].value));
    return VALUE_UNSET;
}

/* "a::b": the variable b of class a, or of what it inherits. */
static struct value qualified_lookup(struct compile *c, struct sv name)
{
    size_t at = sv_rfind_char(name, ':');
    struct sv prefix = sv_slice(name, 0, at - 1), leaf = sv_slice(name, at + 1, name.n);
    if (sv_is(prefix, "settings"))
        return settings_lookup(c, leaf);
    const struct sym *sym = intern_find(c->syms, leaf);
    if (!sym)
        return VALUE_UNSET;
    const struct sym *class = intern_find(c->syms, prefix); /* a class whose body has not run is not worth loading */
    struct entry *e = class ? ptrmap_find(&c->classes, class) : NULL;
    for (struct scope *s = e ? e->scope : NULL; s && s->kind == SCOPE_CLASS; s = s->inherited) {
        struct value *slot = s->frame ? slot_find(s->frame, sym) : NULL;
        if (slot && slot->kind != V_UNSET)
            return *slot;
        struct value v = scope_special(s, sym);
        if (v.kind != V_UNSET)
            return v;
    }
    return VALUE_UNSET;
}

struct value scope_find_name(struct frame *f, const struct sym *name, bool top_only)
{
    struct compile *c = f->c;
    if (sv_find_char(name->text, ':', 0) != SIZE_MAX)
        return qualified_lookup(c, name->text);
    if (top_only)
        return top_lookup(c, name);
    for (; f; f = f->outer) {
        struct value *slot = slot_find(f, name);
        if (slot && slot->kind != V_UNSET)
            return *slot;
        if (slot)
            check_binding(f, name);
        if (f->named) {
            const struct value *given = map_find(f->named, name->text);
            if (given)
                return *given;
        }
        if (!f->outer)
            return scope_lookup(f->scope, name);
    }
    return VALUE_UNSET;
}

static bool all_digits(struct sv s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return s.n > 0;
}

static struct value unknown_variable(struct frame *f, const struct node *n)
{
    struct compile *c = f->c;
    const char *top = n->flags & NODE_TOP ? "::" : "";
    if (c->options->strict_variables || c->options->strict == STRICT_ERROR)
        fail_at(f, n, "Unknown variable: '%s%.*s'.", top, SV_ARG(n->var.name->text));
    if (c->options->strict == STRICT_WARNING && !ptrmap_find(&c->warned, n)) {
        ptrmap_put(&c->warned, n, (void *)f->c);
        warn_at(f, n, "unknown_variable", "Unknown variable: '%s%.*s'.", top, SV_ARG(n->var.name->text));
    }
    return VALUE_UNDEF;
}

struct value read_variable(struct frame *f, const struct node *n)
{
    if (n->var.slot != NO_SLOT) {
        struct frame *at = f;
        for (uint32_t d = n->depth; d && at->outer; d--)
            at = at->outer;
        struct value v = n->var.slot < at->layout->count ? at->slots[n->var.slot] : VALUE_UNSET;
        if (v.kind != V_UNSET)
            return v;
    }
    if (n->var.name->text.n && n->var.name->text.p[0] >= '0' && n->var.name->text.p[0] <= '9' && all_digits(n->var.name->text)) {
        int64_t group;
        return sv_to_int(n->var.name->text, &group) ? match_group(f, group) : VALUE_UNDEF;
    }
    struct value v = scope_find_name(f, n->var.name, n->flags & NODE_TOP);
    return v.kind == V_UNSET ? unknown_variable(f, n) : v;
}

struct value match_group(const struct frame *f, int64_t n)
{
    const struct match *m = f->match;
    for (const struct frame *at = f; !m && at->outer; m = at->match)
        at = at->outer;
    if (!m || n < 0 || (uint64_t)n >= m->m.count || m->m.from[n] < 0)
        return VALUE_UNDEF;
    return value_str(sv_slice(m->text, (size_t)m->m.from[n], (size_t)m->m.to[n]));
}

void set_match(struct frame *f, const struct regexp_match *m, struct sv text)
{
    struct match *new = ARENA_NEW(f->c->arena, struct match);
    new->m = *m;
    new->text = text;
    f->match = new;
}

/* ---- assignment ---- */

static void assign_name(struct frame *f, const struct node *n, struct value v, const struct node *whole)
{
    struct compile *c = f->c;
    const struct sym *name = n->var.name;
    if (n->flags & NODE_QUALIFIED)
        fail_at(f, n, "Illegal attempt to assign to '%.*s'. Cannot assign to variables in other namespaces", SV_ARG(name->text));
    if (name == c->names.trusted_ || name == c->names.facts_ || name == c->names.server_facts_) {
        bool bound = f->scope->kind == SCOPE_TOP && !f->outer;
        if (bound || name == c->names.server_facts_)
            fail_at(f, whole, "Attempt to assign to a reserved variable name: '$%.*s'", SV_ARG(name->text));
        raise_at(f, whole, "Attempt to assign to a reserved variable name: '%.*s'", SV_ARG(name->text));
    }
    bool special =
        !f->outer && (f->kind == FRAME_PROGRAM || f->kind == FRAME_NODE || f->kind == FRAME_CLASS || f->kind == FRAME_DEFINE) &&
        (name == c->names.title_ || name == c->names.name_ || name == c->names.module_name_ || name == c->names.caller_module_name_);
    if (special)
        fail_at(f, whole, "Cannot reassign built in (or already assigned) variable '$%.*s'", SV_ARG(name->text));
    struct value *slot = n->var.slot != NO_SLOT && n->depth == 0 ? &f->slots[n->var.slot] : slot_find(f, name);
    if (!slot)
        fail_at(f, whole, "Illegal attempt to assign to 'a Variable'. Not an assignable reference");
    bool top = f->scope->kind == SCOPE_TOP && f->kind == FRAME_PROGRAM;
    if (slot->kind != V_UNSET || (top && top_lookup(c, name).kind != V_UNSET))
        fail_at(f, whole, "Cannot reassign variable '$%.*s'", SV_ARG(name->text));
    *slot = v;
}

static void assign_list(struct frame *f, const struct node *target, struct value v, const struct node *whole)
{
    const struct node_list *to = &target->list;
    if (v.kind == V_HASH) {
        for (uint32_t i = 0; i < to->count; i++) {
            const struct node *t = to->items[i];
            const struct value *found = t->kind == AST_VAR ? hash_find_sv(v.h, t->var.name->text) : NULL;
            if (!found)
                fail_at(f, whole, "No value for required key '%.*s' in assignment to variables from hash",
                        SV_ARG(t->kind == AST_VAR ? t->var.name->text : SV("[]")));
            assign_variable(f, t, *found, whole);
        }
        return;
    }
    if (v.kind == V_TYPE && v.t->kind == T_CLASS && v.t->ref.has_title) {
        for (uint32_t i = 0; i < to->count; i++) {
            struct sv name = arena_printf(f->c->arena, "%.*s::%.*s", SV_ARG(v.t->ref.title), SV_ARG(to->items[i]->var.name->text));
            struct value found = qualified_lookup(f->c, name);
            if (found.kind == V_UNSET)
                fail_at(f, to->items[i], "No value for required variable '$%.*s' in assignment to variables from class reference",
                        SV_ARG(name));
            assign_variable(f, to->items[i], found, whole);
        }
        return;
    }
    struct value one = v;
    const struct value *items = v.kind == V_ARRAY ? v.items : &one;
    uint32_t count = v.kind == V_ARRAY ? v.n : 1;
    if (count != to->count)
        fail_at(f, whole, "Mismatched number of assignable entries and values, expected %u, got %u", to->count, count);
    for (uint32_t i = 0; i < count; i++)
        assign_variable(f, to->items[i], items[i], whole);
}

struct value assign_variable(struct frame *f, const struct node *target, struct value v, const struct node *whole)
{
    while (target->kind == AST_PAREN)
        target = target->operand;
    if (target->kind == AST_VAR)
        assign_name(f, target, v, whole);
    else if (target->kind == AST_ARRAY)
        assign_list(f, target, v, whole);
    else
        fail_at(f, target, "Illegal attempt to assign to '%.*s'. Not an assignable reference",
                SV_ARG(with_article(f->c, node_label(f->c, target), false)));
    return v;
}

/* ---- for functions and data ---- */

static struct value text_lookup(struct frame *f, struct sv name)
{
    bool top = name.n > 2 && name.p[0] == ':' && name.p[1] == ':';
    if (top)
        name = sv_slice(name, 2, name.n);
    if (all_digits(name)) {
        int64_t group;
        return sv_to_int(name, &group) ? match_group(f, group) : VALUE_UNSET;
    }
    return scope_find_name(f, text_sym(f->c, name), top);
}

bool variable_exists(struct compile *c, struct frame *f, struct sv name)
{
    (void)c;
    return text_lookup(f, name).kind != V_UNSET;
}

bool call_variable(struct call *k, struct sv name, struct value *out_v)
{
    struct value v = text_lookup(k->frame, name);
    if (v.kind == V_UNSET)
        return false;
    *out_v = v;
    return true;
}

void call_variable_missing(struct call *k, struct sv name, struct sv *out_shown, struct sv *out_why)
{
    struct sv plain = sv_starts(name, SV("::")) ? sv_slice(name, 2, name.n) : name;
    size_t at = sv_rfind_char(plain, ':');
    *out_shown = name;
    *out_why = SV_NONE;
    if (at != SIZE_MAX && at > 0) {
        struct sv class = sv_slice(plain, 0, at - 1);
        const struct entry *e = find_class(k->c, class);
        *out_shown = e && e->scope ? arena_printf(k->arena, "::%.*s", SV_ARG(plain)) : plain;
        if (!e || !e->scope)
            *out_why = arena_printf(k->arena, "class %.*s %s", SV_ARG(class), e ? "has not been evaluated" : "could not be found");
    } else if (plain.n != name.n) {
        *out_shown = arena_printf(k->arena, "::%.*s", SV_ARG(plain));
    }
}

static void add_variable(struct compile *c, struct hash *out, struct sv name, struct value v)
{
    if (v.kind != V_UNSET && !hash_find_sv(out, name))
        hash_put(c->arena, out, value_str(name), v);
}

static void add_slots(struct compile *c, struct hash *out, const struct frame *f)
{
    for (uint32_t i = 0; f && i < f->layout->count; i++)
        add_variable(c, out, f->layout->names[i]->text, f->slots[i]);
}

static void add_specials(struct hash *out, const struct scope *s)
{
    struct compile *c = s->c;
    const struct sym *names[] = { c->names.title_, c->names.name_, c->names.module_name_, c->names.caller_module_name_ };
    for (size_t i = 0; i < COUNT(names); i++)
        add_variable(c, out, names[i]->text, scope_special(s, names[i]));
}

static void add_top(struct compile *c, struct hash *out)
{
    const struct compile_options *o = c->options;
    const struct sym *const known[] = { c->names.facts_, c->names.trusted_, c->names.environment_, c->names.server_facts_ };
    const struct value *const from[] = { &o->top_vars, &o->facts, &o->server_facts };
    for (const struct frame *f = c->top->frame; f; f = f->sibling)
        add_slots(c, out, f);
    for (size_t i = 0; i < COUNT(known); i++)
        add_variable(c, out, known[i]->text, top_lookup(c, known[i]));
    for (size_t i = 0; i < COUNT(from); i++)
        for (uint32_t n = 0; from[i]->kind == V_HASH && n < from[i]->h->count; n++)
            if (from[i]->h->pairs[n].key.kind == V_STRING)
                add_variable(c, out, value_sv(from[i]->h->pairs[n].key), from[i]->h->pairs[n].value);
}

struct hash *call_variables(struct call *k)
{
    struct compile *c = k->c;
    struct hash *out = hash_new(c->arena, 64);
    struct scope *s = k->scope;
    for (struct frame *f = k->frame; f; f = f->outer) {
        add_slots(c, out, f);
        s = f->scope;
    }
    for (; s->kind != SCOPE_TOP; s = s->inherited ? s->inherited : s->enclosing) {
        add_slots(c, out, s->frame);
        add_specials(out, s);
    }
    add_top(c, out);
    return out;
}

void call_change_variable(struct call *k, struct sv name, struct value v)
{
    const struct sym *sym = intern_find(k->c->syms, name);
    struct value *slot = NULL;
    for (struct frame *f = sym ? k->scope->frame : NULL; f && !slot; f = f->sibling)
        slot = slot_find(f, sym);
    struct resource_param *p = sym && k->scope->resource ? param_find(k->scope->resource, sym) : NULL;
    if (!slot || slot->kind != v.kind)
        return;
    if (p && value_same(p->value, *slot))
        p->value = v;
    *slot = v;
}

struct value call_match_group(struct call *k, uint32_t n) { return match_group(k->frame, n); }

bool scope_variable(struct compile *c, struct scope *s, struct sv name, struct value *out_v)
{
    struct frame *at = c->site.frame && c->site.frame->scope == s ? c->site.frame : NULL;
    struct frame bare = { .c = c, .scope = s, .layout = &(struct layout){ 0 } };
    struct value v = text_lookup(at ? at : &bare, name);
    if (v.kind == V_UNSET)
        return false;
    *out_v = v;
    return true;
}

struct scope *compile_scope(struct compile *c) { return c->site.frame ? c->site.frame->scope : c->current ? c->current : c->top; }
