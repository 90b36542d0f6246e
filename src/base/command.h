/* command: runs a program from an argument array, with a deadline, another user, and bounded output, which is in the arena given. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_COMMAND_H
#define BASE_COMMAND_H

#include "base/arena.h"
#include "base/err.h"

/* Runs argv without a shell. Output (both streams) up to max bytes. False and err only where it could not run. */
struct command_result {
    int status; /* exit status; 128 + signal */
    bool timed_out;
    struct sv output;
};
struct command {
    const char *const *argv; /* NULL-terminated; argv[0] an absolute path, or found in path */
    const char *const *env;  /* NULL: the caller's */
    const char *cwd;         /* NULL: / */
    const char *path;        /* search path for argv[0]; NULL: the caller's PATH */
    const char *user;        /* NULL: no change */
    const char *group;
    int timeout;        /* seconds; 0: none */
    struct sv input;    /* for standard input; empty: /dev/null */
    size_t max_output;  /* bytes kept; 0: 1 MiB. The rest is read and dropped. */
    int umask;          /* -1: the caller's */
    bool stdout_only;   /* standard error is dropped */
    int64_t timeout_ms; /* finer than timeout; 0: none */
};
#define COMMAND(...) (&(struct command){ .umask = -1, __VA_ARGS__ })
bool command_run(struct arena *a, const struct command *cmd, struct command_result *out_r, struct err *err);
/* A program as a path: as it stands where it has a slash, else the first hit on a search path (NULL: the caller's PATH); NULL: none. */
const char *command_find(struct arena *a, const char *name, const char *path);

#endif
