/* format: sprintf as Ruby's, and String.new's formats. Text is in the arena of the buffer. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TYPES_FORMAT_H
#define TYPES_FORMAT_H

#include "base/err.h"
#include "types/value.h"

/* Kernel#format: %d %s %05.2f %<name>s %{name} ... A hash as only argument gives the names. False and err on a mistake. */
bool format_ruby(struct arena *a, struct strbuf *out, struct sv format, const struct value *args, uint32_t count, struct err *err);
/* String(value, formats): formats is undef or default, a format, or a hash of types to formats. */
bool format_value(struct arena *a, struct strbuf *out, struct value v, struct value formats, struct err *err);

#endif
