/* parse_epp: lexer, parser, checker, dumps and printer of templates. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "parse_target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) { return fuzz_parse(data, size, PARSE_EPP); }
