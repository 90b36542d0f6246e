/* uri: the parts of a URI, as Ruby's URI.parse sees them. In an arena; parts borrow from the text. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TYPES_URI_H
#define TYPES_URI_H

#include "base/err.h"
#include "types/value.h"

/* scheme, userinfo, host, port, path, query, fragment, opaque: those that are there. False and err where it is no URI. */
bool uri_split(struct arena *a, struct sv text, const struct hash **out_parts, struct err *err);
/* One of those names. */
bool uri_is_part(struct sv name);
/* Does a part of a URI (a text or undef) fit what URI[{part => want}] asks: a text, a Regexp, or a type. */
bool uri_part_fits(struct value want, struct value part);

#endif
