/* uri: the parts of a URI, as Ruby's URI.parse sees them. In an arena; parts borrow from the text. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TYPES_URI_H
#define TYPES_URI_H

#include "base/err.h"
#include "types/value.h"

/* scheme, userinfo, host, port, path, query, fragment, opaque: those that are there. False and err where it is no URI. */
bool uri_split(struct arena *a, struct sv text, const struct hash **out_parts, struct err *err);
/* $uri.name: a part by its name, undef where the URI has none. False: no part has that name. */
bool uri_part(struct arena *a, struct sv text, struct sv name, struct value *out_v);
/* One of those names. */
bool uri_is_part(struct sv name);

#endif
