/* write: the file of the model that an import leaves for review. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hash.h"
#include "base/yaml_write.h"
#include "import/internal.h"

#define DIGEST_LINE "# content "

/* Fields in the order in which people read them. */
static const char *const field_order[] = { "fqdn",    "site",  "environment", "cluster", "status", "platform",
                                           "address", "owner", "role",        "puppet",  "params", NULL };

static struct sv digest_of(struct arena *a, struct sv text) { return sv_slice(digest_hex(a, DIGEST_SHA256, text), 0, 16); }

/* Behind the line with the digest. */
static bool split(struct sv text, struct sv *out_digest, struct sv *out_body)
{
    size_t at = sv_find(text, SV("\n" DIGEST_LINE), 0);
    if (at == SIZE_MAX)
        return false;
    size_t from = at + 1 + strlen(DIGEST_LINE), end = sv_find_char(text, '\n', from);
    if (end == SIZE_MAX)
        return false;
    *out_digest = sv_slice(text, from, end);
    *out_body = sv_slice(text, end + 1, text.n);
    return true;
}

bool import_is_edited(struct arena *a, struct sv text)
{
    struct sv digest, body;
    return !split(text, &digest, &body) || !sv_eq(digest, digest_of(a, body));
}

static void write_entity(struct arena *a, struct strbuf *out, const struct imported *e)
{
    struct data root = tree_map(), metadata = tree_map(), spec = tree_map();
    tree_put(a, &metadata, SV("name"), tree_text(e->name));
    if (e->title.n)
        tree_put(a, &metadata, SV("title"), tree_text(e->title));
    if (e->annotations.count)
        tree_put(a, &metadata, SV("annotations"), e->annotations);
    for (const char *const *f = field_order; *f; f++) {
        const struct data *d = tree_get(&e->spec, sv_of(*f));
        if (d)
            tree_put(a, &spec, sv_of(*f), *d);
    }
    tree_put(a, &root, SV("apiVersion"), tree_text(SV("potlac/v1")));
    tree_put(a, &root, SV("kind"), tree_text(sv_of(model_kind_name(e->kind))));
    tree_put(a, &root, SV("metadata"), metadata);
    tree_put(a, &root, SV("spec"), spec);
    yaml_write(out, &root, 0);
}

static void write_items(const struct import *im, struct strbuf *out, bool first)
{
    for (size_t i = 0; i < im->count; i++) {
        const struct imported *e = im->items[i];
        if (e->elsewhere)
            continue;
        if (!first)
            strbuf_adds(out, "---\n");
        first = false;
        strbuf_addf(out, "# from %.*s\n", SV_ARG(e->from));
        if (e->raw.n)
            strbuf_addf(out, "%.*s\n", SV_ARG(e->raw));
        else
            write_entity(im->arena, out, e);
    }
}

struct sv import_text(struct import *im, const struct import_source *source, struct sv path, struct sv was)
{
    struct strbuf body = STRBUF_IN(im->arena), out = STRBUF_IN(im->arena);
    if (was.n && import_is_edited(im->arena, was)) {
        write_items(im, &body, false);
        if (!body.n)
            return was;
        strbuf_add(&out, was);
        if (was.p[was.n - 1] != '\n')
            strbuf_addc(&out, '\n');
        strbuf_add(&out, strbuf_sv(&body));
        return strbuf_sv(&out);
    }
    write_items(im, &body, true);
    strbuf_addf(&out, "# Imported from %s (%.*s) by 'potlac import %s'. Read it over, and commit it.\n", source->title, SV_ARG(path),
                source->name);
    strbuf_adds(&out,
                "# A later import writes this file anew, until somebody edits it: from then on it only adds what is new, at the end.\n");
    strbuf_addf(&out, DIGEST_LINE "%.*s\n", SV_ARG(digest_of(im->arena, strbuf_sv(&body))));
    strbuf_add(&out, strbuf_sv(&body));
    return strbuf_sv(&out);
}
