/* provider: the contract between a resource type and the code that reads and sets it on this system, and the one gate before a change. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYSTEM_PROVIDER_H
#define SYSTEM_PROVIDER_H

#include "catalog/catalog.h"
#include "eval/compile.h" /* struct type_info */

/* One convergence: options, root, what happened. Opaque but for what providers need. */
struct run {
    struct arena *arena;
    struct sv root;      /* "" or a folder that stands for / */
    bool noop;           /* read and compare, change nothing */
    int64_t now;         /* UTC seconds: the run's clock */
    void *calendar;      /* people's state for calendar_event; handed in by cli */
    /* Content of puppet:///modules/... and module files; NULL: refused. */
    bool (*file_source)(void *ctx, struct sv uri, struct arena *a, struct sv *out_text, mode_t *out_mode, struct err *err);
    void *file_source_ctx;
    unsigned writes;     /* changes let through the gate */
};

/* The single gate: true if the change may be made (and counts it); false under noop. Every write to the system asks it first. */
bool change_allowed(struct run *run);

/* A property as read or wanted. Values are text for comparison and messages. */
struct property {
    const char *name;
    struct sv text;      /* "absent" where there is none */
    bool sensitive;
};

struct property_list {
    struct property *items;
    uint32_t count;
    size_t cap;
};

enum set_result { SET_DONE, SET_FAILED, SET_PLANNED_ONLY /* cannot act in a root: shown as planned */ };

struct provider {
    struct type_info type;
    /* Refuses attributes that make no sense, before anything runs. NULL: none. */
    bool (*validate)(struct run *run, const struct resource *r, struct err *err);
    /* Reads all resources of the type at once into caches; NULL: none. */
    bool (*prefetch)(struct run *run, const struct resource *const *all, uint32_t count, struct err *err);
    /* What is, and what should be, property by property in the same order; equal texts are in sync. */
    bool (*get)(struct run *run, const struct resource *r, struct property_list *is, struct property_list *should, struct err *err);
    /* Makes is into should; called only when something differs and the gate allowed it. */
    enum set_result (*set)(struct run *run, const struct resource *r, const struct property_list *is, const struct property_list *should, struct err *err);
    /* A notification arrived (restart a service, run a refreshonly exec). NULL: ignored. */
    enum set_result (*refresh)(struct run *run, const struct resource *r, struct err *err);
    /* Names autorequired: calls add(ctx, type, title). NULL: none. */
    void (*autorequire)(struct run *run, const struct resource *r, void (*add)(void *ctx, const char *type, struct sv title), void *ctx);
    bool in_root; /* can act under --root */
};

/* By type name "file"; NULL for a type without a native provider. */
const struct provider *provider_find(struct sv type);
const struct provider *const *provider_all(size_t *out_count);
/* For eval_hooks.type_info: native providers, and types known but without provider. */
const struct type_info *system_type_info(void *ctx, struct sv type);

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
    int timeout;             /* seconds; 0: none */
};
bool command_run(struct arena *a, const struct command *cmd, struct command_result *out_r, struct err *err);

#endif
