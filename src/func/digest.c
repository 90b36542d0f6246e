/* digest: checksums, base64, and stdlib's hashes of passwords. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <crypt.h>
#include <openssl/evp.h>
#include <sys/random.h>

#include "base/hash.h"
#include "func/support.h"

static struct value digest_of(struct call *k, enum digest kind)
{
    if (k->count != 1)
        call_fail(k, "%s(): Wrong number of arguments given (%u for 1)", k->fn->name, k->count);
    struct value v = old_arg(k, 0);
    if (v.kind != V_STRING)
        call_fail(k, "no implicit conversion of %s into String", v.kind == V_BOOL ? (v.b ? "true" : "false") : ruby_class(v));
    return value_str(digest_hex(k->arena, kind, value_sv(v)));
}

static struct value fn_md5(struct call *k) { return digest_of(k, DIGEST_MD5); }
static struct value fn_sha1(struct call *k) { return digest_of(k, DIGEST_SHA1); }
static struct value fn_sha256(struct call *k) { return digest_of(k, DIGEST_SHA256); }

/* ---- base64 ---- */

static struct sv replaced(struct call *k, struct sv s, char a, char to_a, char b, char to_b)
{
    char *p = arena_cstr(k->arena, s);
    for (size_t i = 0; i < s.n; i++)
        p[i] = p[i] == a ? to_a : p[i] == b ? to_b : p[i];
    return sv_make(p, s.n);
}

static bool is_base64(char c) { return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '+' || c == '/'; }

/* Forgiving: what is no base64 is skipped, and it may end anywhere. */
static struct sv decoded(struct call *k, struct sv text)
{
    struct strbuf clean = STRBUF_IN(k->arena);
    struct sv out = SV("");
    for (size_t i = 0; i < text.n && text.p[i] != '='; i++)
        if (is_base64(text.p[i]))
            strbuf_addc(&clean, text.p[i]);
    if (clean.n % 4 == 1)
        clean.n--;
    strbuf_pad(&clean, '=', (4 - clean.n % 4) % 4);
    base64_decode(k->arena, strbuf_sv(&clean), &out);
    return out;
}

static struct sv strictly_decoded(struct call *k, struct sv text)
{
    struct sv out;
    bool good = text.n % 4 == 0;
    for (size_t i = 0; i < text.n; i++)
        good = good && (is_base64(text.p[i]) || (text.p[i] == '=' && i + 2 >= text.n));
    if (!good || !base64_decode(k->arena, text, &out))
        call_fail(k, "invalid base64");
    return out;
}

static struct sv in_lines(struct call *k, struct sv s)
{
    struct strbuf out = STRBUF_IN(k->arena);
    for (size_t i = 0; i < s.n; i += 60) {
        strbuf_add(&out, sv_slice(s, i, i + 60));
        strbuf_addc(&out, '\n');
    }
    return out.n ? strbuf_sv(&out) : SV("");
}

static struct value fn_base64(struct call *k)
{
    if (k->count < 2)
        call_fail(k, "base64(): Wrong number of arguments (%u; must be >= 2)", k->count);
    struct value how = old_arg(k, 0), text = old_arg(k, 1), method = k->count > 2 ? old_arg(k, 2) : value_str(SV("default"));
    bool encode = how.kind == V_STRING && sv_is(value_sv(how), "encode");
    if (!encode && (how.kind != V_STRING || !sv_is(value_sv(how), "decode")))
        call_fail(k, "base64(): the first argument must be one of 'encode' or 'decode'");
    if (text.kind != V_STRING)
        call_fail(k, "base64(): the second argument must be a string to base64");
    struct sv m = value_text(k->arena, method), s = value_sv(text);
    bool strict = sv_is(m, "strict"), url = sv_is(m, "urlsafe");
    if (!strict && !url && !sv_is(m, "default"))
        call_fail(k, "base64(): the third argument must be one of 'default', 'strict', or 'urlsafe'");
    if (encode) {
        struct sv out = base64_encode(k->arena, s);
        return value_str(url ? replaced(k, out, '+', '-', '/', '_') : strict ? out : in_lines(k, out));
    }
    if (url) {
        struct strbuf padded = STRBUF_IN(k->arena);
        strbuf_add(&padded, replaced(k, s, '-', '+', '_', '/'));
        if (!(s.n && s.p[s.n - 1] == '='))
            strbuf_pad(&padded, '=', (4 - s.n % 4) % 4);
        return value_str(strictly_decoded(k, strbuf_sv(&padded)));
    }
    return value_str(strict ? strictly_decoded(k, s) : decoded(k, s));
}

