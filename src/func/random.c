/* random: numbers and texts that look random and are the same for a host or a seed each time; and some that are not. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/random.h>

#include "base/hash.h"
#include "func/check.h"
#include "types/iterator.h"
#include "types/text.h"

/* ---- the Mersenne Twister, as Ruby's Random uses it: fqdn_rand must give the same numbers ---- */

#define MT_N 624
#define MT_M 397

struct twister {
    uint32_t state[MT_N];
    int next;
};

static void twister_seed(struct twister *t, uint32_t seed)
{
    t->state[0] = seed;
    for (uint32_t i = 1; i < MT_N; i++)
        t->state[i] = 1812433253u * (t->state[i - 1] ^ (t->state[i - 1] >> 30)) + i;
    t->next = MT_N;
}

static void twister_seed_many(struct twister *t, const uint32_t *key, int count)
{
    int i = 1, j = 0;

    twister_seed(t, 19650218u);
    for (int n = MT_N > count ? MT_N : count; n; n--) {
        t->state[i] = (t->state[i] ^ ((t->state[i - 1] ^ (t->state[i - 1] >> 30)) * 1664525u)) + key[j] + (uint32_t)j;
        if (++i >= MT_N) {
            t->state[0] = t->state[MT_N - 1];
            i = 1;
        }
        if (++j >= count)
            j = 0;
    }
    for (int n = MT_N - 1; n; n--) {
        t->state[i] = (t->state[i] ^ ((t->state[i - 1] ^ (t->state[i - 1] >> 30)) * 1566083941u)) - (uint32_t)i;
        if (++i >= MT_N) {
            t->state[0] = t->state[MT_N - 1];
            i = 1;
        }
    }
    t->state[0] = 0x80000000u;
}

static void twister_turn(struct twister *t)
{
    for (int i = 0; i < MT_N; i++) {
        uint32_t y = (t->state[i] & 0x80000000u) | (t->state[(i + 1) % MT_N] & 0x7fffffffu);

        t->state[i] = t->state[(i + MT_M) % MT_N] ^ (y >> 1) ^ (y & 1 ? 0x9908b0dfu : 0);
    }
    t->next = 0;
}

static uint32_t twister_next(struct twister *t)
{
    uint32_t y;

    if (t->next >= MT_N)
        twister_turn(t);
    y = t->state[t->next++];
    y ^= y >> 11;
    y ^= (y << 7) & 0x9d2c5680u;
    y ^= (y << 15) & 0xefc60000u;
    return y ^ (y >> 18);
}

/* 0 to limit, each as likely: numbers beyond it are thrown again. */
static uint64_t twister_limited(struct twister *t, uint64_t limit)
{
    uint64_t mask = limit, value;

    if (!limit)
        return 0;
    for (int shift = 1; shift < 64; shift *= 2)
        mask |= mask >> shift;
again:
    value = 0;
    for (int i = 1; i >= 0; i--)
        if (mask >> (i * 32) & 0xffffffffu) {
            value |= (uint64_t)twister_next(t) << (i * 32);
            value &= mask;
            if (value > limit)
                goto again;
        }
    return value;
}

/* Random.new(the digest of a text as a number) */
static void twister_of_text(struct twister *t, enum digest kind, struct sv text)
{
    unsigned char digest[DIGEST_MAX];
    uint32_t key[DIGEST_MAX / 4];
    size_t n = digest_bytes(kind, text, digest);
    int count = (int)(n / 4);

    for (int i = 0; i < count; i++) {
        const unsigned char *p = digest + n - 4 - (size_t)i * 4;

        key[i] = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
    }
    while (count > 1 && key[count - 1] == 0)
        count--;
    if (count > 1 && key[count - 1] == 1)
        count--; /* Ruby takes a highest word of 1 for a guard */
    if (count <= 1)
        twister_seed(t, key[0]);
    else
        twister_seed_many(t, key, count);
}

static int64_t seeded(struct call *k, struct sv text, int64_t max)
{
    struct twister t;
    if (max <= 0)
        call_fail(k, "invalid argument - %lld", (long long)max);
    twister_of_text(&t, DIGEST_MD5, text);
    return (int64_t)twister_limited(&t, (uint64_t)max - 1);
}

/* ---- of a host ---- */

static struct sv fqdn(struct call *k)
{
    struct value v;
    if (call_variable(k, SV("::facts"), &v) && v.kind == V_HASH) {
        const struct value *net = hash_find_sv(v.h, SV("networking"));
        const struct value *name = net && net->kind == V_HASH ? hash_find_sv(net->h, SV("fqdn")) : NULL;
        if (name && name->kind == V_STRING)
            return value_sv(*name);
    }
    return SV("");
}

