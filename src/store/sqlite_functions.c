/* sqlite_functions: regular expressions and ways into JSON. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite_functions.h"

#include "base/json.h"
#include "types/regexp.h"

static struct sv text_of(sqlite3_value *v)
{
    const char *p = (const char *)sqlite3_value_text(v);
    return sv_make(p ? p : "", (size_t)sqlite3_value_bytes(v));
}

static void free_arena(void *a) { arena_free(a); }

/* Compiled patterns of one statement, kept by SQLite with its constant argument. */
struct patterns {
    struct arena *arena;
    struct regexp **items;
    uint32_t count;
};

static struct patterns *new_patterns(uint32_t count)
{
    struct arena *a = arena_new(0);
    struct patterns *p = ARENA_NEW(a, struct patterns);
    *p = (struct patterns){ a, ARENA_ARRAY(a, struct regexp *, count + 1), count };
    return p;
}

static void free_patterns(void *p) { free_arena(((struct patterns *)p)->arena); }

static bool compile_pattern(sqlite3_context *c, struct patterns *p, uint32_t i, struct sv text)
{
    struct err err = { "" };
    p->items[i] = regexp_compile(p->arena, text, &err);
    if (!p->items[i])
        sqlite3_result_error(c, err.text, -1);
    return p->items[i];
}

/* False after telling why, also where the pattern takes too long. */
static bool search(sqlite3_context *c, const struct regexp *re, struct sv text, bool *out_found)
{
    enum regexp_result r = regexp_search(re, text, 0, NULL);
    if (r == REGEXP_LIMIT)
        sqlite3_result_error(c, "the regular expression takes too long on a value: make it simpler", -1);
    *out_found = r == REGEXP_YES;
    return r != REGEXP_LIMIT;
}

static void fn_matches(sqlite3_context *c, int n, sqlite3_value **args)
{
    (void)n;
    if (sqlite3_value_type(args[0]) != SQLITE_TEXT)
        return;
    struct patterns *p = sqlite3_get_auxdata(c, 1);
    bool fresh = !p, found;
    if (fresh) {
        p = new_patterns(1);
        if (!compile_pattern(c, p, 0, text_of(args[1]))) {
            free_patterns(p);
            return;
        }
    }
    if (search(c, p->items[0], text_of(args[0]), &found))
        sqlite3_result_int(c, found);
    if (fresh)
        sqlite3_set_auxdata(c, 1, p, free_patterns);
}

/* $.os."a b"[0] -> "os","a b",0. What is in quotes is JSON already. */
static void add_steps(struct strbuf *out, struct sv key, bool first)
{
    for (size_t i = 1; i < key.n;) {
        bool index = key.p[i] == '[', quoted = !index && i + 1 < key.n && key.p[i + 1] == '"';
        size_t from = i + 1, to = from + quoted;
        while (to < key.n && (quoted ? key.p[to] != '"' : index ? key.p[to] != ']' : key.p[to] != '.' && key.p[to] != '['))
            to += quoted && key.p[to] == '\\' ? 2 : 1;
        to += quoted;
        strbuf_adds(out, first ? "" : ",");
        strbuf_addf(out, index || quoted ? "%.*s" : "\"%.*s\"", (int)(to - from), key.p + from);
        first = false;
        i = to + index;
    }
}

static void fn_path_list(sqlite3_context *c, int n, sqlite3_value **args)
{
    (void)n;
    AUTO_STRBUF out = STRBUF_HEAP;
    bool named = sqlite3_value_type(args[0]) != SQLITE_NULL;
    struct json_out j = json_to(&out, false);
    strbuf_addc(&out, '[');
    if (named)
        json_str(&j, text_of(args[0]));
    add_steps(&out, text_of(args[1]), !named);
    strbuf_addc(&out, ']');
    sqlite3_result_text(c, out.p, (int)out.n, SQLITE_TRANSIENT);
}

static const struct data *read_list(struct arena *a, struct sv json)
{
    struct source *src = ARENA_NEW(a, struct source);
    *src = (struct source){ SV("path"), json };
    struct diags diags = diags_in(a);
    struct data_doc *doc;
    return json_read(a, src, NULL, &diags, &doc) && doc->root.kind == DATA_LIST ? &doc->root : NULL;
}

static struct patterns *read_patterns(sqlite3_context *c, struct sv json)
{
    struct arena *scratch = arena_new(0);
    const struct data *list = read_list(scratch, json);
    struct patterns *p = new_patterns(list ? list->count : 0);
    for (uint32_t i = 0; p && i < p->count; i++)
        if (!compile_pattern(c, p, i, data_text(&list->items[i]))) {
            free_patterns(p);
            p = NULL;
        }
    arena_free(scratch);
    return p;
}

static bool steps_match(sqlite3_context *c, struct arena *a, const struct data *path, const struct patterns *p, bool *out)
{
    *out = path && path->count == p->count;
    for (uint32_t i = 0; *out && i < p->count; i++) {
        const struct data *step = &path->items[i];
        struct sv text = step->kind == DATA_INT ? arena_printf(a, "%lld", (long long)step->i) : data_text(step);
        if (!search(c, p->items[i], text, out))
            return false;
    }
    return true;
}

static void fn_path_matches(sqlite3_context *c, int n, sqlite3_value **args)
{
    (void)n;
    struct patterns *p = sqlite3_get_auxdata(c, 1);
    bool fresh = !p, found;
    if (fresh && !(p = read_patterns(c, text_of(args[1]))))
        return;
    struct arena *scratch = arena_new(0);
    if (steps_match(c, scratch, read_list(scratch, text_of(args[0])), p, &found))
        sqlite3_result_int(c, found);
    arena_free(scratch);
    if (fresh)
        sqlite3_set_auxdata(c, 1, p, free_patterns);
}

/* holds(text, part) */
static void fn_holds(sqlite3_context *c, int n, sqlite3_value **args)
{
    (void)n;
    struct sv text = text_of(args[0]), part = text_of(args[1]);
    sqlite3_result_int(c, memmem(text.p, text.n, part.p, part.n) != NULL);
}

bool sqlite_add_functions(sqlite3 *db)
{
    static const struct {
        const char *name;
        void (*fn)(sqlite3_context *, int, sqlite3_value **);
    } functions[] = {
        { "matches", fn_matches }, { "path_list", fn_path_list }, { "path_matches", fn_path_matches }, { "holds", fn_holds }
    };
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        if (sqlite3_create_function(db, functions[i].name, 2, SQLITE_UTF8 | SQLITE_DETERMINISTIC, NULL, functions[i].fn, NULL, NULL) !=
            SQLITE_OK)
            return false;
    return true;
}
