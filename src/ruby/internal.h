/* internal: helpers of a snapshot, the session of a compile with one of them, and what they ask back. For the files of this folder. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RUBY_INTERNAL_H
#define RUBY_INTERNAL_H

#include <pthread.h>

#include "base/fs.h"
#include "base/map.h"
#include "ruby/process.h"
#include "ruby/wire.h"

/* A running helper and what it was told so far. Used by one compile at a time, for one request with all that it asks back. */
struct helper {
    struct helper_process *process;
    struct arena *arena;
    struct map loaded; /* functions and templates it has */
    uint64_t compile;  /* whose values it may have kept */
    struct helper *next;
};

struct ruby_fn {
    struct sv name, path;
    bool old_api;
    bool open; /* decides itself what it takes */
    const struct builtin *rows;
    uint32_t count;
    uint32_t row_count; /* of texts: those of an open function are matched only where it asks */
    struct ruby_row {
        const char *signature, *names;
        struct sv returns, method;
    } * texts;
};

/* All of one snapshot: nothing of it is seen by another. Lives as long as the snapshot. */
struct ruby_env {
    pthread_mutex_t lock;
    struct arena *arena;
    struct snapshot *snapshot;
    const struct ruby_options *options;
    struct sv folder, copy; /* what is said to be in one is found in the other; empty: files are where they are said to be */
    struct helper *idle;
    struct sv cannot;        /* why no helper can be started: it is not tried again; empty: nobody knows of a reason */
    unsigned helpers;        /* idle, busy and starting */
    pthread_cond_t returned; /* one came back */
    int64_t waited_ns;       /* in all, for busy ones, since the last was started */
    struct map functions;    /* name to struct ruby_fn */
    struct map templates;    /* path, or the text of an inline one, to struct template */
    uint32_t template_count;
    struct map titles;   /* "type\ntitle" to struct title */
    struct map rendered; /* see kept.h */
    size_t rendered_bytes;
    uint64_t compiles;
};

struct session {
    struct ruby_env *env;
    uint64_t compile;
    struct helper *helper; /* while a request is in progress */
    unsigned depth;        /* requests inside requests */
    struct sv broken;      /* what ended the helper; empty: it lives */
    bool alone;            /* the last answer used nothing but what came with its request */
    struct sv *own;        /* variables that Ruby code set in this compile, and templates see */
    uint32_t own_count;
    struct map told; /* warnings given in this compile */
};

/* Fails the compile where no helper can be had. what, path: for the message. */
struct session *session_enter(struct call *k, struct sv what, struct sv path);
void session_leave(struct session *s);
struct session *session_of(struct call *k);
struct ruby_env *env_of(struct call *k);
/* Begins a request: [name, ... ; the caller adds arguments and gives it to session_request. */
struct json_out request_begin(struct call *k, struct strbuf *out, const char *name);
/* Sends it, serves what the helper asks back, and gives the answer. Does not return where the request failed: then the session is left. */
struct value session_request(struct call *k, struct session *s, struct json_out *j, struct sv what);
/* Was this loaded into the helper before? Notes that it is now. */
bool helper_has(struct helper *h, struct sv key);

/* Answers one question of the helper. */
struct value callback_run(struct call *k, struct session *s, const struct data *message);

/* The file of a function of the old or new API; empty: none. */
struct sv function_path(struct call *k, struct sv name, bool old_api);
const struct ruby_fn *function_find(struct call *k, struct sv name);

#define TOO_MANY_TEMPLATES 10000 /* inline texts that are kept; further ones are compiled each time */
#define TOO_MANY_TITLES    10000 /* titles whose parts are kept; further ones are asked for each time */

#endif
