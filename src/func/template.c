/* template: EPP templates, and the files of modules. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "func/support.h"
#include "lang/parser.h"
#include "types/regexp.h"

static const struct hash *params_of(struct call *k) { return k->count > 1 && k->args[1].kind == V_HASH ? k->args[1].h : NULL; }

/* The first mistake, as one line: "Syntax error at 'x' (file: F, line: L, column: C)". */
static struct sv first_error(struct call *k, const struct diags *diags)
{
    for (const struct diag *d = diags->first; d; d = d->next) {
        unsigned line, column;
        if (d->severity != SEV_ERROR)
            continue;
        span_position(d->span, &line, &column);
        struct sv path = d->span.src ? d->span.src->path : SV_NONE;
        return arena_printf(k->arena, "%.*s (file: %.*s, line: %u, column: %u)", SV_ARG(d->message), SV_ARG(path), line, column);
    }
    return SV("it has mistakes");
}

static struct value fn_epp(struct call *k)
{
    struct snapshot *s = compile_snapshot(k->c);
    struct sv name = value_sv(k->args[0]);
    if (!sv_ends(name, SV(".epp")) && !(name.n && name.p[0] == '/' && snapshot_exists(s, name)))
        name = arena_printf(k->arena, "%.*s.epp", SV_ARG(name));
    struct sv path = snapshot_module_file(s, name, "templates");
    if (!path.n || !snapshot_exists(s, path))
        call_fail(k, "Could not find template '%.*s'", SV_ARG(name));
    struct diags diags = diags_in(k->arena);
    struct err err = { 0 };
    const struct unit *u = snapshot_unit(s, path, PARSE_EPP, &diags, &err);
    if (!u)
        call_fail(k, "epp(): Invalid EPP: %.*s", SV_ARG(diags.errors ? first_error(k, &diags) : sv_of(err.text)));
    return call_epp(k, u, params_of(k), false);
}

/* The text stands in the manifest as a rule, so what is parsed is kept for the next compile. */
struct inline_unit {
    const struct unit *unit;
    struct diags diags;
};

static void *make_inline(void *ctx, struct snapshot *s, struct arena *a)
{
    struct inline_unit *it = ARENA_NEW(a, struct inline_unit);
    struct source *src = ARENA_NEW(a, struct source);
    src->path = SV("inlined-epp-text");
    src->text = arena_dup(a, *(const struct sv *)ctx);
    it->diags = diags_in(a);
    it->unit = parse_with_regexps(a, snapshot_symtab(s), src, PARSE_EPP, regexp_compiles, &it->diags);
    return it;
}

static struct value fn_inline_epp(struct call *k)
{
    struct sv text = value_sv(k->args[0]);
    struct sv key = arena_printf(k->arena, "inline epp %.*s", SV_ARG(text));
    /* NUL bytes end the key early: such text is parsed for itself */
    const struct inline_unit *it = memchr(text.p ? text.p : "", 0, text.n) ? make_inline(&text, compile_snapshot(k->c), k->arena)
                                                                           : snapshot_memo(compile_snapshot(k->c), key, make_inline, &text);
    if (!it->unit)
        call_fail(k, "inline_epp(): Invalid EPP: %.*s", SV_ARG(first_error(k, &it->diags)));
    return call_epp(k, it->unit, params_of(k), true);
}

/* ---- files ---- */

/* The first of the names that is there; empty. */
static struct sv find_first(struct call *k, const char *folder)
{
    bool list = k->count == 1 && k->args[0].kind == V_ARRAY;
    const struct value *names = list ? k->args[0].items : k->args;
    uint32_t count = list ? k->args[0].n : k->count;
    for (uint32_t i = 0; i < count; i++) {
        struct sv path = names[i].kind == V_STRING ? snapshot_module_file(compile_snapshot(k->c), value_sv(names[i]), folder) : SV_NONE;
        if (path.n && snapshot_exists(compile_snapshot(k->c), path))
            return path;
    }
    return SV_NONE;
}

static struct value path_value(struct sv path) { return path.n ? value_str(path) : VALUE_UNDEF; }
static struct value fn_find_file(struct call *k) { return path_value(find_first(k, "files")); }
static struct value fn_find_template(struct call *k) { return path_value(find_first(k, "templates")); }

static struct sv read_file(struct call *k, struct sv path)
{
    struct err err = { 0 };
    struct sv text;
    if (!snapshot_read(compile_snapshot(k->c), path, &text, &err))
        call_fail(k, "%s(): %s", k->fn->name, err.text);
    return text;
}

static struct value fn_file(struct call *k)
{
    if (!k->count)
        call_fail(k, "file(): Wrong number of arguments given (0 for minimum 1)");
    struct sv path = find_first(k, "files");
    if (path.n)
        return value_str(sv_without_mark(read_file(k, path)));
    struct strbuf names = STRBUF_IN(k->arena);
    for (uint32_t i = 0; i < k->count; i++)
        strbuf_addf(&names, "%s%.*s", i ? ", " : "", SV_ARG(value_text(k->arena, k->args[i])));
    call_fail(k, "Could not find any files from %.*s", SV_ARG(strbuf_sv(&names)));
}

static struct value fn_binary_file(struct call *k)
{
    struct sv path = find_first(k, "files");
    if (!path.n)
        call_fail(k, "binary_file(): The given file '%.*s' does not exist", SV_ARG(value_sv(k->args[0])));
    struct value v = value_str(read_file(k, path));
    v.kind = V_BINARY;
    return v;
}

static struct value fn_module_directory(struct call *k)
{
    bool list = k->count == 1 && k->args[0].kind == V_ARRAY;
    const struct value *names = list ? k->args[0].items : k->args;
    uint32_t count = list ? k->args[0].n : k->count;
    for (uint32_t i = 0; i < count; i++) {
        const struct module *m = snapshot_module(compile_snapshot(k->c), value_sv(names[i]));
        if (m)
            return value_str(m->dir);
    }
    return VALUE_UNDEF;
}

#define PARAMETERS "Hash[Pattern[/^\\w+$/], Any]"
#define NAMES(name, run, help)                                                                                                             \
    { name, "Callable[String, 0, default]", help, run, 0, "paths" },                                                                       \
    {                                                                                                                                      \
        name, "Callable[Array[String], 0, default]", help, run, 0, "paths_array"                                                           \
    }

const struct builtin func_template[] = {
    { "epp", "Callable[String, " PARAMETERS ", 1, 2]", "the text of an EPP template of a module", fn_epp, FN_SEES_SCOPE,
      "path parameters" },
    { "inline_epp", "Callable[String, " PARAMETERS ", 1, 2]", "the text of an EPP template", fn_inline_epp, FN_SEES_SCOPE,
      "template parameters" },
    { "file", TAKES_ANYTHING, "the text of the first file that is there", fn_file, 0 },
    { "binary_file", "Callable[String]", "the bytes of a file", fn_binary_file, 0, "path" },
    NAMES("find_file", fn_find_file, "the path of the first file that is there"),
    NAMES("find_template", fn_find_template, "the path of the first template that is there"),
    NAMES("module_directory", fn_module_directory, "the folder of the first module that is there"),
};
const size_t func_template_count = sizeof func_template / sizeof *func_template;
