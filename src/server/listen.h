/* listen: a listening socket from "HOST:PORT". */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_LISTEN_H
#define SERVER_LISTEN_H

#include "base/arena.h"
#include "base/err.h"

struct listener {
    int fd;
    struct sv address; /* as it became: "127.0.0.1:41233" */
    bool is_loopback;
};

/* Port 0 takes a free one. only_loopback: any other address is refused. False and err where it cannot be had; then there is no socket. */
bool listen_on(struct arena *a, struct sv where, bool only_loopback, struct listener *out, struct err *err);

#endif
