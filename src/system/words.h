/* words: turns a command line into an argument array, with a shell only where the line needs one. In the run's arena. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYSTEM_WORDS_H
#define SYSTEM_WORDS_H

#include "system/provider.h"

/* As Ruby's exec(string), which Puppet's posix provider uses: split at blanks where there is no meta character, else sh -c. */
const char *const *words_argv(struct run *run, struct sv line);
const char *const *words_shell(struct run *run, struct sv line);
/* The program that a line starts with; quotes around it are taken off. */
struct sv words_program(struct sv line);

#endif
