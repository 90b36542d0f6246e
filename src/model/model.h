/* model: entities declared in YAML: kinds and their schemas, references, relations, invariants. Immutable once loaded. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODEL_MODEL_H
#define MODEL_MODEL_H

#include "base/data.h"
#include "base/err.h"
#include "base/map.h"
#include "base/source_tree.h"
#include "base/time.h"

/* clang-format off */
#define MODEL_KINDS(X)                                                                                                               \
    X(KIND_DOMAIN, "Domain") X(KIND_SYSTEM, "System") X(KIND_COMPONENT, "Component") X(KIND_API, "API") X(KIND_RESOURCE, "Resource") \
    X(KIND_GROUP, "Group") X(KIND_USER, "User") X(KIND_LOCATION, "Location") X(KIND_TEMPLATE, "Template")                            \
    X(KIND_HOST, "Host") X(KIND_CLUSTER, "Cluster") X(KIND_DEPLOYMENT, "Deployment")                                                 \
    X(KIND_PERSON, "Person") X(KIND_ABSENCE, "Absence") X(KIND_HOLIDAY_CALENDAR, "HolidayCalendar")                                  \
    X(KIND_ROLE_ASSIGNMENT, "RoleAssignment") X(KIND_SYSTEM_OWNERSHIP, "SystemOwnership") X(KIND_PRODUCT, "Product")                 \
    X(KIND_CONTEXT, "Context") X(KIND_POTLAC, "Potlac") X(KIND_KEY_MEETING, "KeyMeeting") X(KIND_TOPIC, "Topic")                     \
    X(KIND_CHECKUP, "Checkup") X(KIND_MEETING, "Meeting") X(KIND_BACKLOG_ITEM, "BacklogItem")                                        \
    X(KIND_CALENDAR_TARGET, "CalendarTarget") X(KIND_RECIPE, "Recipe") X(KIND_CHECK, "Check")
/* clang-format on */

enum model_kind {
#define X(kind, name) kind,
    MODEL_KINDS(X)
#undef X
        KIND_COUNT
};

struct entity {
    enum model_kind kind;
    struct sv ref;      /* "component:default/search-index", lower case: the identity */
    struct sv ns, name; /* as written; ns "default" where none is given */
    struct sv title;    /* metadata.title, or name */
    const struct data_doc *doc;
    const struct data *metadata, *spec; /* spec may be NULL */
    bool foreign;                       /* apiVersion backstage.io/...: unknown fields are kept */
    bool made;                          /* by a transaction: no file declares it, and the path of its document says which one */
    bool proposed;                      /* made: is about to be */
    uint32_t index;                     /* order of loading */
};

