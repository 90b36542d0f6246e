/* ruby_value: values as Ruby names and writes them, which the reference's messages and older functions show. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TYPES_RUBY_VALUE_H
#define TYPES_RUBY_VALUE_H

#include "types/value.h"

/* "String", "NilClass": the class of a value. */
const char *ruby_class(struct value v);
/* Object#inspect: [1, "a", nil], {"a"=>1}. What Ruby has no literal for is written as the language writes it. */
void ruby_inspect(struct strbuf *out, struct value v);
struct sv ruby_inspected(struct arena *a, struct value v);
/* Object#to_s: as inspect for lists and hashes, '' for undef. */
struct sv ruby_text(struct arena *a, struct value v);

#endif
