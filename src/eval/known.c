/* known: what a name stands for: classes, defines, functions, resource types and type aliases; and what all compiles of a snapshot share.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <stdlib.h>

#include "base/shared_map.h"
#include "eval/internal.h"
#include "types/typeset.h"

/* ---- pointer maps ---- */

static uint32_t ptr_slot(const struct ptrmap *m, const void *key)
{
    uint64_t h = (uint64_t)(uintptr_t)key * 0x9e3779b97f4a7c15ull;
    uint32_t i = (uint32_t)(h >> 32) & (m->slots - 1);
    while (m->keys[i] && m->keys[i] != key)
        i = (i + 1) & (m->slots - 1);
    return i;
}

void *ptrmap_find(const struct ptrmap *m, const void *key) { return m->slots ? m->values[ptr_slot(m, key)] : NULL; }

void ptrmap_put(struct ptrmap *m, const void *key, void *value)
{
    if ((m->count + 1) * 2 > m->slots) {
        struct ptrmap old = *m;
        m->slots = old.slots ? old.slots * 2 : 16;
        m->keys = (const void **)arena_zalloc(m->arena, m->slots * sizeof *m->keys);
        m->values = (void **)arena_zalloc(m->arena, m->slots * sizeof *m->values);
        for (uint32_t i = 0; i < old.slots; i++)
            if (old.keys[i]) {
                uint32_t at = ptr_slot(m, old.keys[i]);
                m->keys[at] = old.keys[i];
                m->values[at] = old.values[i];
            }
    }
    uint32_t at = ptr_slot(m, key);
    m->count += m->keys[at] == NULL;
    m->keys[at] = key;
    m->values[at] = value;
}

/* ---- shared by the compiles of a snapshot ---- */

struct shared {
    pthread_mutex_t lock;        /* of making what is not there yet; recursive: building a type may find another */
    unsigned depth;              /* how often it is held */
    struct recording *recording; /* of what is read under it: nobody notes later who uses what is made */
    struct arena *arena;
    struct snapshot *snapshot;
    struct names names;
    struct eval_hooks hooks;
    struct shared_map prepared; /* definition to struct prepared */
    struct shared_map rtypes;   /* sym to struct rtype_info */
    struct shared_map types;    /* sym of "stdlib::port" to struct type; whole ones */
    struct ptrmap building;     /* the same, for those under the lock: some are still without what they stand for */
    const struct sym **fresh;   /* what is in building and not in types */
    size_t fresh_count, fresh_cap;
    struct type_loader loader;
    bool missed;           /* the loader was asked for a name that nobody knows */
    struct compile *owner; /* of what is prepared for one compile only */
};

/* Maps by pointer: its bytes are the key. */
static void *find_by_pointer(const struct shared_map *m, const void *key)
{
    return shared_map_find(m, (struct sv){ (const char *)&key, sizeof key });
}

static void add_by_pointer(struct shared_map *m, const void *key, void *value)
{
    shared_map_add(m, arena_dup(m->arena, (struct sv){ (const char *)&key, sizeof key }), value);
}

/* NULL where nothing is recorded. */
static struct recording *record(struct snapshot *s) { return snapshot_reads(s) ? reads_begin(snapshot_reads(s)) : NULL; }

static void record_end(struct snapshot *s, struct recording *rec)
{
    if (rec)
        reads_end_common(snapshot_reads(s), rec);
}

static void enter(struct shared *sh)
{
    pthread_mutex_lock(&sh->lock);
    if (sh->depth++ == 0)
        sh->recording = record(sh->snapshot);
}

/* Types are shown to those who do not hold the lock once none is half built. */
static void leave(struct shared *sh)
{
    if (sh->depth == 1) {
        for (size_t i = 0; i < sh->fresh_count; i++)
            add_by_pointer(&sh->types, sh->fresh[i], ptrmap_find(&sh->building, sh->fresh[i]));
        sh->fresh_count = 0;
        record_end(sh->snapshot, sh->recording);
    }
    sh->depth--;
    pthread_mutex_unlock(&sh->lock);
}

static void add_type(struct shared *sh, const struct sym *name, struct type *t)
{
    ptrmap_put(&sh->building, name, t);
    ARENA_PUSH(sh->arena, sh->fresh, sh->fresh_count, sh->fresh_cap, name);
}

static const struct type *shared_find(void *ctx, struct sv name);

static void lock_destroy(void *lock) { pthread_mutex_destroy(lock); }

