/* Decompositions of the complete graph. Exact, without search: the circle method for matchings, Walecki's zig-zag for Hamiltonian cycles.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "people/pairs.h"

#include <assert.h>
#include <stdlib.h>

static void put(struct pair_plan *p, uint32_t x, uint32_t y, uint32_t week)
{
    p->pairs[p->count++] = (struct pair){ x < y ? x : y, x < y ? y : x, week };
}

/* Seats around a table, one fixed: each turn pairs those who face each other. For odd n the fixed seat is empty and its partner rests. */
static void by_matchings(struct pair_plan *p, uint32_t n, uint32_t per_week)
{
    uint32_t seats = n + n % 2, ring = seats - 1;
    for (uint32_t round = 0; round < ring; round++) {
        if (n % 2 == 0)
            put(p, round, n - 1, round / per_week);
        for (uint32_t i = 1; i < seats / 2; i++)
            put(p, (round + i) % ring, (round + ring - i) % ring, round / per_week);
    }
    p->cycle = (ring + per_week - 1) / per_week;
}

/* n odd: n-1 on a ring and one in the middle. Each zig-zag over the ring, closed through the middle, is a cycle in which everyone meets
 * two. */
static void by_cycles(struct pair_plan *p, uint32_t n, uint32_t cycles_per_week)
{
    uint32_t ring = n - 1, cycles = ring / 2;
    for (uint32_t c = 0; c < cycles; c++) {
        uint32_t last = c, week = c / cycles_per_week;
        put(p, n - 1, c, week);
        for (uint32_t step = 1; step < ring; step++) {
            uint32_t next = (c + (step % 2 ? (step + 1) / 2 : ring - step / 2)) % ring;
            put(p, last, next, week);
            last = next;
        }
        put(p, last, n - 1, week);
    }
    p->cycle = (cycles + cycles_per_week - 1) / cycles_per_week;
}

static int by_week(const void *x, const void *y)
{
    const struct pair *a = x, *b = y;
    if (a->week != b->week)
        return a->week < b->week ? -1 : 1;
    if (a->a != b->a)
        return a->a < b->a ? -1 : 1;
    return a->b < b->b ? -1 : a->b > b->b;
}

struct pair_plan pairs_plan(struct arena *a, uint32_t n, uint32_t per_week)
{
    struct pair_plan p = { 0 };
    assert(n <= 64 && per_week >= 1);
    if (n < 2)
        return p;
    p.pairs = ARENA_ARRAY(a, struct pair, (size_t)n * (n - 1) / 2);
    if (n % 2 == 1 && per_week % 2 == 0)
        by_cycles(&p, n, per_week / 2);
    else
        by_matchings(&p, n, per_week);
    qsort(p.pairs, p.count, sizeof *p.pairs, by_week);
    return p;
}