/* Relations are derived, always in pairs; the name of the other direction is relation_name(relation_inverse(r)). */
/* clang-format off */
#define MODEL_RELATIONS(X)                                                                                                           \
    X(REL_OWNED_BY, "ownedBy", REL_OWNER_OF) X(REL_OWNER_OF, "ownerOf", REL_OWNED_BY)                                                \
    X(REL_PART_OF, "partOf", REL_HAS_PART) X(REL_HAS_PART, "hasPart", REL_PART_OF)                                                   \
    X(REL_DEPENDS_ON, "dependsOn", REL_DEPENDENCY_OF) X(REL_DEPENDENCY_OF, "dependencyOf", REL_DEPENDS_ON)                           \
    X(REL_PROVIDES_API, "providesApi", REL_API_PROVIDED_BY) X(REL_API_PROVIDED_BY, "apiProvidedBy", REL_PROVIDES_API)                \
    X(REL_CONSUMES_API, "consumesApi", REL_API_CONSUMED_BY) X(REL_API_CONSUMED_BY, "apiConsumedBy", REL_CONSUMES_API)                \
    X(REL_MEMBER_OF, "memberOf", REL_HAS_MEMBER) X(REL_HAS_MEMBER, "hasMember", REL_MEMBER_OF)                                       \
    X(REL_CHILD_OF, "childOf", REL_PARENT_OF) X(REL_PARENT_OF, "parentOf", REL_CHILD_OF)                                             \
    X(REL_DEV_OWNED_BY, "devOwnedBy", REL_DEV_OWNER_OF) X(REL_DEV_OWNER_OF, "devOwnerOf", REL_DEV_OWNED_BY)                          \
    X(REL_OPS_OWNED_BY, "opsOwnedBy", REL_OPS_OWNER_OF) X(REL_OPS_OWNER_OF, "opsOwnerOf", REL_OPS_OWNED_BY)                          \
    X(REL_HOLDS_ROLE, "holdsRole", REL_ROLE_HELD_BY) X(REL_ROLE_HELD_BY, "roleHeldBy", REL_HOLDS_ROLE)                               \
    X(REL_RUNS_ON, "runsOn", REL_HOSTS) X(REL_HOSTS, "hosts", REL_RUNS_ON)                                                           \
    X(REL_DEPLOYS, "deploys", REL_DEPLOYED_BY) X(REL_DEPLOYED_BY, "deployedBy", REL_DEPLOYS)                                         \
    X(REL_LEADS, "leads", REL_LED_BY) X(REL_LED_BY, "ledBy", REL_LEADS)                                                              \
    X(REL_AFFECTS, "affects", REL_AFFECTED_BY) X(REL_AFFECTED_BY, "affectedBy", REL_AFFECTS)                                         \
    X(REL_PREPARES, "prepares", REL_PREPARED_BY) X(REL_PREPARED_BY, "preparedBy", REL_PREPARES)                                      \
    X(REL_DISCUSSES, "discusses", REL_DISCUSSED_BY) X(REL_DISCUSSED_BY, "discussedBy", REL_DISCUSSES)                                \
    X(REL_CONTEXT_FOR, "contextFor", REL_HAS_CONTEXT) X(REL_HAS_CONTEXT, "hasContext", REL_CONTEXT_FOR)
/* clang-format on */

enum relation {
#define X(rel, name, inverse) rel,
    MODEL_RELATIONS(X)
#undef X
        REL_COUNT
};

/* An edge of one entity. "cluster runsOn host", "host hosts cluster", "deployment runsOn cluster", "user holdsRole group",
 * "service devOwnedBy user", "potlac ledBy user", "keymeeting preparedBy potlac". People are the User entities, never the Person. */
struct edge_to {
    enum relation relation;
    const struct entity *to;
    const struct entity *via; /* the entity whose text says so: RoleAssignment (role, from, until), SystemOwnership, or one of the two */
};

/* Fields and whole entities that no file declares: what transactions recorded. Made before a model is loaded; in the arena it is made in.
 */
struct overlay;
struct overlay *overlay_new(struct arena *a);
/* By full ref; value NULL takes the field out. Texts and values are borrowed. */
void overlay_set(struct overlay *o, struct sv ref, struct sv field, const struct data *value);
/* The same for a value that is about to be recorded: no warning where a file declares the field, as the caller refuses that. */
void overlay_propose(struct overlay *o, struct sv ref, struct sv field, const struct data *value);
/* Of an entity that was made too: what its spec says. */
const struct data *overlay_get(const struct overlay *o, struct sv ref, struct sv field);
/* A whole entity, as a document with its envelope, whose path says where it is from; NULL takes it out. Of potlac/v1 only.
 * An entity that a file declares too is an error that names both. */
void overlay_make(struct overlay *o, struct sv ref, const struct data_doc *doc);
void overlay_propose_made(struct overlay *o, struct sv ref, const struct data_doc *doc);
/* NULL: none was made. */
const struct data_doc *overlay_made(const struct overlay *o, struct sv ref);

/* Who writes a field of spec: people in files, or either files or transactions, but never both at once. */
enum field_writer { FIELD_UNKNOWN, FIELD_OF_FILES, FIELD_OF_EITHER };
/* out_text: its values are text, whatever they look like. */
enum field_writer model_field_writer(enum model_kind k, struct sv field, bool *out_text);
/* "'status'": the fields of a kind that transactions may set; empty: none. near: the names nearest to a wrong one. */
struct sv model_recorded_fields(struct arena *a, enum model_kind k);
struct sv model_near_fields(struct arena *a, enum model_kind k, struct sv wrong);
/* KIND_COUNT: there is none of that name. */
enum model_kind model_kind_of(struct sv name);
/* Is it one of potlac/v1? Transactions make no others. */
bool model_kind_own(enum model_kind k);

