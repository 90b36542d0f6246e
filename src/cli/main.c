/* main: finds the verb, reads its options, runs it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/strbuf.h"
#include "cli/cli.h"

static const struct verb *const verbs[] = {
    &verb_check,   &verb_plan,      &verb_apply,   &verb_agenda, &verb_compile, &verb_validate, &verb_lookup,  &verb_why,      &verb_query,
    &verb_enc,     &verb_import,    &verb_facts,   &verb_show,   &verb_graph,   &verb_owners,   &verb_orphans, &verb_set,      &verb_create,
    &verb_delete,  &verb_host,      &verb_history, &verb_revert, &verb_store,   &verb_deploy,   &verb_deploys, &verb_outliers, &verb_diff,
    &verb_drift,   &verb_readiness, &verb_flow,    &verb_topic,  &verb_context, &verb_backlog,  &verb_meeting, &verb_note,     &verb_health,
    &verb_checkup, &verb_feed,      &verb_server,  &verb_mail,   &verb_init,    &verb_split,    &verb_adopt
};
enum { VERB_COUNT = sizeof verbs / sizeof *verbs };

/* --- options --- */

static const struct cli_option common[] = {
    { "json", 0, NULL, "print for machines" },
    { "help", 'h', NULL, "show this" },
    { NULL, 0, NULL, NULL },
};
enum { COMMON_JSON, COMMON_HELP, COMMON_COUNT };

static unsigned count_options(const struct cli_option *o)
{
    unsigned n = 0;
    while (o && o[n].name)
        n++;
    return n;
}

/* Options of the verb come first, then the common ones; -1 where there is none. */
static int option_index(const struct verb *v, const char *name, size_t n, char letter)
{
    unsigned own = count_options(v->options);
    for (unsigned i = 0; i < own + COMMON_COUNT; i++) {
        const struct cli_option *o = i < own ? &v->options[i] : &common[i - own];
        if (letter ? o->letter == letter : strlen(o->name) == n && strncmp(o->name, name, n) == 0)
            return (int)i;
    }
    return -1;
}

static const struct cli_option *option_at(const struct verb *v, int i)
{
    int own = (int)count_options(v->options);
    return i < own ? &v->options[i] : &common[i - own];
}

const char *cli_value(const struct cli *c, const char *name)
{
    int i = option_index(c->verb, name, strlen(name), 0);
    return i < 0 ? NULL : c->values[i];
}

void cli_override(struct cli *c, const char *name, const char *value)
{
    unsigned count = count_options(c->verb->options) + COMMON_COUNT;
    const char **values = ARENA_ARRAY(c->arena, const char *, count);
    memcpy(values, c->values, count * sizeof *values);
    values[option_index(c->verb, name, strlen(name), 0)] = value;
    c->values = values;
}

bool cli_flag(const struct cli *c, const char *name) { return cli_value(c, name) != NULL; }

int cli_misuse(const struct cli *c, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fprintf(stderr, "potlac %s: ", c->verb->name);
    vfprintf(stderr, fmt, ap);
    fprintf(stderr, "\nSee 'potlac %s --help'.\n", c->verb->name);
    va_end(ap);
    return EXIT_BROKEN;
}

int cli_broken(const struct err *err)
{
    fprintf(stderr, "potlac: %s\n", err->text);
    return EXIT_BROKEN;
}

void cli_write(FILE *to, const struct strbuf *text)
{
    if (text->n)
        fwrite(text->p, 1, text->n, to);
}

bool cli_diags(const struct cli *c, const struct diags *d)
{
    (void)c;
    AUTO_STRBUF text = STRBUF_HEAP;
    diags_print(&text, d, isatty(STDERR_FILENO) && !getenv("NO_COLOR"));
    if (text.n)
        cli_write(stderr, &text);
    return d->errors > 0;
}

const char *cli_bold(const struct cli *c) { return c->colour ? "\033[1m" : ""; }
const char *cli_dim(const struct cli *c) { return c->colour ? "\033[2m" : ""; }
const char *cli_red(const struct cli *c) { return c->colour ? "\033[31m" : ""; }
const char *cli_green(const struct cli *c) { return c->colour ? "\033[32m" : ""; }
const char *cli_yellow(const struct cli *c) { return c->colour ? "\033[33m" : ""; }
const char *cli_plain(const struct cli *c) { return c->colour ? "\033[0m" : ""; }

/* --- help --- */

static void print_option(const struct cli_option *o)
{
    char left[64];
    snprintf(left, sizeof left, "%c%c%s--%s%s%s", o->letter ? '-' : ' ', o->letter ? o->letter : ' ', o->letter ? ", " : "  ", o->name,
             o->arg ? " " : "", o->arg ? o->arg : "");
    printf("  %-26s %s\n", left, o->help);
}