static void intern_names(struct names *names, struct symtab *t)
{
#define X(n) names->n##_ = intern(t, SV(#n));
    EVAL_NAMES(X)
#undef X
    names->default_ = intern(t, SV("default"));
}

static void *shared_make(void *ctx, struct snapshot *s, struct arena *a)
{
    struct compile *c = ctx;
    struct shared *sh = ARENA_NEW(a, struct shared);
    pthread_mutexattr_t attr;
    pthread_mutexattr_init(&attr);
    pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&sh->lock, &attr);
    pthread_mutexattr_destroy(&attr);
    sh->arena = arena_new(0);
    arena_defer(a, (void (*)(void *))arena_free, sh->arena);
    arena_defer(a, lock_destroy, &sh->lock);
    sh->snapshot = s;
    intern_names(&sh->names, snapshot_symtab(s));
    sh->hooks = c->options->hooks;
    sh->building.arena = sh->arena;
    shared_map_init(&sh->prepared, sh->arena);
    shared_map_init(&sh->rtypes, sh->arena);
    shared_map_init(&sh->types, sh->arena);
    sh->loader = (struct type_loader){ shared_find, sh };
    return sh;
}

struct shared *shared_get(struct compile *c) { return snapshot_memo(c->snapshot, SV("eval"), shared_make, c); }

const struct names *shared_names(const struct shared *sh) { return &sh->names; }

const struct sym *text_sym(struct compile *c, struct sv text)
{
    const struct sym *known = intern_find(c->syms, text);
    if (!known)
        known = map_find(&c->own_syms, text);
    if (known)
        return known;
    struct sym *s = ARENA_NEW(c->arena, struct sym);
    *s = (struct sym){ arena_dup(c->arena, text), sv_hash(text), UINT32_MAX };
    map_put(&c->own_syms, s->text, s);
    return s;
}

/* The sym of a class, define or type name as written: lower case, no leading '::'. */
static const struct sym *name_sym(struct symtab *t, struct sv name)
{
    if (name.n > 2 && name.p[0] == ':' && name.p[1] == ':')
        name = sv_slice(name, 2, name.n);
    char small[128];
    if (name.n <= sizeof small) {
        for (size_t i = 0; i < name.n; i++)
            small[i] = name.p[i] >= 'A' && name.p[i] <= 'Z' ? (char)(name.p[i] + 32) : name.p[i];
        return intern(t, (struct sv){ small, name.n });
    }
    return intern(t, name);
}

/* ---- resource types ---- */

static struct rtype_info *rtype_info_new(struct shared *sh, const struct sym *name)
{
    struct symtab *t = snapshot_symtab(sh->snapshot);
    struct rtype_info *info = ARENA_NEW(sh->arena, struct rtype_info);
    info->name = name;
    info->normal = type_name_normal(sh->arena, name->text);
    info->tags = tag_split(sh->arena, t, name->text, &info->tag_count);
    info->namevar = intern(t, SV("name"));
    return info;
}

static int compare_names(const void *x, const void *y)
{
    const struct sym *const *a = x, *const *b = y;
    return sv_cmp((*a)->text, (*b)->text);
}

/* The identity of its resources has several parts. */
static void rtype_keys(struct shared *sh, struct rtype_info *info, const struct sv *names, uint32_t count)
{
    info->keys = ARENA_ARRAY(sh->arena, const struct sym *, count);
    info->key_count = count;
    info->alias_free = true;
    for (uint32_t i = 0; i < count; i++)
        info->keys[i] = intern(snapshot_symtab(sh->snapshot), names[i]);
    qsort(info->keys, count, sizeof(*info->keys), compare_names);
}

static void rtype_native(struct shared *sh, struct rtype_info *info, const struct type_info *native)
{
    struct symtab *t = snapshot_symtab(sh->snapshot);
    uint32_t n = 0;
    while (native->params && native->params[n])
        n++;
    info->known = true;
    info->params = ARENA_ARRAY(sh->arena, const struct sym *, n + 1);
    for (uint32_t i = 0; i < n; i++)
        info->params[i] = intern(t, sv_of(native->params[i]));
    info->param_count = n;
    if (native->namevar)
        info->namevar = intern(t, sv_of(native->namevar));
    info->path_title = sv_is(info->name->text, "file");
    info->alias_free = sv_is(info->name->text, "exec");
    static const struct sv package_keys[] = { { "command", 7 }, { "name", 4 }, { "provider", 8 } };
    if (sv_is(info->name->text, "package"))
        rtype_keys(sh, info, package_keys, COUNT(package_keys));
}

