/* source_tree: the file system as a tree of sources. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/source_tree.h"

#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/strbuf.h"

/* The path as a C string in buf; false for what no file can be called. */
static bool c_path(struct sv path, char buf[PATH_MAX])
{
    if (path.n == 0 || path.n >= PATH_MAX || memchr(path.p, 0, path.n))
        return false;
    memcpy(buf, path.p, path.n);
    buf[path.n] = 0;
    return true;
}

static enum tree_kind folder_kind(void *ctx, struct sv path)
{
    (void)ctx;
    char buf[PATH_MAX];
    struct stat st;
    if (!c_path(path, buf) || stat(buf, &st) != 0)
        return TREE_ABSENT;
    return S_ISDIR(st.st_mode) ? TREE_FOLDER : TREE_FILE;
}

static enum tree_kind folder_read(void *ctx, struct arena *a, struct sv path, size_t max, struct sv *out_text, struct err *err)
{
    char buf[PATH_MAX];
    enum tree_kind kind = folder_kind(ctx, path);
    if (kind == TREE_ABSENT)
        return kind;
    if (!c_path(path, buf) || !fs_read(a, buf, max ? max : LIMIT_SOURCE_BYTES, out_text, err))
        return TREE_FOLDER;
    return TREE_FILE;
}

static bool folder_list(void *ctx, struct arena *a, struct sv path, struct fs_entry **out_entries, size_t *out_count, struct err *err)
{
    char buf[PATH_MAX];
    *out_count = 0;
    *out_entries = NULL;
    if (folder_kind(ctx, path) != TREE_FOLDER || !c_path(path, buf))
        return true;
    return fs_list(a, buf, out_entries, out_count, err);
}

struct source_tree source_tree_folder(void) { return (struct source_tree){ NULL, folder_kind, folder_read, folder_list, NULL }; }

struct sv path_clean(struct arena *a, struct sv path)
{
    if (path.n == 0)
        return path;
    struct strbuf out = STRBUF_IN(a);
    if (path.p[0] != '/') {
        char *here = getcwd(NULL, 0);
        path = arena_printf(a, "%s/%.*s", here ? here : "", SV_ARG(path));
        free(here);
    }
    struct sv rest = path, part;
    while (sv_cut(&rest, '/', &part)) {
        if (part.n == 0 || sv_is(part, "."))
            continue;
        if (sv_is(part, "..")) {
            size_t cut = sv_rfind_char(strbuf_sv(&out), '/');
            out.n = cut == SIZE_MAX ? 0 : cut;
            continue;
        }
        strbuf_addc(&out, '/');
        strbuf_add(&out, part);
    }
    if (out.n == 0)
        strbuf_addc(&out, '/');
    return arena_dup(a, strbuf_sv(&out));
}
