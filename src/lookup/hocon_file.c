/* hocon_file: data files of `data_hash: hocon_data`. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hocon.h"
#include "lookup/internal.h"

struct hocon_file {
    bool found;
    struct value value;
    struct err why;
};

static void *make_file(void *ctx, struct snapshot *s, struct arena *a)
{
    struct hocon_file *f = ARENA_NEW(a, struct hocon_file);
    struct source *src = ARENA_NEW(a, struct source);
    struct diags diags = diags_in(a);
    struct data_doc *doc;
    src->path = arena_dup(a, *(const struct sv *)ctx);
    if (!snapshot_exists(s, src->path) || !snapshot_read(s, src->path, &src->text, &f->why))
        return f;
    f->found = hocon_read(a, src, NULL, &diags, &doc);
    if (f->found) {
        f->value = value_from_data(a, &doc->root);
        return f;
    }
    unsigned line = 0, column = 0;
    span_position(diags.first->span, &line, &column);
    err_set(&f->why, "(%.*s): %.*s at line %u column %u", SV_ARG(src->path), SV_ARG(diags.first->message), line, column);
    return f;
}

const struct value *hocon_file_data(struct snapshot *s, struct sv path, struct err *err)
{
    AUTO_STRBUF key = STRBUF_HEAP;
    strbuf_addf(&key, "hocon %.*s", SV_ARG(path));
    const struct hocon_file *f = snapshot_memo(s, strbuf_sv(&key), make_file, &path);
    if (f->why.text[0])
        err_set(err, "%s", f->why.text);
    return f->found ? &f->value : NULL;
}