static void rtype_ruby(struct shared *sh, struct rtype_info *info, const struct ruby_type *ruby)
{
    struct symtab *t = snapshot_symtab(sh->snapshot);
    info->known = true;
    info->params = ARENA_ARRAY(sh->arena, const struct sym *, ruby->param_count + 1);
    for (uint32_t i = 0; i < ruby->param_count; i++)
        info->params[i] = intern(t, ruby->params[i]);
    info->param_count = ruby->param_count;
    info->open = !ruby->param_count; /* made by Ruby code that cannot be read: anything may be a parameter */
    info->namevar = intern(t, ruby->namevar);
    if (ruby->title_patterns)
        info->titled = ruby;
    if (ruby->title_patterns && ruby->key_count > 1 && sh->hooks.title_parts)
        rtype_keys(sh, info, ruby->keys, ruby->key_count);
}

/* Under the lock. */
static struct rtype_info *rtype_make(struct shared *sh, const struct sym *name, const struct type_info *native,
                                     const struct ruby_type *ruby)
{
    struct rtype_info *info = rtype_info_new(sh, name);
    if (native)
        rtype_native(sh, info, native);
    else if (ruby)
        rtype_ruby(sh, info, ruby);
    add_by_pointer(&sh->rtypes, name, info);
    return info;
}

/* Never NULL; known is false for a name that is no native type. */
static const struct rtype_info *rtype_shared(struct shared *sh, const struct sym *name)
{
    struct rtype_info *info = find_by_pointer(&sh->rtypes, name);
    if (info)
        return info;
    bool qualified = sv_find_char(name->text, ':', 0) != SIZE_MAX;
    const struct type_info *native = !qualified && sh->hooks.type_info ? sh->hooks.type_info(sh->hooks.ctx, name->text) : NULL;
    /* reads a file: not under the lock */
    struct recording *rec = record(sh->snapshot);
    const struct ruby_type *ruby = !qualified && !native ? snapshot_ruby_type(sh->snapshot, name->text) : NULL;
    record_end(sh->snapshot, rec);
    enter(sh);
    info = find_by_pointer(&sh->rtypes, name); /* again: another thread may have been first */
    if (!info)
        info = rtype_make(sh, name, native, ruby);
    leave(sh);
    return info;
}

struct rtype *find_rtype(struct compile *c, struct sv name)
{
    const struct sym *sym = name_sym(c->syms, name);
    struct rtype *t = ptrmap_find(&c->types, sym);
    if (!t) {
        t = ARENA_NEW(c->arena, struct rtype);
        t->info = rtype_shared(c->shared, sym);
        if (!t->info->known)
            t->define = find_define(c, sym);
        ptrmap_put(&c->types, sym, t);
    }
    return t->info->known || t->define ? t : NULL;
}

bool is_metaparam(struct compile *c, const struct sym *name)
{
    const struct names *n = &c->names;
    const struct sym *const all[] = { n->noop_,    n->schedule_,  n->audit_,  n->loglevel_, n->alias_, n->tag_,
                                      n->require_, n->subscribe_, n->before_, n->notify_,   n->stage_ };
    for (size_t i = 0; i < COUNT(all); i++)
        if (all[i] == name)
            return true;
    return false;
}

/* ---- types ---- */

/* Types are shown by the name they are defined with: "Stdlib::HTTPUrl". */
static struct sv written_name(const struct node *alias)
{
    struct sv name = alias->alias.lhs->s;
    return sv_starts(name, SV("::")) ? sv_slice(name, 2, name.n) : name;
}

static const struct type *alias_type(struct shared *sh, const struct found *found)
{
    const struct node *n = found->node;
    struct type *t = type_declare(sh->arena, written_name(n), n->alias.rhs);
    struct sv why;
    add_type(sh, n->alias.name, t); /* before it is defined: types may be recursive */
    if (!type_define(sh->arena, &sh->loader, t, n->alias.rhs, &why))
        t->alias.target = type_any();
    return t;
}

/* Of "my::set::car" the type Car of the set My::Set; find looks the set up. NULL: there is no such set, or it has no such type. */
static const struct type *member_of_set(const struct type *(*find)(void *, struct sv), void *ctx, struct sv name)
{
    size_t colons = sv_rfind_char(name, ':');
    const struct type *set = colons == SIZE_MAX || !colons ? NULL : find(ctx, sv_slice(name, 0, colons - 1));
    if (!set || set->kind != T_TYPESET || !set->typeset)
        return NULL;
    return set->typeset->fault.n ? set : typeset_find(set->typeset, sv_slice(name, colons + 1, name.n));
}

