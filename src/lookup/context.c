/* context: functions of modules that give data (data_hash, lookup_key, data_dig): their calls, and what their context does for them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "lookup/context.h"

#include "lookup/internal.h"
#include "types/object.h"

/* What a function sees as Puppet::LookupContext: one for each entry and location. */
struct lookup_context {
    struct object object;    /* first: a value leads to it */
    struct hash *cache;      /* the function's own */
    struct hash *found;      /* what it gave for a key */
    const struct hash *data; /* what a data_hash function gave; NULL: not asked yet */
    bool missed;             /* it said not_found */
    uint32_t id;
    struct lookup_context *next;
};

static const char *const kind_names[] = { "", "data_hash", "lookup_key", "data_dig" };

static struct lookup_context *context_of(struct lookup_state *st, const struct located *l, struct location *at)
{
    struct lookup_context *ctx = at->context;
    if (ctx)
        return ctx;
    ctx = at->context = ARENA_NEW(st->arena, struct lookup_context);
    struct hash *fields = hash_new(st->arena, 2);
    hash_put_str(st->arena, fields, "environment_name", value_str(snapshot_environment(st->snapshot)));
    hash_put_str(st->arena, fields, "module_name", l->module.n ? value_str(l->module) : VALUE_UNDEF);
    ctx->object = (struct object){ &lookup_context_type, fields };
    ctx->cache = hash_new(st->arena, 4);
    ctx->found = hash_new(st->arena, 4);
    ctx->id = ++st->context_count;
    ctx->next = st->contexts;
    return st->contexts = ctx;
}

static struct value context_value(const struct lookup_context *ctx) { return (struct value){ .kind = V_OBJECT, .object = &ctx->object }; }

/* ---- calling ---- */

struct invocation {
    struct lookup_state *st;
    const struct located *located;
    const struct located_entry *entry;
    struct location *at;
    struct call call;
    struct value args[3];
    uint32_t count;
    struct value result;
};

static void invoke(void *ctx)
{
    struct invocation *q = ctx;
    q->result = call_function(&q->call, q->entry->entry->function, q->args, q->count, NULL);
}

static struct value options_of(struct lookup_state *st, const struct located_entry *e, const struct location *at)
{
    static const struct hash none;
    struct hash *h = hash_copy(st->arena, e->options ? e->options : &none, 1);
    if (at->path.n)
        hash_put_str(st->arena, h, e->entry->kind == LOCATION_URIS ? "uri" : "path", value_str(at->path));
    return value_hash(h);
}

/* A lookup inside the function leaves this one as it was. */
static void restore(struct lookup_state *st, const struct lookup_state *was)
{
    st->overrides = was->overrides;
    st->default_values = was->default_values;
    st->local_name = was->local_name;
    st->local_value = was->local_value;
    st->stack = was->stack;
    st->depth = was->depth;
    st->global_only = was->global_only;
    st->recording = was->recording;
    st->call = was->call;
    st->scope = was->scope;
    st->origin_count = was->origin_count;
}

/* False: it said not_found. key: its first argument; NULL: it takes none. */
static bool call_provider(struct invocation *q, const struct value *key)
{
    struct lookup_state *st = q->st, was = *st;
    const struct hierarchy_entry *e = q->entry->entry;
    struct lookup_context *ctx = context_of(st, q->located, q->at);
    struct sv failure;
    q->call = st->call ? *st->call : compile_call(st->c);
    if (!call_function_exists(&q->call, e->function))
        lookup_fail(st, "Unable to find '%s' function named '%.*s' (file: %.*s)", kind_names[e->call], SV_ARG(e->function),
                    SV_ARG(q->located->config_path));
    if (key)
        q->args[q->count++] = *key;
    q->args[q->count++] = options_of(st, q->entry, q->at);
    q->args[q->count++] = context_value(ctx);
    ctx->missed = false;
    bool ok = call_try(&q->call, invoke, q, &failure);
    restore(st, &was);
    bool missed = ctx->missed;
    ctx->missed = false; /* a lookup inside the function may use this context too */
    if (missed)
        return false;
    if (!ok && sv_starts(failure, SV("Evaluation Error: ")))
        lookup_fail(st, "%.*s", SV_ARG(failure));
    if (!ok)
        lookup_fail_here(st, "%.*s", SV_ARG(failure));
    return true;
}

/* "Value for key 'k', returned from lookup_key function 'f', when using location 'l'," */
static struct sv origin_text(const struct invocation *q, const char *before)
{
    const struct hierarchy_entry *e = q->entry->entry;
    struct sv text = arena_printf(q->st->arena, "%s %s function '%.*s'", before, kind_names[e->call], SV_ARG(e->function));
    if (q->at->path.n)
        text = arena_printf(q->st->arena, "%.*s, when using location '%.*s',", SV_ARG(text), SV_ARG(q->at->path));
    return text;
}

