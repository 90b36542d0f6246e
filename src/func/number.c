/* number: arithmetic beyond operators, extremes, repeatable randomness. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "base/hash.h"
#include "func/func.h"
#include "types/text.h"

static struct value as_number(struct call *k, struct value v)
{
    struct value n = v;

    if (v.kind == V_INT || v.kind == V_FLOAT)
        return v;
    if (v.kind == V_STRING && number_from_sv(value_sv(v), &n))
        return n;
    call_fail(k, "Value '%.*s' is not a number", SV_ARG(value_text(k->arena, v)));
}

static struct value whole(struct call *k, double f)
{
    if (!(f > -9.3e18 && f < 9.2e18))
        call_fail(k, "the number is out of range");
    return value_int((int64_t)f);
}

static struct value fn_abs(struct call *k)
{
    struct value n = as_number(k, k->args[0]);

    if (n.kind == V_FLOAT)
        return value_float(fabs(n.f));
    return value_int(n.i < 0 && n.i != INT64_MIN ? -n.i : n.i);
}

static struct value fn_ceiling(struct call *k)
{
    struct value n = as_number(k, k->args[0]);

    return n.kind == V_INT ? n : whole(k, ceil(n.f));
}

static struct value fn_floor(struct call *k)
{
    struct value n = as_number(k, k->args[0]);

    return n.kind == V_INT ? n : whole(k, floor(n.f));
}

static struct value fn_round(struct call *k)
{
    struct value n = as_number(k, k->args[0]);

    return n.kind == V_INT ? n : whole(k, round(n.f));
}

static int order_of(struct call *k, struct value x, struct value y)
{
    struct value nx, ny;
    bool numbers = (x.kind == V_INT || x.kind == V_FLOAT || (x.kind == V_STRING && number_from_sv(value_sv(x), &nx))) &&
                   (y.kind == V_INT || y.kind == V_FLOAT || (y.kind == V_STRING && number_from_sv(value_sv(y), &ny)));

    if (numbers) {
        double a, b;

        nx = as_number(k, x);
        ny = as_number(k, y);
        if (nx.kind == V_INT && ny.kind == V_INT)
            return (nx.i > ny.i) - (nx.i < ny.i);
        a = nx.kind == V_INT ? (double)nx.i : nx.f;
        b = ny.kind == V_INT ? (double)ny.i : ny.f;
        return (a > b) - (a < b);
    }
    return sv_cmp(value_text(k->arena, x), value_text(k->arena, y));
}

static struct value extreme(struct call *k, int sign)
{
    const struct value *items = k->args;
    uint32_t n = k->count, best = 0;

    if (n == 1 && items[0].kind == V_ARRAY) {
        n = items[0].n;
        items = items[0].items;
    }
    for (uint32_t i = 1; i < n; i++) {
        int order;

        if (k->block) {
            struct value r = call_block(k, (struct value[]){ items[i], items[best] }, 2);

            order = r.kind == V_INT ? (r.i > 0) - (r.i < 0) : 0;
        } else {
            order = order_of(k, items[i], items[best]);
        }
        if (order * sign > 0)
            best = i;
    }
    return n ? items[best] : VALUE_UNDEF;
}

static struct value fn_max(struct call *k) { return extreme(k, 1); }
static struct value fn_min(struct call *k) { return extreme(k, -1); }

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

/* Random.new(MD5 of text as a number).rand(max) */
static uint64_t seeded_rand(struct sv text, uint64_t max)
{
    unsigned char digest[DIGEST_MAX];
    struct twister t;
    uint32_t key[4];
    int count = 4;

    digest_bytes(DIGEST_MD5, text, digest);
    for (int i = 0; i < 4; i++) {
        const unsigned char *p = digest + 12 - i * 4;

        key[i] = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
    }
    while (count > 1 && key[count - 1] == 0)
        count--;
    if (count > 1 && key[count - 1] == 1)
        count--; /* Ruby takes a highest word of 1 for a guard */
    if (count <= 1)
        twister_seed(&t, key[0]);
    else
        twister_seed_many(&t, key, count);
    return max ? twister_limited(&t, max - 1) : 0;
}

static struct sv fqdn(struct call *k)
{
    struct value v;

    if (call_variable(k, SV("::facts"), &v) && v.kind == V_HASH) {
        const struct value *net = hash_find_sv(v.h, SV("networking")), *name;

        name = net && net->kind == V_HASH ? hash_find_sv(net->h, SV("fqdn")) : NULL;
        if (name && name->kind == V_STRING)
            return value_sv(*name);
    }
    if (call_variable(k, SV("::fqdn"), &v) && v.kind == V_STRING)
        return value_sv(v);
    return SV("");
}

static int64_t max_argument(struct call *k, struct value v)
{
    struct value n = as_number(k, v);

    if (n.kind != V_INT || n.i < 0)
        call_fail(k, "fqdn_rand(): first argument must be a non-negative integer");
    return n.i;
}

/* fqdn_rand(max, seed, downcase) */
static struct value fn_fqdn_rand(struct call *k)
{
    struct strbuf text = STRBUF_IN(k->arena);
    int64_t max = max_argument(k, k->args[0]);
    struct sv name = fqdn(k);

    if (k->count > 2 && value_truthy(k->args[2]))
        name = text_case(k->arena, name, CASE_DOWN);
    strbuf_addf(&text, "%.*s:%lld:", SV_ARG(name), (long long)max);
    if (k->count > 1)
        value_print(&text, k->args[1]);
    return value_int((int64_t)seeded_rand(strbuf_sv(&text), (uint64_t)max));
}

static struct value fn_seeded_rand(struct call *k)
{
    return value_int((int64_t)seeded_rand(value_text(k->arena, k->args[1]), (uint64_t)max_argument(k, k->args[0])));
}

const struct builtin func_number[] = {
    { "abs", "Callable[Variant[Numeric, String]]", "a number without its sign", fn_abs, 0 },
    { "ceiling", "Callable[Variant[Numeric, String]]", "the next whole number up", fn_ceiling, 0 },
    { "floor", "Callable[Variant[Numeric, String]]", "the next whole number down", fn_floor, 0 },
    { "round", "Callable[Variant[Numeric, String]]", "the nearest whole number", fn_round, 0 },
    { "max", "Callable[Any, 1, default, Optional[Callable[2, 2]]]", "the greatest", fn_max, 0 },
    { "min", "Callable[Any, 1, default, Optional[Callable[2, 2]]]", "the least", fn_min, 0 },
    { "fqdn_rand", "Callable[Variant[Integer, String], Any, 1, default]", "a number below a limit, always the same for a host",
      fn_fqdn_rand, FN_SEES_SCOPE },
    { "seeded_rand", "Callable[Variant[Integer, String], String]", "a number below a limit, always the same for a text", fn_seeded_rand,
      0 },
};
const size_t func_number_count = sizeof func_number / sizeof *func_number;