/* Under the lock. */
static const struct type *shared_find(void *ctx, struct sv name)
{
    struct shared *sh = ctx;
    const struct sym *sym = name_sym(snapshot_symtab(sh->snapshot), name);
    const struct type *known = ptrmap_find(&sh->building, sym);
    if (known)
        return known;
    struct diags diags = diags_in(sh->arena);
    struct found found = { 0 };
    if (snapshot_type_alias(sh->snapshot, sym, &found, &diags) && found.node)
        return alias_type(sh, &found);
    const struct rtype_info *info = rtype_shared(sh, sym);
    if (info->known || (snapshot_define(sh->snapshot, sym, &found, &diags) && found.node)) {
        struct type *t = ARENA_NEW(sh->arena, struct type);
        t->kind = T_RESOURCE;
        t->ref.type = info->normal;
        add_type(sh, sym, t);
        return t;
    }
    const struct type *member = member_of_set(shared_find, sh, sym->text);
    sh->missed |= !member;
    return member;
}

static const struct type *local_alias(struct compile *c, const struct node *n)
{
    struct type *t = ptrmap_find(&c->prepared, n);
    if (t)
        return t;
    struct sv why;
    t = type_declare(c->arena, written_name(n), n->alias.rhs);
    ptrmap_put(&c->prepared, n, t); /* before it is defined: types may be recursive */
    if (!type_define(c->arena, &c->loader, t, n->alias.rhs, &why))
        raise_error(c, "%.*s", SV_ARG(why));
    return t;
}

static const struct type *local_find(void *ctx, struct sv name)
{
    struct compile *c = ctx;
    struct found *local = map_find(&c->local, arena_printf(c->arena, "type %.*s", SV_ARG(name)));
    return local ? local_alias(c, local->node) : NULL;
}

/* Its file is read and kept before the lock is taken. */
static void read_alias(struct snapshot *s, const struct sym *name)
{
    struct found found;
    snapshot_type_alias(s, name, &found, NULL);
}

/* For builtins that read types from text at run time: definitions of the code at hand first, then the snapshot's. */
const struct type *loader_find(void *ctx, struct sv name)
{
    struct compile *c = ctx;
    const struct sym *sym = name_sym(c->syms, name);
    struct found *local = map_find(&c->local, arena_printf(c->arena, "type %.*s", SV_ARG(sym->text)));
    if (local)
        return local_alias(c, local->node);
    const struct type *member = c->local.count ? member_of_set(local_find, c, sym->text) : NULL;
    if (member)
        return member;
    const struct type *t = find_by_pointer(&c->shared->types, sym);
    if (t)
        return t;
    struct recording *rec = record(c->snapshot);
    bool defined = find_define(c, sym); /* of the code at hand too: not to be shared */
    if (!defined)
        read_alias(c->snapshot, sym);
    record_end(c->snapshot, rec);
    if (defined)
        return make_ref(c, sym->text, SV_NONE).t;
    enter(c->shared);
    t = shared_find(c->shared, name);
    leave(c->shared);
    c->type_missed |= !t;
    return t;
}

const struct type *find_type(struct frame *f, const struct node *n)
{
    struct sv name = n->s;
    if (name.n > 2 && name.p[0] == ':' && name.p[1] == ':')
        name = sv_slice(name, 2, name.n);
    const struct type *t = type_builtin(name);
    if (!t)
        t = loader_find(f->c, name);
    if (!t)
        fail_at(f, n, "Resource type not found: %.*s", SV_ARG(n->s));
    if (type_fault_of(t).n)
        raise_at(f, n, "%.*s", SV_ARG(type_fault_of(t)));
    if (t->kind == T_ALIAS && type_resolve(t)->kind == T_ALIAS) /* a circle of nothing but names */
        raise_at(f, n, "Type alias '%.*s' cannot be resolved to a real type", SV_ARG(t->alias.name));
    return t;
}

/* ---- definitions ---- */

static void prepare_type(struct shared *sh, const struct node *expr, const struct type **out_t, bool *out_dynamic)
{
    struct err err;
    sh->missed = false;
    if (sh->owner)
        sh->owner->type_missed = false;
    *out_t = type_from_ast(sh->arena, &sh->loader, expr, &err);
    *out_dynamic =
        !*out_t || sh->missed || (sh->owner && sh->owner->type_missed); /* evaluated when needed: that gives the message, with its place */
}