static void check_value(const struct invocation *q, struct sv key, const char *how, struct value v)
{
    struct lookup_state *st = q->st;
    if (type_match(type_builtin(SV("RichData")), v))
        return;
    struct sv where = origin_text(q, arena_printf(st->arena, "Value for key '%.*s', %s", SV_ARG(key), how).p);
    lookup_fail(st, "%.*s has wrong type, expects Puppet::LookupValue, got %.*s", SV_ARG(where),
                SV_ARG(type_text(st->arena, type_infer(st->arena, v))));
}

/* ---- the three kinds ---- */

static const struct hash *data_hash(struct invocation *q)
{
    struct lookup_state *st = q->st;
    struct lookup_context *ctx = context_of(st, q->located, q->at);
    if (ctx->data)
        return ctx->data;
    if (!call_provider(q, NULL))
        return NULL;
    if (q->result.kind != V_HASH) {
        struct strbuf text = STRBUF_IN(st->arena);
        struct sv where = arena_printf(st->arena, "%.*s has wrong type,", SV_ARG(origin_text(q, "Value returned from")));
        type_mismatch(st->arena, &text, where, type_builtin(SV("Hash")), q->result);
        lookup_fail(st, "%.*s", SV_ARG(strbuf_sv(&text)));
    }
    if (q->located->module.n)
        warn_foreign_keys(st, q->located->module, q->entry->entry->function, q->at->path, q->result.h);
    return ctx->data = q->result.h;
}

static bool find_in_hash(struct invocation *q, const struct lookup_key *key, struct value *out_v)
{
    const struct hash *h = data_hash(q);
    const struct value *v = h ? hash_find_sv(h, key->root) : NULL;
    if (!v)
        return false;
    check_value(q, key->root, "in hash returned from", *v);
    *out_v = interpolate(q->st, *v, true);
    return true;
}

/* Asks once for a key. */
static bool find_asked(struct invocation *q, struct sv key, struct value arg, struct value *out_v)
{
    struct lookup_context *ctx = context_of(q->st, q->located, q->at);
    const struct value *known = hash_find_sv(ctx->found, key);
    if (!known && !call_provider(q, &arg))
        return false;
    *out_v = known ? *known : q->result;
    check_value(q, key, "returned from", *out_v);
    if (!known)
        hash_put(q->st->arena, ctx->found, value_str(key), *out_v);
    return true;
}

static struct value segment_value(const struct segment *s) { return s->is_index ? value_int(s->index) : value_str(s->text); }

/* The function digs itself: what it gives is put back where the digging that follows finds it. */
static bool find_dug(struct invocation *q, const struct lookup_key *key, struct value *out_v)
{
    struct arena *a = q->st->arena;
    struct value *parts = ARENA_ARRAY(a, struct value, key->count + 1);
    parts[0] = value_str(key->root);
    for (uint32_t i = 0; i < key->count; i++)
        parts[i + 1] = segment_value(&key->segments[i]);
    if (!find_asked(q, key->text, value_array(parts, key->count + 1), out_v))
        return false;
    for (uint32_t i = key->count; i-- > 0;) {
        struct hash *h = hash_new(a, 1);
        hash_put(a, h, parts[i + 1], *out_v);
        *out_v = value_hash(h);
    }
    return true;
}

bool context_find(struct lookup_state *st, const struct located *l, const struct located_entry *e, struct location *at,
                  const struct lookup_key *key, struct value *out_v)
{
    struct invocation q = { .st = st, .located = l, .entry = e, .at = at };
    if (e->entry->call == CALL_DATA_HASH)
        return find_in_hash(&q, key, out_v);
    if (e->entry->call == CALL_DATA_DIG)
        return find_dug(&q, key, out_v);
    return find_asked(&q, key->root, value_str(key->root), out_v);
}

/* ---- Puppet::LookupContext ---- */

uint32_t lookup_context_id(struct value v)
{
    return v.kind == V_OBJECT && v.object->type == &lookup_context_type ? ((const struct lookup_context *)v.object)->id : 0;
}

bool lookup_context_value(struct compile *c, uint32_t id, struct value *out_v)
{
    struct lookup_state *st = lookup_state_now(c);
    for (struct lookup_context *ctx = st ? st->contexts : NULL; ctx; ctx = ctx->next)
        if (ctx->id == id) {
            *out_v = context_value(ctx);
            return true;
        }
    return false;
}

/* Code may make an object of the type that belongs to no lookup. */
static struct lookup_context *context_arg(struct call *k)
{
    struct lookup_state *st = lookup_state_now(k->c);
    for (struct lookup_context *ctx = st ? st->contexts : NULL; ctx; ctx = ctx->next)
        if (&ctx->object == k->args[0].object)
            return ctx;
    call_fail(k, "this Puppet::LookupContext belongs to no lookup");
}

static struct value fn_missed(struct call *k)
{
    context_arg(k)->missed = true;
    return VALUE_UNDEF;
}

static struct value fn_not_found(struct call *k)
{
    context_arg(k)->missed = true;
    call_fail(k, "not_found was called outside of a lookup");
}

static struct value fn_module_name(struct call *k) { return *hash_find_sv(context_arg(k)->object.fields, SV("module_name")); }

