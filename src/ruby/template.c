/* template: ERB templates of modules and inline ones. The values of the variables that a template names go with the request. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ruby/kept.h"

struct template
{
    uint32_t id;
    struct sv path, text; /* path empty: inline */
    struct sv *names;     /* of variables: "a", "a::b", "::a" */
    uint32_t name_count;
    bool pure; /* kept_is_pure */
};

/* ---- the names a template uses ---- */

static bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; }

static void add_name(struct arena *a, struct template *t, size_t *cap, struct sv name)
{
    for (uint32_t i = 0; i < t->name_count; i++)
        if (sv_eq(t->names[i], name))
            return;
    ARENA_PUSH(a, t->names, t->name_count, *cap, arena_dup(a, name));
}

/* scope['a::b'], lookupvar("a"), has_variable?('a'): the quoted name behind `at`; empty: something else stands there. */
static struct sv quoted_name(struct sv text, size_t at)
{
    while (at < text.n && (text.p[at] == '(' || text.p[at] == '[' || text.p[at] == ' '))
        at++;
    if (at >= text.n || (text.p[at] != '\'' && text.p[at] != '"'))
        return SV_NONE;
    size_t to = ++at;
    while (to < text.n && (is_word(text.p[to]) || text.p[to] == ':'))
        to++;
    return to < text.n && (text.p[to] == '\'' || text.p[to] == '"') ? sv_slice(text, at, to) : SV_NONE;
}

/* Too many names do no harm: a name that stands for something else is a variable nobody reads. */
static void find_names(struct arena *a, struct template *t)
{
    static const char *const words[] = { "scope[", "scope.[", "lookupvar", "has_variable?" };
    struct sv text = t->text;
    size_t cap = 0;
    for (size_t at = 0; (at = sv_find_char(text, '@', at)) != SIZE_MAX;) {
        size_t from = ++at;
        while (at < text.n && is_word(text.p[at]))
            at++;
        if (at > from && !(text.p[from] >= '0' && text.p[from] <= '9'))
            add_name(a, t, &cap, sv_slice(text, from, at));
    }
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        for (size_t at = 0; (at = sv_find(text, sv_of(words[i]), at)) != SIZE_MAX;) {
            at += strlen(words[i]);
            struct sv name = quoted_name(text, at);
            if (name.n)
                add_name(a, t, &cap, name);
        }
}

static struct template *template_new(struct arena *a, uint32_t id, struct sv path, struct sv text)
{
    struct template *t = ARENA_NEW(a, struct template);
    t->id = id;
    t->path = arena_dup(a, path);
    t->text = text;
    find_names(a, t);
    t->pure = id && kept_is_pure(text);
    return t;
}

/* By its path, or an inline one by its text. text must live as long as the snapshot where path is given. */
static const struct template *template_get(struct call *k, struct sv path, struct sv text)
{
    if (!compile_options_of(k->c)->hooks.ruby)
        return template_new(k->arena, 0, path, text);
    struct ruby_env *env = env_of(k);
    pthread_mutex_lock(&env->lock);
    struct sv key = path.n ? path : text;
    struct template *t = map_find(&env->templates, key);
    if (!t && (path.n || env->template_count < TOO_MANY_TEMPLATES)) {
        struct sv own = path.n ? text : arena_dup(env->arena, text);
        t = template_new(env->arena, ++env->template_count, path, own);
        map_put(&env->templates, path.n ? t->path : own, t);
    }
    pthread_mutex_unlock(&env->lock);
    return t ? t : template_new(k->arena, 0, path, text);
}

/* ---- rendering ---- */

static struct sv write_variables(struct call *k, const struct template *t)
{
    struct strbuf out = STRBUF_IN(k->arena);
    struct json_out j = json_to(&out, false);
    json_open(&j, '{');
    for (uint32_t i = 0; i < t->name_count; i++) {
        struct value v;
        if (!call_variable(k, t->names[i], &v))
            continue;
        json_key(&j, t->names[i]);
        wire_write(&j, k->arena, v);
    }
    json_close(&j, '}');
    return strbuf_sv(&out);
}

static struct sv render_by_helper(struct call *k, const struct template *t, struct sv name, struct sv variables, bool *out_alone)
{
    struct sv what =
        t->path.n ? arena_printf(k->arena, "the template '%.*s' (%.*s)", SV_ARG(name), SV_ARG(t->path)) : SV("inline_template()");
    struct session *s = session_enter(k, t->path.n ? SV("the template") : what, t->path.n ? t->path : SV("ERB"));
    struct strbuf out = STRBUF_IN(k->arena);
    struct json_out j = request_begin(k, &out, "erb");
    bool known = t->id && helper_has(s->helper, arena_printf(k->arena, "template %u", t->id));
    json_int(&j, t->id);
    if (t->path.n)
        json_str(&j, t->path);
    else
        json_null(&j);
    json_str(&j, name);
    if (known)
        json_null(&j);
    else
        json_str(&j, t->text);
    json_raw(&j, variables);
    struct value v = session_request(k, s, &j, what);
    *out_alone = s->alone;
    session_leave(s);
    return v.kind == V_STRING ? value_sv(v) : SV_NONE;
}

/* Variables that Ruby code set are not among those that are sent. */
static bool sees_own(const struct session *s, const struct template *t)
{
    for (uint32_t i = 0; i < s->own_count; i++)
        for (uint32_t n = 0; n < t->name_count; n++)
            if (sv_eq(s->own[i], t->names[n]))
                return true;
    return false;
}

static struct sv render(struct call *k, const struct template *t, struct sv name)
{
    struct sv text, variables = write_variables(k, t), key = SV_NONE;
    bool alone, may_keep = t->pure && !sees_own(session_of(k), t) && !wire_has_secret(variables);
    if (may_keep) {
        key = kept_key(k->arena, t->id, variables);
        if (kept_find(env_of(k), key, &text))
            return text;
    }
    text = render_by_helper(k, t, name, variables, &alone);
    if (may_keep && alone)
        kept_put(env_of(k), key, text);
    return text;
}

static struct value fn_template(struct call *k)
{
    struct strbuf out = STRBUF_IN(k->arena);
    struct snapshot *snapshot = compile_snapshot(k->c);
    for (uint32_t i = 0; i < k->count; i++) {
        struct sv name = value_text(k->arena, k->args[i]), text;
        struct sv path = snapshot_module_file(snapshot, name, "templates");
        struct err err = { "" };
        if (!path.n || !snapshot_exists(snapshot, path))
            call_fail(k, "Could not find template '%.*s'", SV_ARG(name));
        if (!snapshot_read(snapshot, path, &text, &err))
            call_fail(k, "%s", err.text);
        strbuf_add(&out, render(k, template_get(k, path, sv_without_mark(text)), name));
    }
    return value_str(strbuf_sv(&out));
}

static struct value fn_inline_template(struct call *k)
{
    struct strbuf out = STRBUF_IN(k->arena);
    for (uint32_t i = 0; i < k->count; i++)
        strbuf_add(&out, render(k, template_get(k, SV_NONE, value_text(k->arena, k->args[i])), SV("inline")));
    return value_str(strbuf_sv(&out));
}

const struct builtin ruby_functions[] = {
    { "template", "Callable[Any, 1, default]", "the text of an ERB template of a module", fn_template, FN_SEES_SCOPE },
    { "inline_template", "Callable[Any, 1, default]", "the text of an ERB template", fn_inline_template, FN_SEES_SCOPE },
};
const size_t ruby_function_count = sizeof ruby_functions / sizeof *ruby_functions;
