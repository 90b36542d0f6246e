/* query_tables: what can be asked for, as tables: entities, their fields, and the SQL that stands for them. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_QUERY_TABLES_H
#define STORE_QUERY_TABLES_H

#include "base/sv.h"

enum field_kind {
    FIELD_TEXT,
    FIELD_INT,
    FIELD_TRUTH, /* 0 or 1 */
    FIELD_TIME,  /* milliseconds since 1970 */
    FIELD_JSON,  /* text of JSON, of any kind; may be asked by path */
    FIELD_WORDS, /* text of a JSON list of texts: equal to one of them counts as equal */
    FIELD_PATH,  /* text of a JSON list of keys and numbers, for ~> */
    FIELD_FACTS  /* sql: the node's number. All its facts; asked by path they are looked up by the first step */
};

enum field_flags {
    FIELD_HIDDEN = 1,     /* may be asked about, is not given unless named */
    FIELD_OF_SUMMARY = 4, /* stands in query_table.summary_from too */
    FIELD_OF_VALUE = 2,   /* belongs to the value that nodes share, not to the node: see query_table.shared_from */
};

struct table_field {
    const char *name;
    enum field_kind kind;
    unsigned flags;
    const char *sql;
    const char *postgres; /* NULL: the same */
    const char *written;  /* of JSON: the column whose text this is a part of, as base/json.h writes it; NULL: not known */
};

enum table_flags {
    TABLE_OF_NODES = 1, /* has the node as "n": inactive ones are left out */
    TABLE_OPEN = 2,     /* a field that is not listed is one of spec's */
};

/* Entities that have a field "certname" are related by it. */
struct query_table {
    const char *name;
    const char *from, *postgres_from; /* the latter NULL: the same */
    const char *where;                /* NULL: all rows */
    const char *shared_from;          /* rows of values with a number of uses, for counting without their nodes; NULL: none */
    unsigned flags;
    const struct table_field *fields; /* until name NULL */
    const char *summary_from;         /* fewer rows that answer a count by fields of the summary; NULL: none */
};

/* NULL where there is none. */
const struct query_table *query_table_find(struct sv name);
const struct table_field *query_table_field(const struct query_table *t, struct sv name);
/* All, until name NULL. */
const struct query_table *query_tables(void);

#endif