static struct value fn_explaining(struct call *k)
{
    (void)context_arg(k);
    return value_bool(lookup_state_now(k->c)->explainer != NULL);
}

static struct value fn_explain(struct call *k)
{
    struct explainer *ex = lookup_state_now(k->c)->explainer;
    (void)context_arg(k);
    if (ex)
        explain_text_add(ex, value_text(k->arena, k->count > 1 ? k->args[1] : call_block(k, NULL, 0)));
    return VALUE_UNDEF;
}

static struct value fn_interpolate(struct call *k)
{
    (void)context_arg(k);
    return interpolate(lookup_state_now(k->c), k->args[1], true);
}

static struct value fn_cache(struct call *k)
{
    hash_put(k->arena, context_arg(k)->cache, k->args[1], k->args[2]);
    return k->args[2];
}

static struct value fn_cache_all(struct call *k)
{
    struct hash *cache = context_arg(k)->cache;
    for (uint32_t i = 0; i < k->args[1].h->count; i++)
        hash_put(k->arena, cache, k->args[1].h->pairs[i].key, k->args[1].h->pairs[i].value);
    return VALUE_UNDEF;
}

static struct value fn_cache_has_key(struct call *k) { return value_bool(hash_find(context_arg(k)->cache, k->args[1]) != NULL); }

static struct value fn_cached_value(struct call *k)
{
    const struct value *v = hash_find(context_arg(k)->cache, k->args[1]);
    return v ? *v : VALUE_UNDEF;
}

/* All pairs as they are now: to a block one after another, else as a list. */
static struct value fn_cached_entries(struct call *k)
{
    const struct hash *cache = hash_copy(k->arena, context_arg(k)->cache, 0);
    struct value *list = ARENA_ARRAY(k->arena, struct value, cache->count + 1);
    for (uint32_t i = 0; i < cache->count; i++) {
        struct value *pair = ARENA_ARRAY(k->arena, struct value, 2);
        pair[0] = cache->pairs[i].key;
        pair[1] = cache->pairs[i].value;
        list[i] = value_array(pair, 2);
        bool stopped = k->block && (call_block_params(k) == 2 ? call_block(k, pair, 2) : call_block(k, &list[i], 1)).kind == V_UNSET;
        if (stopped)
            break;
    }
    return k->block ? VALUE_UNDEF : value_array(list, cache->count);
}

static struct value fn_cached_file_data(struct call *k)
{
    struct lookup_state *st = lookup_state_now(k->c);
    struct sv path = value_sv(k->args[1]), text;
    struct err err = { "" };
    (void)context_arg(k);
    struct value *kept = map_find(&st->file_data, path);
    if (kept)
        return *kept;
    if (!snapshot_exists(st->snapshot, path))
        call_fail(k, "No such file or directory @ rb_file_s_stat - %.*s", SV_ARG(path));
    if (!snapshot_read(st->snapshot, path, &text, &err))
        call_fail(k, "%s", err.text);
    struct value v = value_str(text);
    if (k->block)
        v = call_block(k, &v, 1);
    kept = ARENA_NEW(k->arena, struct value);
    *kept = v;
    map_put(&st->file_data, arena_dup(k->arena, path), kept);
    return v;
}

#define KEY "Optional[Scalar]"
#define METHOD(name, takes, help, run, params)                                                                                             \
    {                                                                                                                                      \
        "Puppet::LookupContext." name, "Callable[Puppet::LookupContext" takes "]", help, run, 0, params                                    \
    }

const struct builtin lookup_context_functions[] = {
    METHOD("cache", ", " KEY ", Any", "keeps a value for the calls that follow", fn_cache, NULL),
    METHOD("cache_all", ", Hash[" KEY ", Any]", "keeps several values", fn_cache_all, NULL),
    METHOD("cache_has_key", ", " KEY, "is a value kept for a key", fn_cache_has_key, NULL),
    METHOD("cached_entries", ", Optional[Callable[1, 2]]", "all that is kept", fn_cached_entries, NULL),
    METHOD("cached_file_data", ", String, Optional[Callable[1, 1]]", "a file's text, or what the block makes of it, once",
           fn_cached_file_data, NULL),
    METHOD("cached_value", ", " KEY, "what is kept for a key", fn_cached_value, NULL),
    METHOD("explain", ", Callable[0, 0]", "adds to the explanation of a lookup", fn_explain, NULL),
    METHOD("explain", ", String", "the same with a text", fn_explain, NULL),
    METHOD("explaining", "", "does anybody want an explanation", fn_explaining, NULL),
    METHOD("interpolate", ", Any", "fills in %{...}", fn_interpolate, NULL),
    METHOD("missed", "", "there is no value for the key; the function goes on", fn_missed, NULL),
    METHOD("module_name", "", "the module whose data is asked for", fn_module_name, NULL),
    METHOD("not_found", "", "there is no value for the key; ends the function", fn_not_found, NULL),
};
const size_t lookup_context_function_count = sizeof lookup_context_functions / sizeof *lookup_context_functions;
