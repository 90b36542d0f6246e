/* backup: which kind, and what both need. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/time.h"
#include "store/backend.h"
#include "store/backup_internal.h"
#include "store/upkeep.h"

static bool is_postgres(const char *where)
{
    return sv_starts(sv_of(where), SV("postgresql:")) || sv_starts(sv_of(where), SV("postgres:"));
}

bool store_has_content(struct store *s, bool *out_has, struct err *err)
{
    int64_t n = 0;
    bool ok = store_run(s,
                        "SELECT CASE WHEN EXISTS (SELECT 1 FROM event) OR EXISTS (SELECT 1 FROM document) OR EXISTS (SELECT 1 FROM node)"
                        " THEN 1 ELSE 0 END",
                        SQL_ONCE, NULL, 0, sql_take_int, &n, err);
    *out_has = n != 0;
    return ok;
}

bool store_must_be_sound(struct store *s, struct arena *a, struct err *err)
{
    struct sv *faults;
    uint32_t count;
    if (!store_check(s, a, &faults, &count, err))
        return false;
    return !count || err_set(err, "it is not sound: %.*s%s", SV_ARG(faults[0]), count > 1 ? ", and more" : "");
}

bool make_private_file(const char *path, struct err *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    return fd >= 0 ? close(fd) == 0 || err_errno(err, "'%s'", path) : err_errno(err, "'%s'", path);
}

static bool sync_path(const char *path, int flags)
{
    int fd = open(path, flags | O_CLOEXEC);
    bool ok = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    return ok;
}

bool settle_file(const char *temporary, const char *path, struct err *err)
{
    struct arena *a = arena_new(0);
    const char *folder = arena_cstr(a, path_dir(sv_of(path)));
    bool ok = sync_path(temporary, O_RDONLY) && rename(temporary, path) == 0 && sync_path(folder, O_RDONLY | O_DIRECTORY);
    if (!ok)
        err_errno(err, "'%s'", path);
    arena_free(a);
    return ok;
}

bool store_backup(struct store *s, const char *where, const char *file, struct err *err)
{
    struct arena *a = arena_new(0);
    bool ok = fs_exists(file)                       ? err_set(err, "'%s' exists: name a new file", file)
              : store_dialect(s) == SQL_OF_POSTGRES ? backup_postgres(a, where, file, err)
                                                    : backup_sqlite(s, a, file, err);
    arena_free(a);
    return ok || err_wrap(err, "no backup is written");
}

static struct sv suffix_of(struct arena *a, int64_t stamp)
{
    struct strbuf out = STRBUF_IN(a), time = STRBUF_IN(a);
    utc_print(&time, stamp);
    strbuf_adds(&out, "before-");
    for (size_t i = 0; i < time.n; i++)
        if (time.p[i] != '-' && time.p[i] != ':')
            strbuf_addc(&out, time.p[i]);
    return arena_dup(a, strbuf_sv(&out));
}

bool store_restore(const char *where, const char *file, bool force, int64_t stamp, struct arena *a, struct sv *out_kept, struct err *err)
{
    struct restoring r = { a, where, file, force, suffix_of(a, stamp), SV("") };
    bool ok =
        fs_exists(file) ? (is_postgres(where) ? restore_postgres : restore_sqlite)(&r, err) : err_set(err, "'%s' does not exist", file);
    *out_kept = r.kept;
    return ok || err_wrap(err, "nothing is restored");
}
