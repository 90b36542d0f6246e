/* server: a real PostgreSQL for tests: its own data folder, its own socket, no network; stopped by process id. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_STORE_SERVER_H
#define TESTS_STORE_SERVER_H

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fs.h"

struct pg_server {
    char dir[40], bin[120];
    pid_t pid;
    unsigned databases;
};

/* PostgreSQL refuses to run as root. */
static void pg_become_other(void)
{
    const struct passwd *pw = getuid() == 0 ? getpwnam("postgres") : NULL;
    if (pw && (setgroups(0, NULL) || setgid(pw->pw_gid) || setuid(pw->pw_uid)))
        _exit(126);
}

static pid_t pg_spawn(struct pg_server *s, const char *program, char *const argv[])
{
    char path[200], log[80];
    snprintf(path, sizeof path, "%s/%s", s->bin, program);
    snprintf(log, sizeof log, "%s/log", s->dir);
    pid_t pid = fork();
    if (pid)
        return pid;
    pg_become_other();
    int fd = open(log, O_CREAT | O_WRONLY | O_APPEND, 0600);
    if (fd < 0 || dup2(fd, 1) < 0 || dup2(fd, 2) < 0 || chdir(s->dir))
        _exit(126);
    execv(path, argv);
    _exit(127);
}

static bool pg_run_program(struct pg_server *s, const char *program, char *const argv[])
{
    int status;
    pid_t pid = pg_spawn(s, program, argv);
    return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* The newest one's programs. False where none is installed. */
static bool pg_find(struct pg_server *s)
{
    glob_t g;
    bool found = glob("/usr/lib/postgresql/*/bin/postgres", 0, NULL, &g) == 0 && (getuid() || getpwnam("postgres"));
    if (found)
        snprintf(s->bin, sizeof s->bin, "%.*s", (int)(strrchr(g.gl_pathv[g.gl_pathc - 1], '/') - g.gl_pathv[g.gl_pathc - 1]),
                 g.gl_pathv[g.gl_pathc - 1]);
    globfree(&g);
    return found;
}

static bool pg_answers(struct pg_server *s)
{
    char *const argv[] = { (char *)"pg_isready", (char *)"-q", (char *)"-h", s->dir, NULL };
    return pg_run_program(s, "pg_isready", argv);
}

/* False where it does not start; the log is in dir/log. */
static bool pg_start(struct pg_server *s)
{
    char data[60];
    const struct passwd *pw = getuid() == 0 ? getpwnam("postgres") : NULL;
    snprintf(s->dir, sizeof s->dir, "/tmp/potlac-pg-XXXXXX");
    if (!mkdtemp(s->dir) || (pw && chown(s->dir, pw->pw_uid, pw->pw_gid)))
        return false;
    snprintf(data, sizeof data, "%s/data", s->dir);
    char *const init[] = { (char *)"initdb",
                           (char *)"-D",
                           data,
                           (char *)"-A",
                           (char *)"trust",
                           (char *)"-U",
                           (char *)"potlac",
                           (char *)"-N",
                           (char *)"-E",
                           (char *)"UTF8",
                           (char *)"--locale=C.UTF-8",
                           NULL };
    /* No test cuts the power; and the disk is shared by all tests. */
    char *const run[] = { (char *)"postgres", (char *)"-D", data,         (char *)"-k",        s->dir,
                          (char *)"-h",       (char *)"",   (char *)"-c", (char *)"fsync=off", NULL };
    if (!pg_run_program(s, "initdb", init))
        return false;
    s->pid = pg_spawn(s, "postgres", run);
    for (int i = 0; i < 300; i++) {
        if (pg_answers(s))
            return true;
        usleep(50000);
    }
    return false;
}

static void pg_stop(struct pg_server *s)
{
    if (s->pid > 0) {
        kill(s->pid, SIGINT); /* "fast": open connections are cut */
        waitpid(s->pid, NULL, 0);
    }
    fs_remove_tree(s->dir, NULL);
}

/* Makes a database and writes what store_open takes. */
static bool pg_database(struct pg_server *s, char *out, size_t n)
{
    char name[20];
    snprintf(name, sizeof name, "t%u", s->databases++);
    char *const argv[] = { (char *)"createdb", (char *)"-h", s->dir, (char *)"-U", (char *)"potlac", name, NULL };
    snprintf(out, n, "postgresql:///%s?host=%s&user=potlac", name, s->dir);
    return pg_run_program(s, "createdb", argv);
}

#endif
