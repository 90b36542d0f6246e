/* files: what an import reads: one file, a folder, or the files of an archive. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fs.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/yaml.h"
#include "import/internal.h"

#define FOLDER_DEPTH 16

static void add_file(struct import *im, struct import_files *out, struct sv path, struct sv text)
{
    struct import_file f = { ARENA_NEW(im->arena, struct source) };
    *f.src = (struct source){ path, text };
    ARENA_PUSH(im->arena, out->items, out->count, out->cap, f);
}

static bool add_folder(struct import *im, struct sv folder, struct sv shown, bool (*wanted)(struct sv), unsigned depth,
                       struct import_files *out, struct err *err)
{
    struct fs_entry *list;
    size_t count;
    if (depth > FOLDER_DEPTH)
        return err_set(err, "'%.*s' is nested too deeply (%d folders)", SV_ARG(folder), FOLDER_DEPTH);
    if (!fs_list(im->arena, folder.p, &list, &count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct sv path = path_join(im->arena, folder, list[i].name), text;
        struct sv name = shown.n ? path_join(im->arena, shown, list[i].name) : list[i].name;
        if (list[i].name.p[0] == '.' || (!list[i].is_dir && !wanted(list[i].name)))
            continue;
        if (list[i].is_dir && !add_folder(im, path, name, wanted, depth + 1, out, err))
            return false;
        if (!list[i].is_dir && !fs_read(im->arena, path.p, LIMIT_SOURCE_BYTES, &text, err))
            return false;
        if (!list[i].is_dir)
            add_file(im, out, name, text);
    }
    return true;
}

bool import_read_files(struct import *im, struct sv path, bool (*wanted)(struct sv name), struct import_files *out_files, struct err *err)
{
    struct sv text;
    *out_files = (struct import_files){ 0 };
    const char *p = sv_path(im->arena, path, err);
    if (!p)
        return false;
    if (fs_is_dir(p))
        return add_folder(im, path, SV_NONE, wanted, 0, out_files, err);
    if (!fs_read(im->arena, p, LIMIT_SOURCE_BYTES, &text, err))
        return false;
    add_file(im, out_files, path_base(path), text);
    return true;
}

bool import_is_yaml(struct sv name) { return sv_ends(name, SV(".yaml")) || sv_ends(name, SV(".yml")); }

struct data_doc *import_parse(struct import *im, const struct source *src)
{
    struct data_doc *doc = NULL;
    struct sv start = sv_trim(sv_without_mark(src->text));
    bool json = sv_ends(src->path, SV(".json")) || (!import_is_yaml(src->path) && start.n && (start.p[0] == '{' || start.p[0] == '['));
    struct data_limits limits = { .bytes = LIMIT_SOURCE_BYTES, .nodes = 2000000 + src->text.n / 2 };
    bool ok = json ? json_read(im->arena, src, &limits, im->diags, &doc) : yaml_read(im->arena, src, &limits, im->diags, &doc);
    if (ok && !doc) {
        diag_error(im->diags, (struct span){ src, 0, 0 }, "the file is empty");
        return NULL;
    }
    return ok ? doc : NULL;
}

int64_t import_time(struct sv s)
{
    int64_t seconds, ms = 0;
    size_t dot = sv_find_char(s, '.', 0), end = dot == SIZE_MAX ? s.n : dot + 1;
    char text[64];
    while (dot != SIZE_MAX && end < s.n && s.p[end] >= '0' && s.p[end] <= '9')
        end++;
    if (!s.n || s.n >= sizeof text)
        return 0;
    if (dot != SIZE_MAX) {
        int64_t scale = 100;
        for (size_t i = dot + 1; i < end && scale; i++, scale /= 10)
            ms += (s.p[i] - '0') * scale;
        memcpy(text, s.p, dot);
        memcpy(text + dot, s.p + end, s.n - end);
        s = sv_make(text, dot + s.n - end);
    }
    return utc_parse(s, &seconds) ? seconds * 1000 + ms : 0;
}
