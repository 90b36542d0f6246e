/* title: the parameters that a resource's title gives, by the patterns its type declares in Ruby. Each title is asked for once a snapshot.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ruby/internal.h"

struct title {
    struct value parts; /* a hash; undef: no pattern matches; a list: why the type's code fails; V_UNSET: it cannot be run */
};

struct title_request {
    struct call *k;
    const struct ruby_type *type;
    struct sv title;
    struct value parts;
};

static void ask_helper(void *ctx)
{
    struct title_request *q = ctx;
    struct call *k = q->k;
    struct sv what = arena_printf(k->arena, "the type '%.*s'", SV_ARG(q->type->name)), text;
    struct session *s = session_enter(k, what, q->type->path);
    struct strbuf out = STRBUF_IN(k->arena);
    struct err err = { "" };
    struct sv key = arena_printf(k->arena, "type %.*s", SV_ARG(q->type->name));
    struct json_out j = request_begin(k, &out, "title");
    json_str(&j, q->type->name);
    json_str(&j, q->type->path);
    if (map_find(&s->helper->loaded, key)) {
        json_null(&j);
    } else if (snapshot_read(compile_snapshot(k->c), q->type->path, &text, &err)) {
        json_str(&j, text);
    } else {
        session_leave(s);
        call_fail(k, "%s", err.text);
    }
    json_str(&j, q->title);
    q->parts = session_request(k, s, &j, what);
    helper_has(s->helper, key);
    session_leave(s);
}

static const struct title *known_title(struct ruby_env *env, struct sv key)
{
    pthread_mutex_lock(&env->lock);
    const struct title *t = map_find(&env->titles, key);
    pthread_mutex_unlock(&env->lock);
    return t;
}

static void keep_title(struct ruby_env *env, struct sv key, struct value parts)
{
    pthread_mutex_lock(&env->lock);
    if (env->titles.count < TOO_MANY_TITLES && !map_find(&env->titles, key)) {
        struct title *t = ARENA_NEW(env->arena, struct title);
        t->parts = value_deep_copy(env->arena, parts);
        map_put(&env->titles, arena_dup(env->arena, key), t);
    }
    pthread_mutex_unlock(&env->lock);
}

/* Whether its file can be run is found out once; code that needs what is not installed costs the parts, not the compile. */
bool ruby_title_parts(void *options, struct call *k, const struct ruby_type *type, struct sv title, struct value *out_parts)
{
    if (!options)
        return false;
    struct ruby_env *env = env_of(k);
    struct sv broken = arena_printf(k->arena, "%.*s", SV_ARG(type->name)), failure;
    struct sv key = arena_printf(k->arena, "%.*s\n%.*s", SV_ARG(type->name), SV_ARG(title));
    const struct title *known = known_title(env, key);
    if (!known && known_title(env, broken))
        return false;
    struct title_request q = { k, type, title, known ? known->parts : VALUE_UNDEF };
    if (!known && !call_try(k, ask_helper, &q, &failure)) {
        call_warn(k, "title_patterns", "titles of %.*s are not taken apart: %.*s", SV_ARG(type->name), SV_ARG(failure));
        keep_title(env, broken, VALUE_UNSET);
        return false;
    }
    if (!known)
        keep_title(env, key, q.parts);
    if (q.parts.kind == V_ARRAY && q.parts.n)
        call_fail(k, "%.*s", SV_ARG(value_text(k->arena, q.parts.items[0])));
    *out_parts = q.parts;
    return true;
}
