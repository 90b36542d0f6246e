/* json: reads JSON by yajl into data trees, and writes it as a stream. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/data.h"

bool json_read(struct arena *a, const struct source *src, const struct data_limits *limits, struct diags *diags, struct data_doc **out_doc);

/* A writer appends to a buffer and puts commas and indentation itself. */
struct json_out {
    struct strbuf *out;
    bool pretty;
    int depth;
    bool first, after_key; /* state: nothing written at this depth yet; a key waits for its value */
};

struct json_out json_to(struct strbuf *out, bool pretty);
void json_open(struct json_out *j, char bracket);  /* '{' or '[' */
void json_close(struct json_out *j, char bracket); /* '}' or ']' */
void json_key(struct json_out *j, struct sv key);
/* Invalid UTF-8 is replaced by U+FFFD. */
void json_str(struct json_out *j, struct sv s);
void json_int(struct json_out *j, int64_t i);
void json_float(struct json_out *j, double f);
void json_bool(struct json_out *j, bool b);
void json_null(struct json_out *j);
/* A value that is JSON text already. */
void json_raw(struct json_out *j, struct sv text);
void json_data(struct json_out *j, const struct data *d);
/* key and value in one line each. */
void json_kstr(struct json_out *j, const char *key, struct sv s);
void json_kint(struct json_out *j, const char *key, int64_t i);
void json_kbool(struct json_out *j, const char *key, bool b);

#endif
