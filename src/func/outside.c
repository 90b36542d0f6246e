/* outside: functions that leave the compile: generate runs a program; and certificates, which OpenSSL reads. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/command.h"
#include "base/fs.h"
#include "base/hash.h"
#include "base/limits.h"
#include "func/support.h"

/* ---- generate ---- */

extern char **environ;

/* The caller's surroundings without what is one person's, and with plain words. */
static const char *const *plain_environment(struct arena *a)
{
    static const char *const left_out[] = { "LANG=", "LC_", "LANGUAGE=", "HOME=", "USER=", "LOGNAME=" };
    const char **list = NULL;
    size_t count = 0, cap = 0;
    for (char **e = environ; *e; e++) {
        bool keep = true;
        for (size_t i = 0; i < sizeof left_out / sizeof *left_out; i++)
            keep = keep && !sv_starts(sv_of(*e), sv_of(left_out[i]));
        if (keep)
            ARENA_PUSH(a, list, count, cap, *e);
    }
    ARENA_PUSH(a, list, count, cap, "LANG=C");
    ARENA_PUSH(a, list, count, cap, "LC_ALL=C");
    ARENA_PUSH(a, list, count, cap, NULL);
    return list;
}

struct words {
    const char **items;
    size_t count, cap;
};

/* Arguments as texts, lists unfolded. */
static void add_words(struct call *k, struct words *w, struct value v)
{
    for (uint32_t i = 0; v.kind == V_ARRAY && i < v.n; i++)
        add_words(k, w, v.items[i]);
    if (v.kind == V_ARRAY)
        return;
    struct sv text = ruby_text(k->arena, v);
    if (sv_find_char(text, '\0', 0) != SIZE_MAX)
        call_fail(k, "string contains null byte");
    ARENA_PUSH(k->arena, w->items, w->count, w->cap, arena_cstr(k->arena, text));
}

static struct sv program_arg(struct call *k)
{
    if (!k->count)
        call_fail(k, "generate(): Wrong number of arguments given (0 for minimum 1)");
    struct value v = old_arg(k, 0);
    struct sv path = v.kind == V_STRING ? value_sv(v) : SV_NONE;
    if (!sv_starts(path, SV("/")))
        call_fail(k, "Generators must be fully qualified");
    if (!text_matches(k, "\\A[-\\/\\w.+]+\\z", path))
        call_fail(k, "Generators can only contain alphanumerics, file separators, and dashes");
    if (sv_find(path, SV(".."), 0) != SIZE_MAX)
        call_fail(k, "Can not use generators with '..' in them.");
    return path;
}

static struct value fn_generate(struct call *k)
{
    call_asks_outside(k);
    struct sv path = program_arg(k), real;
    struct words w = { 0 };
    struct strbuf line = STRBUF_IN(k->arena);
    struct command_result r;
    struct err err = { "" };
    struct stat st;
    for (uint32_t i = 0; i < k->count; i++)
        add_words(k, &w, old_arg(k, i));
    for (size_t i = 0; i < w.count; i++)
        strbuf_addf(&line, "%s%s", i ? " " : "", w.items[i]);
    ARENA_PUSH(k->arena, w.items, w.count, w.cap, NULL);
    if (!snapshot_real_path(compile_snapshot(k->c), k->arena, path, &real, &err))
        call_fail(k, "%s", err.text);
    w.items[0] = arena_cstr(k->arena, real);
    const char *dir = arena_cstr(k->arena, path_dir(real));
    if (stat(dir, &st) < 0 || !S_ISDIR(st.st_mode))
        call_fail(k, "No such file or directory @ dir_chdir - %s", dir);
    bool ran = command_run(k->arena,
                           COMMAND(.argv = w.items, .env = plain_environment(k->arena), .cwd = dir, .timeout_ms = LIMIT_GENERATE_MS,
                                   .max_output = LIMIT_GENERATE_BYTES),
                           &r, &err);
    if (ran && r.timed_out)
        call_fail(k, "Failed to execute generator %.*s: it ran longer than %d seconds", SV_ARG(path), LIMIT_GENERATE_MS / 1000);
    if (ran && r.output.n >= LIMIT_GENERATE_BYTES)
        call_fail(k, "Failed to execute generator %.*s: it printed more than %u bytes", SV_ARG(path), LIMIT_GENERATE_BYTES - 1);
    if (!ran || r.status)
        call_fail(k, "Failed to execute generator %.*s: Execution of '%s' returned %d: %.*s", SV_ARG(path), strbuf_cstr(&line),
                  ran ? r.status : 1, SV_ARG(ran ? sv_trim(r.output) : SV("")));
    return value_str(r.output);
}

/* ---- certificates ---- */

static X509 *read_certificate(struct sv text)
{
    BIO *in = BIO_new_mem_buf(text.p, (int)text.n);
    X509 *cert = in ? PEM_read_bio_X509(in, NULL, no_passphrase, NULL) : NULL;
    BIO_free(in);
    return cert;
}

/* A private key, else a public one. */
static EVP_PKEY *read_key(struct sv text)
{
    BIO *in = BIO_new_mem_buf(text.p, (int)text.n);
    EVP_PKEY *key = in ? PEM_read_bio_PrivateKey(in, NULL, no_passphrase, NULL) : NULL;
    if (in && !key) {
        (void)BIO_reset(in);
        key = PEM_read_bio_PUBKEY(in, NULL, no_passphrase, NULL);
    }
    BIO_free(in);
    return key;
}

static struct value fn_validate_x509_rsa_key_pair(struct call *k)
{
    if (k->count != 2)
        call_fail(k, "validate_x509_rsa_key_pair(): wrong number of arguments (%u; must be 2)", k->count);
    for (uint32_t i = 0; i < 2; i++)
        if (old_arg(k, i).kind != V_STRING)
            call_fail(k, "%.*s is not a string.", SV_ARG(ruby_inspected(k->arena, old_arg(k, i))));
    X509 *cert = read_certificate(value_sv(old_arg(k, 0)));
    EVP_PKEY *key = cert ? read_key(value_sv(old_arg(k, 1))) : NULL;
    int type = key ? EVP_PKEY_get_base_id(key) : 0;
    bool signed_by = type == EVP_PKEY_RSA && X509_verify(cert, key) == 1, has_cert = cert != NULL;
    X509_free(cert);
    EVP_PKEY_free(key);
    ERR_clear_error();
    if (!has_cert)
        call_fail(k, "Not a valid x509 certificate: PEM_read_bio_X509: no start line");
    if (!type)
        call_fail(k, "Not a valid RSA key: Neither PUB key nor PRIV key: unsupported");
    if (type != EVP_PKEY_RSA)
        call_fail(k, "Not a valid RSA key: incorrect pkey type: %s", OBJ_nid2ln(type));
    if (!signed_by)
        call_fail(k, "Certificate signature does not match supplied key");
    return VALUE_UNDEF;
}

const struct builtin func_outside[] = {
    { "generate", TAKES_ANYTHING, "what a program prints", fn_generate, 0, NULL },
    { "validate_x509_rsa_key_pair", TAKES_ANYTHING, "refuses a certificate that a key did not sign", fn_validate_x509_rsa_key_pair,
      FN_STATEMENT, NULL },
};
const size_t func_outside_count = sizeof func_outside / sizeof *func_outside;
