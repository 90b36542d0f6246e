/* site: what every verb that works on a site opens: its snapshot, model and store, and how a subject's catalog is compiled from them.
 * Memory is in the invocation's arena; site_close closes what is not memory. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_SITE_H
#define CLI_SITE_H

#include <pthread.h>

#include "base/time.h"
#include "cli/cli.h"
#include "eval/call.h"
#include "model/model.h"
#include "people/people.h"
#include "ruby/ruby.h"
#include "snapshot/commit_tree.h"
#include "store/deploys.h"
#include "store/exports.h"
#include "store/store.h"

struct site {
    struct arena *arena;
    struct sv dir;                         /* "" for none: a manifest alone; of several environments the one that was chosen */
    struct sv codedir;                     /* folder above environments/; empty where there is none */
    struct sv environment;                 /* "production" */
    struct classification *classification; /* of --enc; NULL: none */
    int strict;                            /* of enum in struct compile_options, for every compile */
    bool strict_variables;
    struct sv state_dir;       /* calendars, the key of seals, and the store where it is no other place */
    struct sv store_place;     /* for store_open */
    const struct data *config; /* potlac.yaml; NULL where there is none */
    struct source_tree tree;   /* where the site's files are read from */
    struct repository *repository;
    struct commit_tree *commit; /* of --rev; NULL: the files of the folder */
    struct snapshot *snapshot;
    const struct model *model; /* NULL where the site has no model/ */
    struct overlay *overlay;   /* what transactions set; NULL: no store is there */
    int64_t newest_transaction;
    struct store *early_store; /* opened for the overlay; site_open_store takes it */
    struct store *store;       /* NULL until site_open_store */
    struct store *model_store; /* of nothing but the model; NULL until it is first asked about */
    pthread_mutex_t questions; /* of compiles at once: one opens the stores */
    struct map deployed;       /* ref of a deployment -> struct deployed: what stands before its file */
    struct exports *exports;   /* NULL until they are first asked for */
    struct sv seal_key;        /* of this installation: under it secrets are kept as digests */
    struct builtins *functions;
    struct people_context people;
    struct ruby_options ruby;
    int64_t now; /* UTC seconds: --now, or the clock */
    struct date today;
    struct value base_facts; /* of a host that has not reported any */
};

/* Options that verbs on a site share: rows for their tables. */
#define SITE_OPTIONS                                                                                                                       \
    { "site", 's', "DIR", "the site: a folder with model/, manifests/, data/ [.]" },                                                       \
        { "rev", 0, "REV", "the site as it is in that commit of its git repository: a branch, a tag, an id" },                             \
        { "environment", 0, "NAME", "the environment [the classifier's, potlac.yaml's, production]" },                                     \
        { "modulepath", 0, "DIRS", "folders of modules, joined by ':' [the site's]" },                                                     \
        { "state", 0, "DIR", "store and calendars [SITE/.potlac]" },                                                                       \
        { "store", 0, "WHERE", "the store: a file, or postgresql://... [potlac.yaml's, STATE/store.db]" },                                 \
    {                                                                                                                                      \
        "now", 0, "TIME", "take this UTC time for the clock: 2027-02-15T08:00:00Z"                                                         \
    }

/* Options of verbs that compile a node's catalog or look up its data. */
#define NODE_OPTIONS                                                                                                                       \
    { "facts", 0, "FILE", "the node's facts: of facter, 'puppet facts' or PuppetDB; JSON or YAML" },                                       \
        { "enc", 0, "FILE", "what a classifier printed for the node: classes, parameters, environment; YAML" },                            \
        { "hiera-config", 0, "FILE", "hiera.yaml of the layer above environments [CODEDIR/hiera.yaml]" },                                  \
        { "strict", 0, "LEVEL", "off, warning or error: what doubtful code gives [warning]" },                                             \
    {                                                                                                                                      \
        "strict-variables", 0, NULL, "an unknown variable is an error"                                                                     \
    }

/* Opens the snapshot and, where there is one, the model. False after printing what is wrong. */
bool site_open(struct cli *c, struct site *out_site);
/* The same, otherwise. */
struct site_opening {
    /* Changes that are about to be made: puts them into s->overlay before the model is read, and may ask s->early_store, which is made
     * where it is not there. NULL: none. */
    bool (*propose)(void *ctx, struct site *s, struct err *err);
    void *ctx;
    const char *rev; /* in place of --rev; NULL: the files of the folder */
};
bool site_open_with(struct cli *c, struct site *out_site, const struct site_opening *how);
/* A snapshot without a site: for `apply FILE`, `apply -e`, `compile`. */
bool site_open_bare(struct cli *c, struct site *out_site);
bool site_open_store(struct site *s, struct err *err);
/* The folder with potlac's own modules: beside the build folder, or where they are installed. */
struct sv site_own_modules(struct arena *a);
/* The store where something was ever recorded; NULL without err text where there is none: asking makes no files. */
struct store *site_existing_store(struct site *s, struct err *err);
/* Has anything been stored? Opens and makes nothing. */
bool site_has_store(const struct site *s);
/* s->deployed from the store, and the model's versions by it: a part of site_open. */
bool site_recall_deployed(struct site *s, struct err *err);
/* The version of a deployment on a host: during a deploy hosts of one cluster may differ. */
struct sv site_version(const struct site *s, const struct entity *deployment, const struct entity *host);
/* s->exports from the store, which is opened where there is one. */
bool site_load_exports(struct site *s, struct err *err);
void site_close(struct site *s);

/* An entity that has a catalog: a host (its agent converges it), or a Potlac or ownership (converged onto calendars). */
struct subject {
    const struct entity *entity;
    struct sv certname;
    bool is_host;
};
/* Hosts that are active or draining, then Potlacs, then ownerships; each kind by ref. */
struct subject *site_subjects(struct site *s, uint32_t *out_count);
/* By ref or, for hosts, by bare name or fqdn. False and err with near names where there is none. */
bool site_subject(struct site *s, struct sv name, struct subject *out_subject, struct err *err);

/* Never NULL; the caller frees with compile_result_free. The arena must live as long. */
struct compile_result *site_compile(struct site *s, struct arena *a, const struct subject *subject);
/* Compiles a manifest text for this machine or a given node. */
struct compile_result *site_compile_code(struct site *s, struct sv certname, struct value facts, struct sv code, struct sv code_path);

/* Somebody whom a change concerns, and why: "dev of edge-gateway", "team-lead of delivery". */
struct concern {
    struct sv person; /* ref; among teams: of a group */
    struct sv why;
};
struct concerns {
    struct concern *items; /* sorted by person, then why; each pair once */
    size_t count, cap;
};
/* Adds everyone a change to a subject concerns: for a host, the owners of the services deployed on its cluster, and who stands in for them;
 * for a Potlac its leaders; for an ownership its two owners. concerned.c */
void site_concerned(struct site *s, struct arena *a, const struct subject *subject, struct concerns *into);
/* The owners of its services' neighbours; those in `but` are left out. */
void site_neighbours_concerned(struct site *s, struct arena *a, const struct subject *subject, const struct concerns *but,
                               struct concerns *into);
/* The groups that own its services. */
void site_teams_concerned(struct site *s, struct arena *a, const struct subject *subject, struct concerns *into);

#endif
