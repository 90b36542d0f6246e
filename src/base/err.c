/* err: what is wrong with the world. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void mark_cut(char *text, size_t size, int wanted)
{
    if (wanted >= (int)size)
        memcpy(text + size - 4, "...", 4);
}

bool err_set(struct err *err, const char *fmt, ...)
{
    if (!err)
        return false;
    va_list ap;
    va_start(ap, fmt);
    mark_cut(err->text, sizeof err->text, vsnprintf(err->text, sizeof err->text, fmt, ap));
    va_end(ap);
    return false;
}

__attribute__((format(printf, 3, 0))) static void put_before(struct err *err, const char *rest, const char *fmt, va_list ap)
{
    char text[sizeof err->text];
    int n = vsnprintf(text, sizeof text, fmt, ap);
    if (n < 0)
        return;
    if ((size_t)n < sizeof text)
        n += snprintf(text + n, sizeof text - (size_t)n, ": %s", rest);
    mark_cut(text, sizeof text, n);
    memcpy(err->text, text, sizeof text);
}

bool err_wrap(struct err *err, const char *fmt, ...)
{
    if (!err)
        return false;
    char rest[sizeof err->text];
    memcpy(rest, err->text, sizeof rest);
    va_list ap;
    va_start(ap, fmt);
    put_before(err, rest, fmt, ap);
    va_end(ap);
    return false;
}

bool err_errno(struct err *err, const char *fmt, ...)
{
    if (!err)
        return false;
    char buffer[128];
    const char *why = strerror_r(errno, buffer, sizeof buffer);
    va_list ap;
    va_start(ap, fmt);
    put_before(err, why, fmt, ap);
    va_end(ap);
    return false;
}
