/* cli: verbs and their options, from one table each. Only this layer prints. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stdio.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/err.h"

/* An option of a verb: "--name ARG" or, where arg is NULL, a flag. */
struct cli_option {
    const char *name;
    char letter; /* 0: none */
    const char *arg;
    const char *help;
};

struct cli;

struct verb {
    const char *name;
    const char *usage;                /* behind "potlac NAME" */
    const char *summary;              /* one line */
    const char *help;                 /* paragraphs; may be NULL */
    const struct cli_option *options; /* ended by a NULL name */
    int (*run)(struct cli *c);        /* the exit status */
};

extern const struct verb verb_agenda, verb_backlog, verb_checkup, verb_context, verb_meeting, verb_note, verb_health, verb_topic,
    verb_apply, verb_check, verb_compile, verb_create, verb_delete, verb_deploy, verb_deploys, verb_drift, verb_enc, verb_facts, verb_flow,
    verb_import, verb_graph, verb_history, verb_lookup, verb_orphans, verb_outliers, verb_owners, verb_plan, verb_query, verb_readiness,
    verb_show, verb_split, verb_store, verb_validate, verb_host, verb_revert, verb_set, verb_diff, verb_why;

/* Beginning. */
extern const struct verb verb_init;

/* The server and what leaves it. */
extern const struct verb verb_feed, verb_mail, verb_server;
/* Of people's calendars. */
extern const struct verb verb_adopt;

/* One invocation. All memory is in its arena. */
struct cli {
    struct arena *arena;
    const struct verb *verb;
    const char **values; /* option_values[i] for options[i]; "" for a flag that was given */
    const char **args;   /* positional */
    unsigned arg_count;
    bool json, colour; /* --json; standard output is a terminal and NO_COLOR is not set */
    bool progress;     /* standard error is a terminal */
};

/* Exit statuses, as --detailed-exitcodes has them. */
enum { EXIT_OK = 0, EXIT_BROKEN = 1, EXIT_CHANGES = 2, EXIT_FAILURES = 4 };

/* NULL where the option was not given. */
const char *cli_value(const struct cli *c, const char *name);
bool cli_flag(const struct cli *c, const char *name);
/* As if the option had been given; another copy of c keeps what it has. */
void cli_override(struct cli *c, const char *name, const char *value);
/* Prints "potlac VERB: text" and a hint to --help; returns EXIT_BROKEN. */
int cli_misuse(const struct cli *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Prints "potlac: text"; returns EXIT_BROKEN. */
int cli_broken(const struct err *err);
/* Diagnostics to standard error; returns true where there are errors. */
bool cli_diags(const struct cli *c, const struct diags *d);
/* A buffer to a stream. */
void cli_write(FILE *to, const struct strbuf *text);
/* Wraps text in a colour where standard output is a terminal. */
const char *cli_bold(const struct cli *c);
const char *cli_dim(const struct cli *c);
const char *cli_red(const struct cli *c);
const char *cli_green(const struct cli *c);
const char *cli_yellow(const struct cli *c);
const char *cli_plain(const struct cli *c);

#endif