static void add_joined(struct call *k, struct strbuf *out, struct value v, unsigned depth)
{
    if (v.kind != V_ARRAY || depth > 100) {
        strbuf_add(out, ruby_text(k->arena, v));
        return;
    }
    for (uint32_t i = 0; i < v.n; i++) {
        strbuf_adds(out, i ? ":" : "");
        add_joined(k, out, v.items[i], depth + 1);
    }
}

static int64_t to_i(struct call *k, struct value v)
{
    if (v.kind == V_INT)
        return v.i;
    if (v.kind == V_FLOAT && v.f > -9e18 && v.f < 9e18)
        return (int64_t)v.f;
    if (v.kind != V_STRING)
        call_fail(k, "undefined method `to_i' for %.*s:%s", SV_ARG(ruby_inspected(k->arena, v)), ruby_class(v));
    return ruby_to_i(value_sv(v));
}

/* fqdn_rand(max, seed, downcase) */
static struct value fn_fqdn_rand(struct call *k)
{
    struct strbuf text = STRBUF_IN(k->arena);
    if (!k->count)
        call_fail(k, "fqdn_rand(): Wrong number of arguments given (0 for minimum 1)");
    int64_t max = to_i(k, old_arg(k, 0));
    struct sv name = fqdn(k);
    if (k->count > 2 && value_truthy(old_arg(k, 2)))
        name = text_case(k->arena, name, CASE_DOWN);
    strbuf_addf(&text, "%.*s:%lld:", SV_ARG(name), (long long)max);
    add_joined(k, &text, old_arg(k, 1), 0);
    return value_int(seeded(k, strbuf_sv(&text), max));
}

/* Characters 0-9A-Za-z, or those of a text. */
static struct value alphabet(struct call *k, struct sv set, const char *usual)
{
    return iterable_to_array(k->arena, value_str(set.n ? set : sv_of(usual)));
}

