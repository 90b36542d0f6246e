/* model/internal: what the files of this folder share. Nobody else includes it. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODEL_INTERNAL_H
#define MODEL_INTERNAL_H

#include "model/model.h"

enum field_type {
    FT_TEXT,
    FT_INT,
    FT_BOOL,
    FT_ANY,
    FT_MAP,    /* keys and values are the author's */
    FT_STRUCT, /* fields of its own */
    FT_REF,
    FT_ENUM, /* of: "a|b|c" */
    FT_DATE,
    FT_LOCAL, /* 2027-03-03T10:00:00, in a zone that stands beside it */
    FT_UTC,
    FT_ZONE,
    FT_DURATION,
    FT_WEEKDAY,
    FT_TIME,    /* "09:30" */
    FT_HOURS,   /* {mon-thu: "09:00-17:00", fri: [...]} */
    FT_RITUAL,  /* "ritual:search.sync" */
    FT_RAISER,  /* a user, or "bot:name" */
    FT_LEADERS, /* "byRole", or a list of users */
    FT_SECRET,  /* "env:NAME" or "file:PATH" */
    FT_COUNT
};

enum field_flags {
    FIELD_REQUIRED = 1 << 0,
    FIELD_LIST = 1 << 1,     /* a list of it */
    FIELD_MAP_OF = 1 << 2,   /* a map whose values are it */
    FIELD_RECORDED = 1 << 4, /* a transaction may set it where no file does */
    FIELD_ONE = 1 << 3,      /* must not be a list, and the rule's id says why: see field.rule */
};

/* One field of a kind. Adding a field is adding a row; relations follow from the rows too. */
struct field {
    const char *name;
    enum field_type type;
    unsigned flags;
    const char *of;             /* FT_REF: allowed kinds, "group|user", the first is the default, "*" any; FT_ENUM: the words */
    const struct field *fields; /* FT_STRUCT */
    int relates;                /* relation + 1: subject -> target of this field; 0 none */
    const char *subject;        /* NULL: the entity; else the target of that field of it */
    const char *rule;           /* id of the rule that a missing or doubled value breaks; NULL */
};

struct kind_info {
    const char *name;
    const char *lower;
    bool backstage;             /* belongs to backstage.io; the others to potlac/v1 */
    const struct field *fields; /* of spec */
};

extern const struct kind_info model_kinds[KIND_COUNT];
extern const struct field metadata_fields[];

struct raw_edge {
    uint32_t from, to, via;
    enum relation relation;
};

struct model {
    struct arena *arena;
    struct entity **entities;
    uint32_t count;
    size_t cap;
    const struct entity **of_kind[KIND_COUNT];
    uint32_t kind_count[KIND_COUNT];
    size_t kind_cap[KIND_COUNT];
    struct map by_ref;             /* lower-case ref -> entity */
    const struct overlay *overlay; /* NULL: none */
    struct map files;              /* paths read by model_add_folder */
    uint32_t own;                  /* entities of potlac/v1 */
    uint32_t unread;               /* texts that were no YAML: what they declare is unknown */
    bool bad;                      /* a mistake was reported */
    uint32_t *edge_start;          /* count + 1 */
    struct edge_to *edges;
    uint32_t *rank; /* of an entity by ref */
};

/* One model_check at work. */
struct checker {
    struct model *m;
    struct diags *diags;
    struct arena *scratch;
    struct date today;
    int64_t day; /* today, in days since 1970 */
    struct raw_edge *raw;
    size_t raw_count, raw_cap;
    bool ok;
};

/* ref.c */
struct ref_parts {
    struct sv kind, ns, name; /* kind and ns empty where not written */
};
bool ref_split(struct sv written, struct ref_parts *out_parts);
/* Looks a written ref up; kinds as in field.of. NULL: absent or malformed. */
struct entity *model_resolve(const struct model *m, struct sv written, const char *kinds, struct sv default_ns);
enum model_kind kind_find(struct sv name, bool nocase); /* KIND_COUNT: none */
/* Is a kind in "group|user"? */
bool kinds_allow(const char *kinds, enum model_kind k);
/* Takes the next word off "a|b|c". */
bool next_word(const char **rest, struct sv *out_word);
struct sv near_words(struct arena *a, struct sv wrong, const char *words);

/* overlay.c: adds to spec what was recorded for fields that the document does not declare. */
void overlay_apply(struct model *m, struct entity *e, struct diags *diags);
/* Adds the entities that transactions made, after those of files. */
bool overlay_add_made(struct model *m, struct diags *diags);

/* load.c: an entity that a transaction made, or that is proposed to be */
bool model_add_made(struct model *m, const struct data_doc *doc, bool proposed, struct diags *diags);
/* a key of metadata that only a catalog writes */
bool model_is_output(struct sv key);

/* schema.c: types and names of fields; references are checked later. */
bool schema_check(struct model *m, struct entity *e, struct diags *diags);

/* relate.c */
void relate_entities(struct checker *k);
void relate_finish(struct checker *k);
void relate_add(struct checker *k, const struct entity *from, enum relation r, const struct entity *to, const struct entity *via);

/* The User of a Person; anything else is itself. */
const struct entity *relate_user(const struct model *m, const struct entity *e);
/* What a text field of e names, a User in place of a Person; NULL. */
const struct entity *relate_target(const struct model *m, const struct entity *e, const char *field, const char *kinds);

/* A rule of C.6 in its own function; the tables of the three files make up all of them. */
struct rule {
    const char *id, *text;
    void (*check)(struct checker *k);
};
extern const struct rule people_rules[], machine_rules[], model_rules[];

/* Days since 1970 of a date field; otherwise where it is missing or wrong. */
int64_t entity_day(const struct entity *e, const char *path, int64_t otherwise);
bool is_own(const struct entity *e);
/* Reports a broken rule and remembers that the model is bad; always false. */
bool rule_error(struct checker *k, struct span at, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

#endif
