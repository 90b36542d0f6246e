/* provider: the contract between a resource type and the code that reads and sets it on this system, and the one gate before a change. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYSTEM_PROVIDER_H
#define SYSTEM_PROVIDER_H

#include <sys/types.h>

#include "base/command.h"
#include "catalog/catalog.h"
#include "eval/compile.h" /* struct type_info */

struct provider;

/* Providers of layers that stand after this one (calendar_event): handed in by whoever starts a run or a compile. */
struct provider_set {
    const struct provider *const *items;
    size_t count;
};

enum run_cache { CACHE_ACCOUNTS, CACHE_PACKAGE, CACHE_SERVICE, CACHE_CRON, CACHE_FILE, CACHE_COUNT };

/* One convergence: options, root, what happened. Opaque but for what providers need. */
struct run {
    struct arena *arena;
    struct sv root; /* "" or a folder that stands for / */
    bool noop;      /* read and compare, change nothing at all, whatever a resource says: for plan and drift */
    bool noop_soft; /* as Puppet's --noop: change nothing but resources that say "noop => false" */
    int64_t now;    /* UTC seconds: the run's clock */
    void *calendar; /* people's state for calendar_event; handed in by cli */
    /* Content of puppet:///modules/... and module files; NULL: refused. A folder: true with S_IFDIR in out_mode and the names in it, a line
     * each. */
    bool (*file_source)(void *ctx, struct sv uri, struct arena *a, struct sv *out_text, mode_t *out_mode, struct err *err);
    void *file_source_ctx;
    unsigned writes;                  /* changes let through the gate */
    const struct provider_set *extra; /* NULL: none */
    const struct sv *tags;            /* only resources with one of these tags; tag_count 0: all */
    uint32_t tag_count;
    void *caches[CACHE_COUNT]; /* providers' own state: what prefetch read */
    struct sv output;          /* what the command of the resource at hand said, where it is to be shown (exec's logoutput) */
};

/* The single gate: true if the change may be made (and counts it); false under noop. Every write to the system asks it first. */
bool change_allowed(struct run *run);

enum property_flags {
    PROP_BARE = 1 << 0,    /* shown in messages without quotes: numbers, lists */
    PROP_PLANNED = 1 << 1, /* cannot be set here (an owner, when not root under a root): reported, never set */
    PROP_WHOLE = 1 << 2,   /* "ensure": while it differs, the others are not looked at: set() makes them right too */
    PROP_ALWAYS = 1 << 3,  /* differs even where the texts are equal (a notify of "absent") */
};

/* A property as read or wanted. Values are text for comparison and messages. */
struct property {
    const char *name;
    struct sv text; /* "absent" where there is none */
    bool sensitive;
    unsigned flags;    /* of the wanted one */
    struct sv shown;   /* of the wanted one: in messages in place of the text, quotes and all */
    struct sv message; /* of the wanted one: what to say when it was set, in place of "NAME changed 'IS' to 'SHOULD'" */
};

struct property_list {
    struct property *items;
    uint32_t count;
    size_t cap;
};

/* Both lists get a property of this name. */
struct property *property_add(struct run *run, struct property_list *is, struct property_list *should, const char *name, struct sv is_text,
                              struct sv should_text);
/* Differs between the two lists: what set() should change. */
bool property_differs(const struct property_list *is, const struct property_list *should, const char *name);

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
    enum set_result (*set)(struct run *run, const struct resource *r, const struct property_list *is, const struct property_list *should,
                           struct err *err);
    /* A notification arrived (restart a service, run a refreshonly exec). NULL: ignored. */
    enum set_result (*refresh)(struct run *run, const struct resource *r, struct err *err);
    /* Names autorequired: calls add(ctx, type, title). NULL: none. */
    void (*autorequire)(struct run *run, const struct resource *r, void (*add)(void *ctx, const char *type, struct sv title), void *ctx);
    bool in_root;  /* can act under --root */
    bool no_write; /* what it does changes nothing on the system (notify): not counted by the gate */
    /* Resources that this one stands for (a folder with recurse): they come right after it. NULL: none. */
    bool (*generate)(struct run *run, const struct resource *r, void (*add)(void *ctx, struct resource *made), void *ctx, struct err *err);
};

/* By type name "file" or "File"; NULL for a type without a native provider. */
const struct provider *provider_find(struct sv type);
/* As provider_find, and those handed in with the run. */
const struct provider *provider_for(const struct run *run, struct sv type);
const struct provider *const *provider_all(size_t *out_count);
/* For eval_hooks.type_info: native providers, and types known but without provider. ctx: a struct provider_set, or NULL. */
const struct type_info *system_type_info(void *ctx, struct sv type);
/* The name of the i-th type that is known; NULL past the last. ctx as above. */
const char *system_type_name(void *ctx, uint32_t i);
/* Types that only say something about other resources (stage, schedule, filebucket, whit): nothing to converge. */
bool type_is_passive(struct sv type);

#endif