static struct value fn_fqdn_rand_string(struct call *k)
{
    struct strbuf out = STRBUF_IN(k->arena), rest = STRBUF_IN(k->arena);
    if (!k->count)
        call_fail(k, "fqdn_rand_string(): Wrong number of arguments given (0 for minimum 1)");
    struct value length = old_arg(k, 0), set = old_arg(k, 1);
    if (!is_integer_like(length) || to_i(k, length) <= 0)
        call_fail(k, "fqdn_rand_string(): first argument must be a positive integer");
    if (set.kind != V_STRING)
        call_fail(k, "fqdn_rand_string(): second argument must be undef or a string");
    struct value chars = alphabet(k, value_sv(set), "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
    for (uint32_t i = 2; i < k->count; i++) {
        add_joined(k, &rest, old_arg(k, i), 0);
        strbuf_addc(&rest, ':');
    }
    int64_t n = to_i(k, length);
    for (int64_t i = 1; i <= n && i <= 1000000; i++) {
        struct sv text = arena_printf(k->arena, "%.*s:%u:%.*s%lld", SV_ARG(fqdn(k)), chars.n, SV_ARG(strbuf_sv(&rest)), (long long)i);
        strbuf_add(&out, value_sv(chars.items[seeded(k, text, chars.n)]));
    }
    return value_str(strbuf_sv(&out));
}

static struct value joined_again(struct call *k, struct value was, const struct value *items, uint32_t n)
{
    struct strbuf out = STRBUF_IN(k->arena);
    if (was.kind == V_ARRAY)
        return value_array(items, n);
    for (uint32_t i = 0; i < n; i++)
        strbuf_add(&out, value_sv(items[i]));
    return value_str(strbuf_sv(&out));
}

static struct value list_or_text(struct call *k, struct value *out_parts)
{
    if (!k->count)
        call_fail(k, "%s(): Wrong number of arguments given (0 for 1)", k->fn->name);
    struct value v = old_arg(k, 0);
    if (v.kind != V_ARRAY && v.kind != V_STRING)
        call_fail(k, "%s(): Requires either array or string to work with", k->fn->name);
    *out_parts = iterable_to_array(k->arena, v);
    return v;
}

static struct value fn_fqdn_rotate(struct call *k)
{
    struct strbuf text = STRBUF_IN(k->arena);
    struct value parts, v = list_or_text(k, &parts), name = VALUE_UNDEF;
    if (parts.n <= 1)
        return v;
    if (call_variable(k, SV("::fqdn"), &name) && !is_none(name))
        strbuf_add(&text, ruby_text(k->arena, name));
    strbuf_addc(&text, ':');
    for (uint32_t i = 1; i < k->count; i++) {
        strbuf_adds(&text, i > 1 ? ":" : "");
        add_joined(k, &text, old_arg(k, i), 0);
    }
    uint32_t offset = (uint32_t)seeded(k, strbuf_sv(&text), parts.n);
    struct value *items = ARENA_ARRAY(k->arena, struct value, parts.n);
    for (uint32_t i = 0; i < parts.n; i++)
        items[i] = parts.items[(i + offset) % parts.n];
    return joined_again(k, v, items, parts.n);
}

static struct value fn_fqdn_uuid(struct call *k)
{
    static const unsigned char dns[16] = { 0x6b, 0xa7, 0xb8, 0x10, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8 };
    if (!k->count)
        call_fail(k, "fqdn_uuid: No arguments given");
    if (k->count > 1)
        call_fail(k, "fqdn_uuid: Too many arguments given (%u)", k->count);
    struct value v = old_arg(k, 0);
    if (v.kind != V_STRING)
        call_fail(k, "no implicit conversion of %s into String", ruby_class(v));
    return value_str(uuid_v5(k->arena, dns, value_sv(v)));
}

/* ---- of a seed ---- */

static struct value fn_seeded_rand(struct call *k)
{
    if (k->count != 2)
        call_fail(k, "seeded_rand(): Wrong number of arguments given (%u for 2)", k->count);
    struct value max = old_arg(k, 0), seed = old_arg(k, 1);
    if (!is_integer_like(max) || to_i(k, max) <= 0)
        call_fail(k, "seeded_rand(): first argument must be a positive integer");
    if (seed.kind != V_STRING)
        call_fail(k, "seeded_rand(): second argument must be a string");
    return value_int(seeded(k, value_sv(seed), to_i(k, max)));
}

static struct value fn_seeded_rand_string(struct call *k)
{
    struct strbuf out = STRBUF_IN(k->arena);
    struct twister t;
    struct sv set = k->count > 2 ? value_sv(k->args[2]) : SV("");
    struct value chars = alphabet(k, set, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
    if (k->args[0].i > 1000000)
        call_fail(k, "seeded_rand_string(): a text of %lld characters is too long, at most 1000000 are made", (long long)k->args[0].i);
    twister_of_text(&t, DIGEST_SHA256, value_sv(k->args[1]));
    for (int64_t i = 0; i < k->args[0].i; i++)
        strbuf_add(&out, value_sv(chars.items[twister_limited(&t, chars.n - 1)]));
    return value_str(strbuf_sv(&out));
}

/* ---- of chance ---- */

static struct value fn_shuffle(struct call *k)
{
    struct twister t;
    uint32_t seed[8];
    struct value parts, v = list_or_text(k, &parts);
    if (parts.n <= 1)
        return v;
    if (getrandom(seed, sizeof seed, 0) != sizeof seed)
        call_fail(k, "shuffle(): no random numbers");
    twister_seed_many(&t, seed, 8);
    struct value *items = ARENA_ARRAY(k->arena, struct value, parts.n);
    memcpy(items, parts.items, parts.n * sizeof *items);
    for (uint32_t i = 0; i < parts.n; i++) {
        uint32_t j = i + (uint32_t)twister_limited(&t, parts.n - i - 1);
        struct value swap = items[i];
        items[i] = items[j];
        items[j] = swap;
    }
    return joined_again(k, v, items, parts.n);
}

const struct builtin func_random[] = {
    { "fqdn_rand", TAKES_ANYTHING, "a number below a limit, always the same for a host", fn_fqdn_rand, FN_SEES_SCOPE, NULL },
    { "fqdn_rand_string", TAKES_ANYTHING, "a text of a length, always the same for a host", fn_fqdn_rand_string, FN_SEES_SCOPE, NULL },
    { "fqdn_rotate", TAKES_ANYTHING, "a list turned, always the same for a host", fn_fqdn_rotate, FN_SEES_SCOPE, NULL },
    { "fqdn_uuid", TAKES_ANYTHING, "the UUID of a name in the DNS", fn_fqdn_uuid, 0, NULL },
    { "seeded_rand", TAKES_ANYTHING, "a number below a limit, always the same for a text", fn_seeded_rand, 0, NULL },
    { "seeded_rand_string", "Callable[Integer[1], String, String[2], 2, 3]", "a text of a length, always the same for another",
      fn_seeded_rand_string, 0, "length seed charset" },
    { "shuffle", TAKES_ANYTHING, "a list in another order each time", fn_shuffle, 0, NULL },
};
const size_t func_random_count = sizeof func_random / sizeof *func_random;
