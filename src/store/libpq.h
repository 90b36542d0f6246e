/* libpq: PostgreSQL's client library, loaded when such a store is first opened: with all that it needs it would more than double the start
 * of every command. Never unloaded. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_LIBPQ_H
#define STORE_LIBPQ_H

#include <libpq-fe.h>

#include "base/err.h"

#define LIBPQ_FUNCTIONS(X)                                                                                                                 \
    X(PQconnectdb)                                                                                                                         \
    X(PQconninfoParse)                                                                                                                     \
    X(PQconninfoFree)                                                                                                                      \
    X(PQfinish)                                                                                                                            \
    X(PQreset)                                                                                                                             \
    X(PQstatus)                                                                                                                            \
    X(PQerrorMessage)                                                                                                                      \
    X(PQsetNoticeProcessor)                                                                                                                \
    X(PQexec)                                                                                                                              \
    X(PQprepare)                                                                                                                           \
    X(PQexecPrepared)                                                                                                                      \
    X(PQresultStatus)                                                                                                                      \
    X(PQresultErrorMessage)                                                                                                                \
    X(PQclear)                                                                                                                             \
    X(PQntuples)                                                                                                                           \
    X(PQnfields)                                                                                                                           \
    X(PQgetvalue)                                                                                                                          \
    X(PQgetlength)                                                                                                                         \
    X(PQgetisnull)                                                                                                                         \
    X(PQftype)

struct libpq {
#define X(name) __typeof__(name) *name;
    LIBPQ_FUNCTIONS(X)
#undef X
};

/* False and err where it is not installed. */
bool libpq_load(struct libpq *out, struct err *err);

#endif
