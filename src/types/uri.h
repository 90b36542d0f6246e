/* uri: the parts of a URI, as Ruby's URI.parse sees them. In an arena; parts borrow from the text. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TYPES_URI_H
#define TYPES_URI_H

#include "base/err.h"
#include "types/value.h"

struct uri {
    struct sv scheme, userinfo, host, path, query, fragment, opaque; /* p NULL: it has none */
    int64_t port;                                                    /* the scheme's usual one where none is written; -1: none */
};
/* False and err where it is no URI. */
bool uri_parse(struct arena *a, struct sv text, struct uri *out_u, struct err *err);
struct sv uri_text(struct arena *a, const struct uri *u);
/* The parts as the type of a URI tells them: those that are there, the port as text and not where it is http's usual one. */
bool uri_split(struct arena *a, struct sv text, const struct hash **out_parts, struct err *err);
/* $uri.name: a part by its name, undef where the URI has none. False: no part has that name. */
bool uri_part(struct arena *a, struct sv text, struct sv name, struct value *out_v);
/* One of those names. */
bool uri_is_part(struct sv name);
/* In URI[{ key => v }]: a part's name, and a text, a Regexp, or one of a few types. */
bool uri_part_asks(struct value key, struct value v);
/* The same but for letter case of scheme and host, the usual port, and '/' for no path. */
bool uri_equal(struct sv x, struct sv y);
/* base + relative: where a reference leads to from base. */
bool uri_merge(struct arena *a, struct sv base, struct sv relative, struct sv *out_text, struct err *err);
/* URI.new(args). False and a message. */
bool uri_new(struct arena *a, const struct value *args, uint32_t count, struct value *out_v, struct sv *out_why);
/* "URI::HTTP": some of the reference's messages show it. */
const char *uri_ruby_class(struct sv text);

#endif
