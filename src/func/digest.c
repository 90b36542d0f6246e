/* digest: checksums and base64. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hash.h"

#include "func/func.h"

static struct value digest(struct call *k, enum digest kind)
{
    return value_str(digest_hex(k->arena, kind, value_text(k->arena, k->args[0])));
}

static struct value fn_md5(struct call *k) { return digest(k, DIGEST_MD5); }
static struct value fn_sha1(struct call *k) { return digest(k, DIGEST_SHA1); }
static struct value fn_sha256(struct call *k) { return digest(k, DIGEST_SHA256); }

static struct value fn_base64(struct call *k)
{
    struct sv how = value_sv(k->args[0]), text = value_sv(k->args[1]), out;

    if (sv_is(how, "decode")) {
        if (!base64_decode(k->arena, text, &out))
            call_fail(k, "base64(): invalid base64");
        return value_str(out);
    }
    if (!sv_is(how, "encode"))
        call_fail(k, "base64(): the first argument must be one of 'encode' or 'decode'");
    out = base64_encode(k->arena, text);
    if (k->count > 2 && sv_is(value_text(k->arena, k->args[2]), "strict"))
        return value_str(out);
    struct strbuf lines = STRBUF_IN(k->arena); /* as usual: lines of 60 characters */

    for (size_t i = 0; i < out.n; i += 60) {
        strbuf_add(&lines, sv_slice(out, i, i + 60));
        strbuf_addc(&lines, '\n');
    }
    return value_str(strbuf_sv(&lines));
}

const struct builtin func_digest[] = {
    { "md5", "Callable[Any]", "the MD5 checksum of a text", fn_md5, 0 },
    { "sha1", "Callable[Any]", "the SHA-1 checksum of a text", fn_sha1, 0 },
    { "sha256", "Callable[Any]", "the SHA-256 checksum of a text", fn_sha256, 0 },
    { "digest", "Callable[Any]", "the checksum of a text", fn_sha256, 0 },
    { "base64", "Callable[String, String, String, 2, 3]", "text to base64 and back", fn_base64, 0 },
};
const size_t func_digest_count = sizeof func_digest / sizeof *func_digest;
