/* people: which pairs meet in which week; numbers E-xx are those of doc/people.md. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "people/pairs.h"
#include "people/rounds.h"

static struct arena *a;

static int setup(void **state)
{
    (void)state;
    a = arena_new(0);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(a);
    return 0;
}

static struct rounds rounds_of(uint32_t n, uint32_t per_week)
{
    struct rounds r = { .count = n, .per_week = per_week, .number = 2980 };
    r.leaders = ARENA_ARRAY(a, struct rounds_leader, n);
    r.pairs = ARENA_ARRAY(a, struct rounds_pair, n * n);
    for (uint32_t i = 0; i < n; i++)
        r.leaders[i].turns = 1;
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t j = i + 1; j < n; j++) {
            assert_int_equal(rounds_index(n, i, j), r.pair_count);
            r.pairs[r.pair_count++] = (struct rounds_pair){ .a = i, .b = j, .class = PAIR_ROLES, .gap = 2 };
        }
    return r;
}

static void plan(struct rounds *r)
{
    rounds_assume(r);
    rounds_fill(r);
}

static unsigned load_of(const struct rounds *r, uint32_t leader, int week)
{
    unsigned n = 0;
    for (uint32_t i = 0; i < r->pair_count; i++)
        n += (r->pairs[i].a == leader || r->pairs[i].b == leader) && r->pairs[i].weeks >> week & 1;
    return n;
}

/* Most weeks between two meetings, from the first on. */
static int longest_gap(const struct rounds_pair *p)
{
    int last = -1, most = 0;
    for (int week = 0; week < HORIZON_WEEKS; week++) {
        if (!((p->weeks & ~p->missed) >> week & 1))
            continue;
        most = last >= 0 && week - last > most ? week - last : most;
        last = week;
    }
    return last < 0 ? 99 : most;
}

static void test_E3_undisturbed_it_is_the_exact_cycle(void **state)
{
    (void)state;
    for (uint32_t n = 2; n <= 8; n++)
        for (uint32_t b = 1; b <= 3; b++) {
            struct rounds r = rounds_of(n, b);
            plan(&r);
            uint32_t cycle = pairs_plan(a, n, b).cycle;
            for (uint32_t i = 0; i < r.pair_count; i++) {
                struct cycle c = cycle_of(r.pairs[i].weeks, r.number, 0, 0);
                assert_int_equal(c.exceptions, 0);
                assert_int_equal(c.every, cycle);
            }
        }
}

static void test_E3_a_budget_is_one_over_all_potlacs(void **state)
{
    (void)state;
    /* a coach of three Potlacs: this one has every third week of theirs */
    struct rounds r = rounds_of(3, 2);
    r.leaders[2].turns = 3;
    r.leaders[2].turn = 1;
    plan(&r);
    for (int week = 0; week < HORIZON_WEEKS; week++) {
        assert_int_equal(load_of(&r, 2, week), (r.number + week) % 3 == 1 ? 2 : 0);
        assert_true(r.pairs[rounds_index(3, 0, 1)].weeks >> week & 1);
    }
}

static void test_E8_away_for_long_the_others_go_on(void **state)
{
    (void)state;
    struct rounds r = rounds_of(5, 2);
    r.leaders[1].out = 0xf << 4; /* four weeks */
    plan(&r);
    for (int week = 0; week < HORIZON_WEEKS; week++)
        for (uint32_t i = 0; i < 5; i++) {
            bool out = i == 1 && week >= 4 && week < 8;
            assert_true(load_of(&r, i, week) <= 2);
            assert_int_equal(load_of(&r, i, week) > 0, !out);
        }
    /* and is met first when back: all four within the cycle of two weeks */
    for (uint32_t i = 0; i < 5; i++)
        if (i != 1)
            assert_true(r.pairs[rounds_index(5, i < 1 ? i : 1, i < 1 ? 1 : i)].weeks >> 8 & 3);
}

static void test_E8_a_meeting_that_falls_out_goes_first(void **state)
{
    (void)state;
    struct rounds r = rounds_of(4, 2), undisturbed = rounds_of(4, 2);
    plan(&undisturbed);
    r.leaders[0].absent = 1u << 3;
    plan(&r);
    for (uint32_t i = 0; i < r.pair_count; i++) {
        bool fell_out = r.pairs[i].missed;
        if (fell_out)
            assert_true(r.pairs[i].weeks >> 4 & 3); /* within the next two weeks */
        assert_true(longest_gap(&r.pairs[i]) <= 4);
    }
}

static void test_E3_a_newcomer_is_met_first(void **state)
{
    (void)state;
    struct rounds r = rounds_of(4, 1);
    for (uint32_t i = 0; i < r.pair_count; i++)
        r.pairs[i].last = r.pairs[i].b == 3 ? ROUNDS_NEVER : -1 - (int)i;
    rounds_fill(&r);
    for (uint32_t i = 0; i < 3; i++)
        assert_true(r.pairs[rounds_index(4, i, 3)].weeks & 7);
}

static void test_E3_classes_of_pairs(void **state)
{
    (void)state;
    /* two product owners, two team leads, two coaches: 12 pairs of different roles, 3 of the same */
    struct rounds r = rounds_of(6, 2);
    for (uint32_t i = 0; i < r.pair_count; i++)
        if (r.pairs[i].a / 2 == r.pairs[i].b / 2)
            r.pairs[i].class = PAIR_PEERS, r.pairs[i].gap = 3;
    plan(&r);
    unsigned peers = 0, others = 0;
    for (uint32_t i = 0; i < r.pair_count; i++) {
        int n = __builtin_popcount(r.pairs[i].weeks);
        (r.pairs[i].class == PAIR_PEERS ? &peers : &others)[0] += (unsigned)n;
        assert_true(longest_gap(&r.pairs[i]) <= (r.pairs[i].class == PAIR_PEERS ? 5 : 4));
    }
    assert_true(others * 3 > peers * 12); /* the closer ones meet more often */
    for (int week = 0; week < HORIZON_WEEKS; week++)
        for (uint32_t i = 0; i < 6; i++)
            assert_true(load_of(&r, i, week) <= 2);
}

static void test_cycles_keep_what_was(void **state)
{
    (void)state;
    uint32_t weeks = 0;
    for (int week = 0; week < HORIZON_WEEKS; week += 3)
        weeks |= 1u << week;
    struct cycle c = cycle_of(weeks, 3000, 0, 0);
    assert_int_equal(c.every, 3);
    assert_int_equal(c.phase, 0);
    c = cycle_of(weeks & ~(1u << 9), 3000, 3, 0); /* one falls out: an exception, not another cycle */
    assert_int_equal(c.every, 3);
    assert_int_equal(c.exceptions, 1);
    c = cycle_of(0, 3000, 0, 0);
    assert_true(c.exceptions <= 2);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_E3_undisturbed_it_is_the_exact_cycle),
        T(test_E3_a_budget_is_one_over_all_potlacs),
        T(test_E8_away_for_long_the_others_go_on),
        T(test_E8_a_meeting_that_falls_out_goes_first),
        T(test_E3_a_newcomer_is_met_first),
        T(test_E3_classes_of_pairs),
        T(test_cycles_keep_what_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
