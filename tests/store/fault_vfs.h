/* fault_vfs: SQLite's file system with a disk that is full after some writes. It becomes the default one; what is synced is not waited for.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_STORE_FAULT_VFS_H
#define TESTS_STORE_FAULT_VFS_H

#include <sqlite3.h>
#include <stdbool.h>
#include <string.h>

/* Functions of a kind of file, with a few of ours in front of them. Files that lock and files that do not have different ones. */
struct fault_kind {
    sqlite3_io_methods methods; /* first: a file points to it */
    const sqlite3_io_methods *real;
};

static struct {
    sqlite3_vfs vfs, *real;
    struct fault_kind kinds[8];
    int left; /* writes until the disk is full; -1: it has room */
    bool hit;
} fault;

static bool fault_is_full(void)
{
    if (fault.left < 0)
        return false;
    if (fault.left > 0) {
        fault.left--;
        return false;
    }
    fault.hit = true;
    return true;
}

static const sqlite3_io_methods *fault_real(const sqlite3_file *f) { return ((const struct fault_kind *)f->pMethods)->real; }

static int fault_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
    return fault_is_full() ? SQLITE_FULL : fault_real(f)->xWrite(f, p, n, at);
}

static int fault_sync(sqlite3_file *f, int flags)
{
    (void)f;
    (void)flags;
    return SQLITE_OK;
}

static int fault_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **out)
{
    return extend && fault_is_full() ? SQLITE_FULL : fault_real(f)->xShmMap(f, page, size, extend, out);
}

/* The object is the real one's own: only its table of functions is another. */
static int fault_open(sqlite3_vfs *v, const char *name, sqlite3_file *f, int flags, int *out_flags)
{
    (void)v;
    int rc = fault.real->xOpen(fault.real, name, f, flags, out_flags);
    if (rc != SQLITE_OK || !f->pMethods)
        return rc;
    struct fault_kind *k = fault.kinds;
    while (k->real && k->real != f->pMethods)
        k++;
    k->real = f->pMethods;
    k->methods = *f->pMethods;
    k->methods.xWrite = fault_write;
    k->methods.xSync = fault_sync;
    k->methods.xShmMap = k->methods.xShmMap ? fault_shm_map : NULL;
    f->pMethods = &k->methods;
    return rc;
}

static void fault_vfs_allow(int writes)
{
    fault.left = writes;
    fault.hit = false;
}

static bool fault_vfs_hit(void) { return fault.hit; }

static void fault_vfs_register(void)
{
    fault.real = sqlite3_vfs_find(NULL);
    fault.vfs = *fault.real;
    fault.vfs.zName = "fault";
    fault.vfs.xOpen = fault_open;
    fault.left = -1;
    sqlite3_vfs_register(&fault.vfs, 1);
}

static void fault_vfs_unregister(void)
{
    sqlite3_vfs_unregister(&fault.vfs);
    sqlite3_vfs_register(fault.real, 1);
}

#endif
