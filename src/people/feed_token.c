/* feed_token: see feed_token.h. A token is its id and then a secret of 160 bits. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "people/feed_token.h"

#include <openssl/crypto.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/json.h"

#define TOKEN_KIND SV("feed.token")
enum { ID_BYTES = 5, SECRET_BYTES = 20, ID_CHARS = ID_BYTES * 8 / 5, TOKEN_CHARS = (ID_BYTES + SECRET_BYTES) * 8 / 5 };

/* Five bits a character: letters and digits that are told apart in any font. */
static void encode(const unsigned char *bytes, size_t n, char *out)
{
    static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";
    uint32_t bits = 0;
    unsigned have = 0;
    for (size_t i = 0; i < n; i++) {
        bits = bits << 8 | bytes[i];
        for (have += 8; have >= 5; have -= 5)
            *out++ = alphabet[bits >> (have - 5) & 31];
    }
}

static bool record_event(struct store *s, struct arena *a, const char *kind, const struct feed_token *t, struct sv actor, int64_t at,
                         struct err *err)
{
    struct strbuf body = STRBUF_IN(a);
    struct json_out j = json_to(&body, false);
    json_open(&j, '{');
    json_kstr(&j, "id", t->id);
    if (t->label.n)
        json_kstr(&j, "label", t->label);
    json_close(&j, '}');
    struct event e = { .at = at, .kind = sv_of(kind), .subject = t->user, .actor = actor, .body = strbuf_sv(&body) };
    return store_event_add(s, &e, err);
}

static struct sv token_json(struct arena *a, const struct feed_token *t, struct sv token)
{
    struct strbuf out = STRBUF_IN(a);
    struct json_out j = json_to(&out, false);
    json_open(&j, '{');
    json_kstr(&j, "user", t->user);
    json_kstr(&j, "label", t->label);
    json_kint(&j, "created", t->created);
    json_kstr(&j, "sha256", digest_hex(a, DIGEST_SHA256, token));
    json_close(&j, '}');
    return strbuf_sv(&out);
}

bool feed_token_new(struct store *s, struct arena *a, const struct feed_token *t, struct sv actor, struct sv *out_token, struct err *err)
{
    unsigned char bytes[ID_BYTES + SECRET_BYTES];
    char *text = arena_alloc(a, TOKEN_CHARS);
    struct feed_token added = *t;
    struct sv token = sv_make(text, TOKEN_CHARS), known;
    if (!random_bytes(bytes, sizeof bytes))
        return err_set(err, "the system gives no random bytes");
    encode(bytes, sizeof bytes, text);
    added.id = sv_slice(token, 0, ID_CHARS);
    if (!store_begin(s, err))
        return false;
    struct err problem = { "" };
    bool taken = store_get(s, a, TOKEN_KIND, added.id, &known, &problem);
    bool ok =
        taken ? err_set(err, "a token of the same id was there already: try again") : !problem.text[0] || err_set(err, "%s", problem.text);
    ok = ok && store_put(s, TOKEN_KIND, added.id, token_json(a, &added, token), t->created, err) &&
         record_event(s, a, "feed.token.added", &added, actor, t->created, err);
    if (!ok)
        store_rollback(s);
    if (!ok || !store_commit(s, err))
        return false;
    *out_token = token;
    return true;
}

static bool read_token(struct arena *a, struct sv id, struct sv json, struct feed_token *out, struct sv *out_digest, struct err *err)
{
    struct source *src = ARENA_NEW(a, struct source);
    struct diags diags = diags_in(a);
    struct data_doc *doc;
    const struct data *created;
    *src = (struct source){ SV("a feed's token"), json };
    if (!json_read(a, src, NULL, &diags, &doc))
        return err_set(err, "the recorded token '%.*s' is no JSON", SV_ARG(id));
    *out =
        (struct feed_token){ .id = id, .user = data_text(data_get(&doc->root, "user")), .label = data_text(data_get(&doc->root, "label")) };
    created = data_get(&doc->root, "created");
    out->created = created && created->kind == DATA_INT ? created->i : 0;
    *out_digest = data_text(data_get(&doc->root, "sha256"));
    return true;
}

static int by_age(const void *x, const void *y)
{
    const struct feed_token *a = x, *b = y;
    return a->created != b->created ? (a->created < b->created ? -1 : 1) : sv_cmp(a->id, b->id);
}

bool feed_token_list(struct store *s, struct arena *a, struct sv user, struct feed_token **out_list, uint32_t *out_count, struct err *err)
{
    struct document *docs;
    size_t n;
    struct sv digest;
    uint32_t kept = 0;
    if (!store_list(s, a, TOKEN_KIND, &docs, &n, err))
        return false;
    struct feed_token *list = ARENA_ARRAY(a, struct feed_token, n + 1);
    for (size_t i = 0; i < n; i++) {
        if (!read_token(a, docs[i].key, docs[i].json, &list[kept], &digest, err))
            return false;
        kept += !user.n || sv_eq(list[kept].user, user);
    }
    if (kept)
        qsort(list, kept, sizeof *list, by_age);
    *out_list = list;
    *out_count = kept;
    return true;
}

bool feed_token_revoke(struct store *s, struct arena *a, struct sv id, struct sv actor, int64_t now, struct feed_token *out_revoked,
                       struct err *err)
{
    struct sv json, digest;
    if (!store_begin(s, err))
        return false;
    bool ok = store_get(s, a, TOKEN_KIND, id, &json, err) && read_token(a, id, json, out_revoked, &digest, err) &&
              store_delete(s, TOKEN_KIND, id, err) && record_event(s, a, "feed.token.revoked", out_revoked, actor, now, err);
    if (ok)
        return store_commit(s, err);
    store_rollback(s);
    return false;
}

/* Found by its id, which is no secret; the rest is compared in a time that says nothing of how much of it was right. */
bool feed_token_user(struct store *s, struct arena *a, struct sv token, struct sv *out_user, struct err *err)
{
    struct feed_token t;
    struct sv json, digest;
    if (token.n != TOKEN_CHARS || !sv_is_utf8(token))
        return false;
    struct sv given = digest_hex(a, DIGEST_SHA256, token);
    if (!store_get(s, a, TOKEN_KIND, sv_slice(token, 0, ID_CHARS), &json, err) ||
        !read_token(a, sv_slice(token, 0, ID_CHARS), json, &t, &digest, err))
        return false;
    if (digest.n != given.n || CRYPTO_memcmp(digest.p, given.p, given.n) != 0)
        return false;
    *out_user = t.user;
    return true;
}
