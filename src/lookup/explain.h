/* explain: what a lookup did, step by step, as a tree that is printed in the reference's form. All memory is in the compile's arena. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LOOKUP_EXPLAIN_H
#define LOOKUP_EXPLAIN_H

#include "types/value.h"

enum explain_kind {
    EXPLAIN_ROOT,
    EXPLAIN_KEY,     /* Searching for "KEY" */
    EXPLAIN_INVALID, /* Invalid key "KEY" */
    EXPLAIN_SOURCE,  /* Using merge options from "lookup_options" hash */
    EXPLAIN_MERGE,
    EXPLAIN_STEP, /* a line and what is below it: a layer (with its configuration), an entry, a scope */
    EXPLAIN_PATH, /* a data file, and how hiera.yaml names it */
    EXPLAIN_URI,  /* the same for a URI */
    EXPLAIN_PART, /* the outcome alone: one part of a dotted key */
};

enum explain_event { EXPLAIN_NOTHING, EXPLAIN_FOUND, EXPLAIN_RESULT, EXPLAIN_NO_KEY, EXPLAIN_NO_PATH };

struct explain_text {
    struct sv text;
    struct explain_text *next;
};

struct explain_node {
    enum explain_kind kind;
    enum explain_event event;
    struct sv name, detail; /* detail: path of a configuration, original path */
    struct sv key;
    struct value value;
    const struct hash *options; /* of a merge; NULL: none */
    struct explain_text *texts, **texts_end;
    struct explain_node *parent, *next, *first, **first_end;
};

struct explainer {
    struct arena *arena;
    struct explain_node root, *current;
    bool only_options; /* only how lookup_options came to be */
};

void explainer_init(struct explainer *ex, struct arena *a, bool only_options);
/* All of these take NULL for an explainer: then nothing is kept. A push without its pop is undone by explain_back. */
struct explain_node *explain_push(struct explainer *ex, enum explain_kind kind, struct sv name, struct sv detail);
void explain_pop(struct explainer *ex);
void explain_leaf(struct explainer *ex, enum explain_kind kind, struct sv name);
void explain_found(struct explainer *ex, struct sv key, struct value v);
void explain_event(struct explainer *ex, enum explain_event event, struct sv key);
void explain_result(struct explainer *ex, struct value v);
void explain_text_add(struct explainer *ex, struct sv text);
/* After a failure that left in the middle. */
void explain_back(struct explainer *ex);

void explain_print(struct strbuf *out, const struct explainer *ex);

#endif
