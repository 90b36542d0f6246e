/* limits: the numbers that end runaway input in a message instead of a crash. One place, so that they can be read and tested. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_LIMITS_H
#define BASE_LIMITS_H

#define LIMIT_SOURCE_BYTES   (64u << 20)    /* one manifest, template or data file */
#define LIMIT_ARCHIVE_BYTES  (2ull << 30)   /* of all files in an archive that is imported */
#define LIMIT_PARSE_DEPTH    400            /* nested expressions of a manifest */
#define LIMIT_EVAL_DEPTH     800            /* nested calls while compiling */
#define LIMIT_COMPILE_BYTES  (1024ul << 20) /* memory of one compile */
#define LIMIT_LAZY_ROUNDS    1000           /* defines that declare defines that declare defines */
#define LIMIT_VALUE_DEPTH    500            /* nesting of what a resource is given */
#define LIMIT_VALUE_PARTS    2000000        /* all that is in it, each time that it is there */
#define LIMIT_DATA_DEPTH     200            /* nesting of YAML, JSON and HOCON */
#define LIMIT_DATA_NODES     2000000        /* values of one text, with aliases expanded */
#define LIMIT_PIPE_MS        10000          /* a named pipe that is read in place of a file may say nothing for so long */
#define LIMIT_REGEX_STEPS    20000000ul     /* retries of one regular expression match */
#define LIMIT_LOOKUP_DEPTH   64             /* lookups inside lookups */
#define LIMIT_EXPORT_ROUNDS  16             /* compiles of one host until all exports are those collected */
#define LIMIT_GENERATE_MS    30000          /* a program that generate() runs */
#define LIMIT_GENERATE_BYTES (1u << 20)     /* what it prints */
#define LIMIT_RUBY_MS        30000          /* one ERB template or function in Ruby */
#define LIMIT_RUBY_BYTES     (1024ul << 20) /* address space of the Ruby process */
#define LIMIT_RUBY_MESSAGE   (256u << 20)   /* what is sent to it or from it at once */

#endif
