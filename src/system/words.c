/* words: command lines to argument arrays. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "system/words.h"

static bool needs_shell(struct sv line)
{
    static const char *const built_in[] = { "alias",   "bg",      "break", "case", "cd",    "command", "continue", "do",     "elif",
                                            "else",    "esac",    "eval",  "exec", "exit",  "export",  "fc",       "fg",     "fi",
                                            "for",     "getopts", "hash",  "if",   "in",    "jobs",    "local",    "read",   "readonly",
                                            "return",  "set",     "shift", "then", "times", "trap",    "type",     "ulimit", "umask",
                                            "unalias", "unset",   "until", "wait", "while", ".",       ":",        "!" };
    for (size_t i = 0; i < line.n; i++)
        if (line.p[i] && strchr("*?{}[]<>()~&|\\$;'`\"\n#", line.p[i]))
            return true;
    struct sv first = sv_trim(line);
    size_t end = 0;
    while (end < first.n && first.p[end] != ' ' && first.p[end] != '\t')
        end++;
    first.n = end;
    if (sv_find_char(first, '=', 0) != SIZE_MAX || sv_find_char(first, '%', 0) != SIZE_MAX)
        return true;
    for (size_t i = 0; i < sizeof built_in / sizeof *built_in; i++)
        if (sv_is(first, built_in[i]))
            return true;
    return false;
}

const char *const *words_shell(struct run *run, struct sv line)
{
    const char **argv = ARENA_ARRAY(run->arena, const char *, 4);
    argv[0] = "/bin/sh";
    argv[1] = "-c";
    argv[2] = arena_cstr(run->arena, line);
    return argv;
}

const char *const *words_argv(struct run *run, struct sv line)
{
    if (needs_shell(line))
        return words_shell(run, line);
    const char **argv = NULL;
    uint32_t count = 0;
    size_t cap = 0;
    for (size_t i = 0; i < line.n;) {
        size_t from = i;
        while (i < line.n && line.p[i] != ' ' && line.p[i] != '\t')
            i++;
        if (i > from) {
            const char *word = arena_cstr(run->arena, sv_slice(line, from, i));
            ARENA_PUSH(run->arena, argv, count, cap, word);
        }
        i++;
    }
    if (count == 0)
        return words_shell(run, line);
    ARENA_PUSH(run->arena, argv, count, cap, NULL);
    return argv;
}

struct sv words_program(struct sv line)
{
    if (line.n && (line.p[0] == '"' || line.p[0] == '\'')) {
        size_t end = sv_find_char(line, line.p[0], 1);
        if (end != SIZE_MAX)
            return sv_slice(line, 1, end);
    }
    size_t end = sv_find_char(line, ' ', 0);
    return end == SIZE_MAX ? line : sv_slice(line, 0, end);
}
