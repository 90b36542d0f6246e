/* people/feed_token: the addresses of feeds (D-52); mail: what of a model becomes an address. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "people/feed_token.h"
#include "people/mail.h"

static struct sv make(struct store *s, struct arena *a, const char *user, int64_t at)
{
    struct err err = { "" };
    struct feed_token t = { .user = sv_of(user), .label = SV("phone"), .created = at };
    struct sv token;
    assert_true(feed_token_new(s, a, &t, SV("eva"), &token, &err));
    return token;
}

static bool opens(struct store *s, struct arena *a, struct sv token, const char *user)
{
    struct err err = { "" };
    struct sv whose = SV_NONE;
    bool found = feed_token_user(s, a, token, &whose, &err);
    assert_string_equal(err.text, "");
    return found && sv_is(whose, user);
}

static void test_token(void **state)
{
    (void)state;
    struct err err = { "" };
    struct arena *a = arena_new(0);
    struct store *s = store_open(":memory:", &err);
    struct sv one = make(s, a, "user:default/eva", 10), two = make(s, a, "user:default/eva", 5), other = make(s, a, "user:default/ines", 7);
    assert_int_equal(one.n, 40);
    assert_false(sv_eq(one, two));
    assert_true(opens(s, a, one, "user:default/eva") && opens(s, a, two, "user:default/eva") && opens(s, a, other, "user:default/ines"));
    /* any other letter, a part, more, nothing, or the end of another one opens nothing */
    for (size_t i = 0; i < one.n; i++) {
        char *wrong = arena_cstr(a, one);
        wrong[i] = wrong[i] == 'a' ? 'b' : 'a';
        assert_false(opens(s, a, sv_make(wrong, one.n), "user:default/eva"));
        assert_false(opens(s, a, sv_slice(one, 0, i), "user:default/eva"));
    }
    assert_false(opens(s, a, arena_printf(a, "%.*sa", SV_ARG(one)), "user:default/eva"));
    assert_false(opens(s, a, arena_printf(a, "%.8s%.32s", one.p, two.p + 8), "user:default/eva"));
    assert_false(opens(s, a, SV("\377\377\377\377\377\377\377\377aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"), ""));
    struct feed_token *list, gone;
    uint32_t n;
    assert_true(feed_token_list(s, a, SV("user:default/eva"), &list, &n, &err));
    assert_int_equal(n, 2);
    assert_true(sv_eq(list[0].id, sv_slice(two, 0, 8)) && sv_eq(list[1].id, sv_slice(one, 0, 8)) && sv_is(list[0].label, "phone"));
    assert_true(feed_token_revoke(s, a, sv_slice(one, 0, 8), SV("eva"), 20, &gone, &err));
    assert_true(sv_is(gone.user, "user:default/eva"));
    assert_false(opens(s, a, one, "user:default/eva"));
    assert_true(opens(s, a, two, "user:default/eva"));
    assert_false(feed_token_revoke(s, a, sv_slice(one, 0, 8), SV("eva"), 20, &gone, &err));
    assert_string_equal(err.text, "");
    /* nothing that is stored holds a secret */
    struct document *docs;
    struct event *events;
    size_t count;
    assert_true(store_list(s, a, SV("feed.token"), &docs, &count, &err));
    assert_int_equal(count, 2);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(sv_find(docs[i].json, sv_slice(two, 8, 40), 0), SIZE_MAX);
    assert_true(store_events(s, a, &(struct event_query){ .kind = SV("feed.token.") }, &events, &count, &err));
    assert_int_equal(count, 4);
    assert_true(sv_is(events[3].kind, "feed.token.revoked"));
    for (size_t i = 0; i < count; i++)
        assert_int_equal(sv_find(events[i].body, sv_slice(one, 8, 40), 0), SIZE_MAX);
    store_close(s);
    arena_free(a);
}

static void test_addresses(void **state)
{
    (void)state;
    static const char *const good[] = { "eva@example.org", "e.lind+potlac@mail.example.org", "a@b" };
    static const char *const bad[] = { "",         "eva",   "@example.org", "eva@",    "a@b@c",          "a b@c", "a@b\r\nRCPT TO:<x@y>",
                                       "a@b, c@d", "<a@b>", "a@b;c@d",      "\"a\"@b", "\303\245@b.org", "a@b\n", "(a)a@b" };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(mail_address_is_plain(sv_of(good[i])));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(mail_address_is_plain(sv_of(bad[i])));
    assert_false(mail_address_is_plain(SV("a@b\0c")));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_token), cmocka_unit_test(test_addresses) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