/* ---- passwords ---- */

static struct value open_arg(const struct call *k, uint32_t i)
{
    struct value v = old_arg(k, i);
    return v.kind == V_SENSITIVE ? *v.inner : v;
}

static bool salt_letter(char c) { return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '.' || c == '/'; }

static bool salt_fits(struct sv salt, bool bcrypt)
{
    bool ok = true;
    for (size_t i = 0; i < salt.n && !bcrypt; i++)
        ok = ok && salt_letter(salt.p[i]);
    if (!bcrypt)
        return ok;
    ok = salt.n >= 25 && salt.p[0] >= '0' && salt.p[0] <= '9' && salt.p[1] >= '0' && salt.p[1] <= '9' && salt.p[2] == '$';
    for (size_t i = 3; ok && i < 25; i++)
        ok = salt_letter(salt.p[i]);
    return ok;
}

static const struct crypt_kind {
    const char *name, *prefix;
    bool bcrypt;
} crypt_kinds[] = {
    { "md5", "1", false },      { "sha-256", "5", false },  { "sha-512", "6", false },  { "bcrypt", "2b", true },
    { "bcrypt-a", "2a", true }, { "bcrypt-x", "2x", true }, { "bcrypt-y", "2y", true },
};

static const struct crypt_kind *crypt_kind(struct call *k, struct sv name)
{
    for (size_t i = 0; i < sizeof crypt_kinds / sizeof *crypt_kinds; i++)
        if (sv_eq_nocase(name, sv_of(crypt_kinds[i].name)))
            return &crypt_kinds[i];
    call_fail(k, "pw_hash(): %.*s is not a valid hash type", SV_ARG(name));
}

static struct value fn_pw_hash(struct call *k)
{
    if (k->count != 3)
        call_fail(k, "pw_hash(): Wrong number of arguments given (%u for 3)", k->count);
    struct value password = open_arg(k, 0), kind = open_arg(k, 1), salt = open_arg(k, 2);
    if (password.kind != V_STRING && !is_none(password))
        call_fail(k, "pw_hash(): first argument must be a string");
    if (kind.kind != V_STRING)
        call_fail(k, "pw_hash(): second argument must be a string");
    const struct crypt_kind *row = crypt_kind(k, value_sv(kind));
    if (salt.kind != V_STRING)
        call_fail(k, "pw_hash(): third argument must be a string");
    if (!salt.n)
        call_fail(k, "pw_hash(): third argument must not be empty");
    if (!salt_fits(value_sv(salt), row->bcrypt))
        call_fail(k, "pw_hash(): characters in salt must %s",
                  row->bcrypt ? "match (?-mix:^[0-9]{2}\\$[.\\/A-Za-z0-9]{22})" : "be in the set [a-zA-Z0-9./]");
    if (password.kind != V_STRING || !password.n)
        return VALUE_UNDEF;
    if (memchr(password.s, 0, password.n) || salt.n > 200)
        call_fail(k, "pw_hash(): the password holds a NUL, or the salt is longer than 200 characters");
    struct crypt_data *data = ARENA_NEW(k->arena, struct crypt_data);
    struct sv setting = arena_printf(k->arena, "$%s$%.*s", row->prefix, SV_ARG(value_sv(salt)));
    const char *hash = crypt_r(arena_cstr(k->arena, value_sv(password)), arena_cstr(k->arena, setting), data);
    if (!hash || hash[0] == '*')
        call_fail(k, "pw_hash(): Invalid argument - crypt(3)");
    return value_str(arena_dup(k->arena, sv_of(hash)));
}