static struct prepared *prepare_definition(struct shared *sh, const struct definition *d)
{
    struct prepared *p = ARENA_NEW(sh->arena, struct prepared);
    p->types = ARENA_ARRAY(sh->arena, const struct type *, d->param_count + 1);
    p->dynamic = ARENA_ARRAY(sh->arena, bool, d->param_count + 1);
    for (uint32_t i = 0; i < d->param_count; i++)
        if (d->params[i].type)
            prepare_type(sh, d->params[i].type, &p->types[i], &p->dynamic[i]);
    if (d->returns)
        prepare_type(sh, d->returns, &p->returns, &p->returns_dynamic);
    if (d->name) {
        p->title = type_name_normal(sh->arena, d->name->text);
        p->tags = tag_split(sh->arena, snapshot_symtab(sh->snapshot), d->name->text, &p->tag_count);
    }
    return p;
}

/* Code given for one compile goes with it: what is prepared of it must not outlive it. */
const struct prepared *prepare_in(struct compile *c, const struct unit *u, const struct definition *d)
{
    struct shared *sh = c->shared;
    if (u == c->code_unit) {
        struct prepared *own = ptrmap_find(&c->prepared, d);
        if (!own) {
            struct shared here = { .arena = c->arena, .snapshot = c->snapshot, .loader = c->loader, .owner = c };
            own = prepare_definition(&here, d);
            ptrmap_put(&c->prepared, d, own);
        }
        return own;
    }
    struct prepared *p = find_by_pointer(&sh->prepared, d);
    if (p)
        return p;
    enter(sh);
    p = find_by_pointer(&sh->prepared, d); /* again: another thread may have been first */
    if (!p) {
        p = prepare_definition(sh, d);
        add_by_pointer(&sh->prepared, d, p);
    }
    leave(sh);
    return p;
}

const struct prepared *prepare(struct compile *c, struct entry *e)
{
    if (!e->prep)
        e->prep = prepare_in(c, e->unit, e->def);
    return e->prep;
}

const struct prepared *prepare_lambda(struct frame *f, const struct node *lambda) { return prepare_in(f->c, f->unit, lambda->def); }

struct entry *entry_new(struct compile *c, const struct sym *name, const struct found *found)
{
    struct entry *e = ARENA_NEW(c->arena, struct entry);
    e->name = name;
    e->unit = found->unit;
    e->node = found->node;
    e->module = found->module;
    e->def = found->node->def;
    return e;
}

typedef bool finder(struct snapshot *s, const struct sym *name, struct found *out_found, struct diags *diags);

/* The reference's words for a file that does not parse. */
static _Noreturn void syntax_failure(struct compile *c, const struct diags *diags)
{
    const struct diag *d = diags->first;
    while (d && d->severity != SEV_ERROR)
        d = d->next;
    unsigned line = 0, column = 0;
    struct sv path = SV_NONE;
    if (d && d->span.src) {
        span_position(d->span, &line, &column);
        path = d->span.src->path;
    }
    struct sv at = location_text(c, path, line, column);
    raise_plain(c, SV_NONE, 0, "%.*s%s%.*s", SV_ARG(d ? d->message : SV("syntax error")), at.n ? " " : "", SV_ARG(at));
}

static struct entry *find_definition(struct compile *c, struct ptrmap *cache, const char *kind, finder *find, const struct sym *name)
{
    struct entry *e = ptrmap_find(cache, name);
    if (e)
        return e == &c->absent ? NULL : e;
    struct found found = { 0 };
    struct found *local = c->local.count ? map_find(&c->local, arena_printf(c->arena, "%s %.*s", kind, SV_ARG(name->text))) : NULL;
    if (local) {
        found = *local;
    } else {
        struct diags diags = diags_in(c->arena);
        find(c->snapshot, name, &found, &diags);
        for (uint32_t i = 0; i < found.import_count; i++)
            import_check(c, found.imports[i]);
        if (!found.node && diags.errors)
            syntax_failure(c, &diags);
    }
    if (!found.node) {
        ptrmap_put(cache, name, &c->absent);
        return NULL;
    }
    e = entry_new(c, name, &found);
    ptrmap_put(cache, name, e);
    return e;
}

struct entry *find_class(struct compile *c, struct sv name)
{
    return find_definition(c, &c->classes, "class", snapshot_class, name_sym(c->syms, name));
}

struct entry *find_define(struct compile *c, const struct sym *name)
{
    return find_definition(c, &c->defines, "define", snapshot_define, name);
}

struct entry *find_function(struct compile *c, const struct sym *name)
{
    return find_definition(c, &c->functions, "function", snapshot_function, name);
}
