/* limits: the numbers that end runaway input in a message instead of a crash. One place, so that they can be read and tested. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_LIMITS_H
#define BASE_LIMITS_H

#define LIMIT_SOURCE_BYTES   (64u << 20)    /* one manifest, template or data file */
#define LIMIT_PARSE_DEPTH    400            /* nested expressions of a manifest */
#define LIMIT_EVAL_DEPTH     800            /* nested calls while compiling */
#define LIMIT_COMPILE_BYTES  (1024ul << 20) /* memory of one compile */
#define LIMIT_REGEX_STEPS    20000000ul     /* retries of one regular expression match */
#define LIMIT_LOOKUP_DEPTH   64             /* lookups inside lookups */
#define LIMIT_EXPORT_ROUNDS  16             /* compiles of one host until all exports are those collected */
#define LIMIT_GENERATE_MS    30000          /* a program that generate() runs */
#define LIMIT_GENERATE_BYTES (1u << 20)     /* what it prints */
#define LIMIT_RUBY_MS        30000          /* one ERB template or function in Ruby */
#define LIMIT_RUBY_BYTES     (1024ul << 20) /* address space of the Ruby process */
#define LIMIT_RUBY_MESSAGE   (256u << 20)   /* what is sent to it or from it at once */

#endif