static struct sv hex(struct call *k, const unsigned char *bytes, size_t n)
{
    struct strbuf out = STRBUF_IN(k->arena);
    for (size_t i = 0; i < n; i++)
        strbuf_addf(&out, "%02x", bytes[i]);
    return strbuf_sv(&out);
}

static struct value fn_str2saltedpbkdf2(struct call *k)
{
    unsigned char out[128];
    if (k->count != 3)
        call_fail(k, "str2saltedpbkdf2(): wrong number of arguments (%u for 3)", k->count);
    struct value password = open_arg(k, 0), salt = open_arg(k, 1), rounds = open_arg(k, 2);
    if (password.kind != V_STRING)
        call_fail(k, "str2saltedpbkdf2(): first argument must be a string");
    if (salt.kind != V_STRING)
        call_fail(k, "str2saltedpbkdf2(): second argument must be a string");
    if (salt.n < 8)
        call_fail(k, "str2saltedpbkdf2(): second argument must be at least 8 bytes long");
    if (rounds.kind != V_INT)
        call_fail(k, "str2saltedpbkdf2(): third argument must be an integer");
    if (rounds.i <= 40000 || rounds.i >= 70000)
        call_fail(k, "str2saltedpbkdf2(): third argument must be between 40,000 and 70,000");
    if (PKCS5_PBKDF2_HMAC(password.s, (int)password.n, (const unsigned char *)salt.s, (int)salt.n, (int)rounds.i, EVP_sha512(), sizeof out,
                          out) != 1)
        call_fail(k, "str2saltedpbkdf2(): cannot compute the hash");
    struct hash *h = hash_new(k->arena, 3);
    hash_put_str(k->arena, h, "password_hex", value_str(hex(k, out, sizeof out)));
    hash_put_str(k->arena, h, "salt_hex", value_str(hex(k, (const unsigned char *)salt.s, salt.n)));
    hash_put_str(k->arena, h, "iterations", rounds);
    return value_hash(h);
}

static struct value fn_str2saltedsha512(struct call *k)
{
    unsigned char salt[4], out[DIGEST_MAX];
    struct strbuf text = STRBUF_IN(k->arena);
    if (k->count != 1)
        call_fail(k, "str2saltedsha512(): Wrong number of arguments passed (%u but we require 1)", k->count);
    struct value password = old_arg(k, 0);
    if (password.kind != V_STRING)
        call_fail(k, "str2saltedsha512(): Requires a String argument, you passed: %s", ruby_class(password));
    if (getrandom(salt, sizeof salt, 0) != sizeof salt)
        call_fail(k, "str2saltedsha512(): no random numbers");
    strbuf_add(&text, sv_make((const char *)salt, sizeof salt));
    strbuf_add(&text, value_sv(password));
    size_t n = digest_bytes(DIGEST_SHA512, strbuf_sv(&text), out);
    struct sv tail = hex(k, out, n), head = hex(k, salt, sizeof salt);
    return value_str(arena_printf(k->arena, "%.*s%.*s", SV_ARG(head), SV_ARG(tail)));
}

const struct builtin func_digest[] = {
    { "md5", TAKES_ANYTHING, "the MD5 checksum of a text", fn_md5, 0, NULL },
    { "sha1", TAKES_ANYTHING, "the SHA-1 checksum of a text", fn_sha1, 0, NULL },
    { "sha256", TAKES_ANYTHING, "the SHA-256 checksum of a text", fn_sha256, 0, NULL },
    /* the setting digest_algorithm: as it is by default */
    { "digest", TAKES_ANYTHING, "the checksum of a text", fn_sha256, 0, NULL },
    { "base64", TAKES_ANYTHING, "text to base64 and back", fn_base64, 0, NULL },
    { "pw_hash", TAKES_ANYTHING, "a password as a system stores it", fn_pw_hash, 0, NULL },
    { "str2saltedpbkdf2", TAKES_ANYTHING, "a password as macOS stores it", fn_str2saltedpbkdf2, 0, NULL },
    { "str2saltedsha512", TAKES_ANYTHING, "a password as older macOS stores it", fn_str2saltedsha512, 0, NULL },
};
const size_t func_digest_count = sizeof func_digest / sizeof *func_digest;