struct model;

/* Adds every document of a YAML text. False where something in it is wrong (diags). Call model_check when all are added.
 * A text that is no YAML adds nothing at all, so a caller that remembers the last good text of a file may add that instead. */
struct model *model_new(struct arena *a);
/* Before anything is added. Where a file declares the same field, the file counts, with a warning. */
void model_set_overlay(struct model *m, const struct overlay *o);
bool model_add_text(struct model *m, const struct source *src, struct diags *diags);
/* All *.yaml and *.yml below a folder, sorted by path, and the files below it that Location entities name. */
bool model_add_tree(struct model *m, const struct source_tree *tree, struct sv folder, struct diags *diags, struct err *err);
/* The same of the file system. */
bool model_add_folder(struct model *m, const char *folder, struct diags *diags, struct err *err);
/* Resolves references, derives relations, checks the invariants I01 ... as of a date. False: errors are in diags, or were when adding.
 * The model never changes after it; without it there are no edges. */
bool model_check(struct model *m, struct date today, struct diags *diags);

/* Entities in order of loading; those of one kind by ref. */
const struct entity *const *model_entities(const struct model *m, uint32_t *out_count);
const struct entity *const *model_of_kind(const struct model *m, enum model_kind kind, uint32_t *out_count);
/* By full ref in any case: "kind:namespace/name"; NULL when absent. */
const struct entity *model_find(const struct model *m, struct sv ref);
/* A ref as written in a field: default kind and namespace filled in. In the model's arena. */
struct sv model_full_ref(struct arena *a, struct sv written, const char *default_kind, struct sv default_namespace);
const struct edge_to *model_edges(const struct model *m, const struct entity *e, uint32_t *out_count);
/* Edges are sorted by relation, then by the target's ref. The first (or only) target of a relation; NULL. */
const struct entity *model_one(const struct model *m, const struct entity *e, enum relation r);
const struct entity **model_related(const struct model *m, struct arena *a, const struct entity *e, enum relation r, uint32_t *out_count);
/* One step over dependsOn, dependencyOf, consumesApi, apiConsumedBy, or the same cluster: sorted by ref. */
const struct entity **model_neighbours(const struct model *m, struct arena *a, const struct entity *service, uint32_t *out_count);

/* Fields of spec; paths are dotted: "profile.email". */
struct sv entity_text(const struct entity *e, const char *path);
int64_t entity_int(const struct entity *e, const char *path, int64_t otherwise);
/* "line:column" errors of other layers point at a field: its span, or the entity's name where there is no such field. */
struct span entity_span(const struct entity *e, const char *path);
const struct data *entity_field(const struct entity *e, const char *path);
/* What the file says of a field of spec, without what transactions recorded; NULL. */
const struct data *entity_declared(const struct entity *e, struct sv field);
/* What was recorded in place of a text that stands in a file: before anybody else reads the model. False where there is no such text. */
bool entity_override(const struct entity *e, const char *path, struct sv text);
struct sv entity_annotation(const struct entity *e, const char *key);

/* From and until (both inclusive, either may be missing) of a RoleAssignment, Person or Absence (from, to) hold on a day. */
bool entity_on(const struct entity *e, struct date day);
/* The entity a topic's or meeting's "ritual:search.sync" belongs to (Potlac or SystemOwnership) and its ritual ("sync"); NULL. */
const struct entity *model_ritual(const struct model *m, struct sv written, struct sv default_namespace, struct sv *out_ritual);

/* Whether a text under a key is a secret in clear, which no file of the model may hold (I15): not one that names where it is kept. */
bool model_is_secret(struct sv key, struct sv text);
const char *model_kind_name(enum model_kind k);
const char *relation_name(enum relation r);
enum relation relation_inverse(enum relation r);
/* Short name for people: "component:search-index" without the default namespace. */
struct sv ref_short(struct arena *a, struct sv ref);

#endif
