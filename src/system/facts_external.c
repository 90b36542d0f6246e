/* facts_external: facts that administrators put into a folder: YAML, JSON, name=value text, or programs that print them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <unistd.h>

#include "base/fs.h"
#include "base/json.h"
#include "base/yaml.h"
#include "system/facts_internal.h"
#include "system/internal.h"

#define EXTERNAL_BYTES (4u << 20)
#define PROGRAM_MS     5000 /* one that takes longer gives no facts */

static void take_map(struct facts *f, const struct data *d)
{
    for (uint32_t i = 0; d->kind == DATA_MAP && i < d->count; i++) {
        struct sv key = data_text(&d->pairs[i].key);
        if (key.n)
            hash_put_str(f->arena, f->top, arena_cstr(f->arena, key), value_from_data(f->arena, &d->pairs[i].value));
    }
}

static void take_structured(struct facts *f, const char *path, struct sv text, bool json)
{
    struct source *src = ARENA_NEW(f->arena, struct source);
    *src = (struct source){ sv_of(path), text };
    struct diags diags = diags_in(f->arena);
    struct data_doc *doc = NULL;
    bool good = json ? json_read(f->arena, src, NULL, &diags, &doc) : yaml_read(f->arena, src, NULL, &diags, &doc);
    if (good && doc)
        take_map(f, &doc->root);
}

static void take_text(struct facts *f, struct sv text)
{
    struct sv line;
    while (sv_cut(&text, '\n', &line)) {
        size_t eq = sv_find_char(line, '=', 0);
        if (eq == SIZE_MAX || eq == 0)
            continue;
        struct sv v = sv_slice(line, eq + 1, line.n);
        if (v.n && v.p[v.n - 1] == '\r')
            v.n--;
        hash_put_str(f->arena, f->top, arena_cstr(f->arena, sv_slice(line, 0, eq)), value_str(v));
    }
}

/* What a program prints is YAML or JSON where it reads as a map, else name=value lines. */
static void take_program(struct facts *f, const char *path)
{
    struct command_result r;
    struct err ignored;
    const char *argv[] = { path, NULL };
    struct command cmd = { .argv = argv, .umask = -1, .stdout_only = true, .timeout_ms = PROGRAM_MS };
    if (!command_run(f->arena, &cmd, &r, &ignored) || r.timed_out || r.status != 0)
        return;
    uint32_t before = f->top->count;
    struct sv trimmed = sv_trim(r.output);
    if (sv_find_char(trimmed, '=', 0) == SIZE_MAX || sv_starts(trimmed, SV("{")) || sv_starts(trimmed, SV("---")))
        take_structured(f, path, r.output, sv_starts(trimmed, SV("{")));
    if (f->top->count == before)
        take_text(f, r.output);
}

void facts_external(struct facts *f, const char *folder)
{
    struct fs_entry *list;
    size_t count;
    struct err ignored;
    if (!fs_is_dir(folder) || !fs_list(f->arena, folder, &list, &count, &ignored))
        return;
    for (size_t i = 0; i < count; i++) {
        struct sv name = list[i].name, text;
        const char *path = arena_printf(f->arena, "%s/%.*s", folder, SV_ARG(name)).p;
        bool yaml = sv_ends(name, SV(".yaml")) || sv_ends(name, SV(".yml")), json = sv_ends(name, SV(".json"));
        if (list[i].is_dir || sv_starts(name, SV(".")))
            continue;
        if (yaml || json || sv_ends(name, SV(".txt"))) {
            if (!fs_read(f->arena, path, EXTERNAL_BYTES, &text, &ignored))
                continue;
            if (yaml || json)
                take_structured(f, path, text, json);
            else
                take_text(f, text);
        } else if (access(path, X_OK) == 0) {
            take_program(f, path);
        }
    }
}