static void print_verb_help(const struct verb *v)
{
    printf("Usage: potlac %s %s\n\n%s\n", v->name, v->usage, v->summary);
    if (v->help)
        printf("\n%s\n", v->help);
    printf("\nOptions:\n");
    for (const struct cli_option *o = v->options; o && o->name; o++)
        print_option(o);
    for (const struct cli_option *o = common; o->name; o++)
        print_option(o);
}

static int print_help(FILE *to)
{
    fprintf(to, "potlac keeps one model of machines, owners and teams, as code, and makes reality match it.\n\n"
                "Usage: potlac VERB [OPTIONS] [ARGUMENTS]\n\nVerbs:\n");
    for (unsigned i = 0; i < VERB_COUNT; i++)
        fprintf(to, "  %-10s %s\n", verbs[i]->name, verbs[i]->summary);
    fprintf(to, "\n'potlac VERB --help' shows a verb's options. 'potlac --version' shows the version.\n");
    return to == stdout ? EXIT_OK : EXIT_BROKEN;
}

/* --- reading the command line --- */

/* Takes the option at argv[*i]; its argument may be in the same word or the next. False after a message. */
static bool take_option(struct cli *c, int argc, char **argv, int *i)
{
    const char *word = argv[*i], *inline_value = NULL;
    bool is_long = word[1] == '-';
    const char *name = word + (is_long ? 2 : 1);
    size_t n = is_long ? strcspn(name, "=") : 1;
    if (is_long && name[n] == '=')
        inline_value = name + n + 1;
    else if (!is_long && name[1])
        inline_value = name + 1;
    int at = option_index(c->verb, name, n, is_long ? 0 : name[0]);
    if (at < 0) {
        cli_misuse(c, "unknown option '%.*s'", (int)(n + (size_t)(name - word)), word);
        return false;
    }
    const struct cli_option *o = option_at(c->verb, at);
    if (!o->arg && inline_value) {
        cli_misuse(c, "option '--%s' takes no argument", o->name);
        return false;
    }
    if (o->arg && !inline_value && *i + 1 == argc) {
        cli_misuse(c, "option '--%s' needs an argument: %s", o->name, o->arg);
        return false;
    }
    c->values[at] = !o->arg ? "" : inline_value ? inline_value : argv[++*i];
    return true;
}

static bool read_command_line(struct cli *c, int argc, char **argv)
{
    c->values = ARENA_ARRAY(c->arena, const char *, count_options(c->verb->options) + COMMON_COUNT);
    c->args = ARENA_ARRAY(c->arena, const char *, (size_t)argc);
    bool only_args = false;
    for (int i = 2; i < argc; i++) {
        if (!only_args && strcmp(argv[i], "--") == 0)
            only_args = true;
        else if (only_args || argv[i][0] != '-' || !argv[i][1])
            c->args[c->arg_count++] = argv[i];
        else if (!take_option(c, argc, argv, &i))
            return false;
    }
    c->json = cli_flag(c, "json");
    c->colour = isatty(STDOUT_FILENO) && !getenv("NO_COLOR");
    c->progress = isatty(STDERR_FILENO);
    return true;
}

static const struct verb *find_verb(const char *name)
{
    for (unsigned i = 0; i < VERB_COUNT; i++)
        if (strcmp(verbs[i]->name, name) == 0)
            return verbs[i];
    return NULL;
}

static int unknown_verb(const char *name)
{
    struct arena *a = arena_new(0);
    struct sv names[VERB_COUNT];
    for (unsigned i = 0; i < VERB_COUNT; i++)
        names[i] = sv_of(verbs[i]->name);
    struct sv near = near_names(a, sv_of(name), names, VERB_COUNT);
    fprintf(stderr, "potlac: unknown verb '%s'%s%.*s%s\nSee 'potlac --help'.\n", name, near.n ? "; did you mean " : "", SV_ARG(near),
            near.n ? "?" : "");
    arena_free(a);
    return EXIT_BROKEN;
}

static int run_verb(const struct verb *v, int argc, char **argv)
{
    struct cli c = { .verb = v, .arena = arena_new(0) };
    int status = EXIT_BROKEN;
    if (read_command_line(&c, argc, argv)) {
        if (cli_flag(&c, "help"))
            print_verb_help(v);
        status = cli_flag(&c, "help") ? EXIT_OK : v->run(&c);
    }
    arena_free(c.arena);
    return status;
}

static int run(int argc, char **argv)
{
    const char *word = argc < 2 ? "" : argv[1];
    if (argc < 2)
        return print_help(stderr);
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0)
        return print_help(stdout);
    if (strcmp(word, "--version") == 0) {
        puts("potlac " POTLAC_VERSION);
        return EXIT_OK;
    }
    const struct verb *v = find_verb(word);
    return v ? run_verb(v, argc, argv) : unknown_verb(word);
}

int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN);
    log_set(LOG_NOTICE, isatty(STDOUT_FILENO) && isatty(STDERR_FILENO) && !getenv("NO_COLOR"));
    int status = run(argc, argv);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fprintf(stderr, "potlac: cannot write to standard output\n");
        status = EXIT_BROKEN;
    }
    return status;
}
