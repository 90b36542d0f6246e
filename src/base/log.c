/* log: messages to people. As Puppet does it, warnings and errors go to standard error, the rest to standard output. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>

static struct {
    enum log_level most;
    bool colour;
} settings = { LOG_NOTICE, false };

void log_set(enum log_level most, bool colour)
{
    settings.most = most;
    settings.colour = colour;
}

bool log_on(enum log_level level) { return level <= settings.most; }

void log_write(enum log_level level, const char *fmt, ...)
{
    static const struct {
        const char *name, *colour;
    } rows[] = { { "Error", "\033[1;31m" }, { "Warning", "\033[1;33m" }, { "Notice", "" }, { "Info", "\033[32m" }, { "Debug", "\033[2m" } };
    if (!log_on(level))
        return;
    const char *colour = settings.colour ? rows[level].colour : "";
    FILE *to = level <= LOG_WARNING ? stderr : stdout;
    flockfile(to);
    fprintf(to, "%s%s: ", colour, rows[level].name);
    va_list ap;
    va_start(ap, fmt);
    vfprintf(to, fmt, ap);
    va_end(ap);
    fprintf(to, "%s\n", *colour ? "\033[0m" : "");
    funlockfile(to);
}
