/* archive: the files of an archive, by libarchive, which is loaded when one is read: few commands need it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <archive.h>
#include <archive_entry.h>
#include <dlfcn.h>

#include "base/limits.h"
#include "import/internal.h"

#define ARCHIVE_FUNCTIONS(X)                                                                                                               \
    X(archive_entry_filetype)                                                                                                              \
    X(archive_entry_pathname)                                                                                                              \
    X(archive_error_string)                                                                                                                \
    X(archive_read_data)                                                                                                                   \
    X(archive_read_free)                                                                                                                   \
    X(archive_read_new)                                                                                                                    \
    X(archive_read_next_header)                                                                                                            \
    X(archive_read_open_filename)                                                                                                          \
    X(archive_read_support_filter_all)                                                                                                     \
    X(archive_read_support_format_tar)

struct library {
#define X(name) __typeof__(name) *name;
    ARCHIVE_FUNCTIONS(X)
#undef X
};

static bool load(struct library *out, struct err *err)
{
    void *library = dlopen("libarchive.so.13", RTLD_NOW | RTLD_LOCAL);
    if (!library)
        return err_set(err, "libarchive is not installed, which reads archives (Debian's package is libarchive13); unpack it, and name the "
                            "folder");
#define X(name)                                                                                                                            \
    if (!(out->name = (__typeof__(out->name))dlsym(library, #name)))                                                                       \
        return err_set(err, "libarchive is too old: it has no " #name);
    ARCHIVE_FUNCTIONS(X)
#undef X
    return true;
}

static bool read_entry(const struct library *l, struct archive *from, struct import *im, size_t *total, struct sv *out_text,
                       struct err *err)
{
    struct strbuf text = STRBUF_IN(im->arena);
    for (;;) {
        ssize_t n = l->archive_read_data(from, strbuf_room(&text, 65536), 65536);
        if (n < 0)
            return err_set(err, "%s", l->archive_error_string(from));
        if (!n)
            break;
        text.n += (size_t)n;
        *total += (size_t)n;
        if (text.n > LIMIT_SOURCE_BYTES)
            return err_set(err, "a file in it is larger than %u MiB", LIMIT_SOURCE_BYTES >> 20);
        if (*total > LIMIT_ARCHIVE_BYTES)
            return err_set(err, "it holds more than %llu GiB: unpack it, and name the folders that are to be read",
                           LIMIT_ARCHIVE_BYTES >> 30);
    }
    *out_text = strbuf_sv(&text);
    return true;
}

static bool read_entries(const struct library *l, struct archive *from, struct import *im, struct import_files *out, struct err *err)
{
    struct archive_entry *entry;
    size_t total = 0;
    int got;
    while ((got = l->archive_read_next_header(from, &entry)) == ARCHIVE_OK || got == ARCHIVE_WARN) {
        const char *name = l->archive_entry_pathname(entry);
        struct import_file f = { ARENA_NEW(im->arena, struct source) };
        if (l->archive_entry_filetype(entry) != AE_IFREG || !name)
            continue;
        f.src->path = arena_dup(im->arena, sv_of(name));
        if (!read_entry(l, from, im, &total, &f.src->text, err))
            return err_wrap(err, "%s", name);
        ARENA_PUSH(im->arena, out->items, out->count, out->cap, f);
    }
    return got == ARCHIVE_EOF || err_set(err, "%s", l->archive_error_string(from));
}

bool import_read_archive(struct import *im, struct sv path, struct import_files *out_files, struct err *err)
{
    struct library l = { 0 };
    *out_files = (struct import_files){ 0 };
    const char *p = sv_path(im->arena, path, err);
    if (!p || !load(&l, err))
        return false;
    struct archive *from = l.archive_read_new();
    l.archive_read_support_filter_all(from);
    l.archive_read_support_format_tar(from);
    bool open = l.archive_read_open_filename(from, p, 65536) == ARCHIVE_OK || err_set(err, "%s", l.archive_error_string(from));
    bool ok = open && read_entries(&l, from, im, out_files, err);
    l.archive_read_free(from);
    return ok || err_wrap(err, "cannot read the archive '%.*s'", SV_ARG(path));
}
