/* kept: see kept.h. The judgement is about words, not syntax: a word in a comment or a text counts too, which errs to the safe side. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ruby/kept.h"

#include "base/hash.h"

/* ---- what a template may name ---- */

/* Constants that stand for values or are made of nothing but their arguments. */
static const char *const pure_constants[] = { "Array",         "Base64", "Comparable", "Digest",    "Enumerable", "FalseClass",
                                              "Float",         "Hash",   "Integer",    "JSON",      "Math",       "NilClass",
                                              "Numeric",       "Range",  "Rational",   "Regexp",    "Set",        "Shellwords",
                                              "StandardError", "String", "Symbol",     "TrueClass", "URI",        "YAML" };

/* Methods and words that reach beyond their arguments, or leave something behind. */
static const char *const impure_words[] = { "abort",
                                            "at_exit",
                                            "autoload",
                                            "binding",
                                            "callcc",
                                            "caller",
                                            "class_eval",
                                            "const_get",
                                            "const_set",
                                            "def",
                                            "define_method",
                                            "eval",
                                            "exec",
                                            "exit",
                                            "extend",
                                            "file",
                                            "fork",
                                            "getc",
                                            "gets",
                                            "hash",
                                            "instance_eval",
                                            "instance_exec",
                                            "instance_variable_get",
                                            "instance_variable_set",
                                            "load",
                                            "load_file",
                                            "method",
                                            "module_eval",
                                            "object_id",
                                            "open",
                                            "public_send",
                                            "rand",
                                            "read",
                                            "readline",
                                            "readlines",
                                            "require",
                                            "require_relative",
                                            "safe_load_file",
                                            "sample",
                                            "send",
                                            "setvar",
                                            "shuffle",
                                            "sleep",
                                            "spawn",
                                            "srand",
                                            "syscall",
                                            "system",
                                            "test",
                                            "trap",
                                            "undef",
                                            "unsafe_load_file",
                                            "warn",
                                            "__send__",
                                            "__id__" };

static bool is_listed(struct sv word, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (sv_is(word, list[i]))
            return true;
    return false;
}

#define COUNT(a) (sizeof(a) / sizeof *(a))

static bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || is_upper(c) || c == '_'; }
static bool is_word_char(char c) { return is_letter(c) || (c >= '0' && c <= '9'); }

/* A sign that starts something with a reach of its own: `commands`, $globals, @@class_variables, %x(commands). A $ that ends a regular
 * expression or stands for the last match is none. */
static bool is_harmful_sign(struct sv code, size_t at)
{
    char c = code.p[at], next = at + 1 < code.n ? code.p[at + 1] : 0;
    if (c == '$')
        return !next || (!strchr("~&'/|) ", next) && !(next >= '1' && next <= '9'));
    return c == '`' || (c == '@' && next == '@') || (c == '%' && next == 'x');
}

/* @variable, 'text' or :symbol; but &:symbol calls the method of that name. */
static bool is_only_a_name(struct sv code, size_t from, size_t to)
{
    char before = from ? code.p[from - 1] : 0, first = from > 1 ? code.p[from - 2] : 0, after = to < code.n ? code.p[to] : 0;
    bool is_quoted = (before == '\'' || before == '"') && after == before;
    return before == '@' || is_quoted || (before == ':' && first != ':' && first != '&');
}

static bool is_pure_word(struct sv word)
{
    if (is_upper(word.p[0]))
        return is_listed(word, pure_constants, COUNT(pure_constants));
    return !is_listed(word, impure_words, COUNT(impure_words));
}

static bool is_pure_code(struct sv code)
{
    for (size_t at = 0; at < code.n;) {
        if (is_harmful_sign(code, at))
            return false;
        size_t from = at++;
        if (!is_letter(code.p[from]))
            continue;
        while (at < code.n && is_word_char(code.p[at]))
            at++;
        if (!is_only_a_name(code, from, at) && !is_pure_word(sv_slice(code, from, at)))
            return false;
    }
    return true;
}

bool kept_is_pure(struct sv text)
{
    for (size_t at = 0; (at = sv_find(text, SV("<%"), at)) != SIZE_MAX;) {
        size_t from = at + 2, to = sv_find(text, SV("%>"), from);
        if (to == SIZE_MAX)
            return false;
        bool is_comment = from < to && text.p[from] == '#', is_literal = from < to && text.p[from] == '%';
        if (!is_comment && !is_literal && !is_pure_code(sv_slice(text, from, to)))
            return false;
        at = is_literal ? from : to + 2;
    }
    return true;
}

/* ---- what was rendered ---- */

struct sv kept_key(struct arena *a, uint32_t template_id, struct sv variables)
{
    struct strbuf b = STRBUF_IN(a);
    strbuf_addf(&b, "%u ", template_id);
    strbuf_add(&b, variables);
    unsigned char digest[DIGEST_MAX];
    size_t n = digest_bytes(DIGEST_SHA256, strbuf_sv(&b), digest);
    return arena_dup(a, sv_make((const char *)digest, n < KEPT_KEY ? n : KEPT_KEY));
}

bool kept_find(struct ruby_env *env, struct sv key, struct sv *out_text)
{
    pthread_mutex_lock(&env->lock);
    const struct sv *found = map_find(&env->rendered, key);
    if (found)
        *out_text = *found;
    pthread_mutex_unlock(&env->lock);
    return found;
}

void kept_put(struct ruby_env *env, struct sv key, struct sv text)
{
    pthread_mutex_lock(&env->lock);
    size_t bytes = key.n + text.n + sizeof(struct sv);
    if (env->rendered_bytes + bytes <= KEPT_BYTES && !map_find(&env->rendered, key)) {
        struct sv *own = ARENA_NEW(env->arena, struct sv);
        *own = arena_dup(env->arena, text);
        map_put(&env->rendered, arena_dup(env->arena, key), own);
        env->rendered_bytes += bytes;
    }
    pthread_mutex_unlock(&env->lock);
}
