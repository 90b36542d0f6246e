/* err: what is wrong with the world: a file that cannot be read, a database that does not answer.
 * The caller owns struct err; functions that take one return false (or NULL) when they set it. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdbool.h>

struct err {
    char text[1024]; /* cut with "..." where longer */
};

/* Both return false. err may be NULL: then nothing is kept. */
bool err_set(struct err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Puts "fmt: " before what is there. */
bool err_wrap(struct err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* fmt, then ": " and the text of errno. */
bool err_errno(struct err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
