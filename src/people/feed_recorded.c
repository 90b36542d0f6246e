/* feed_recorded: see feed_recorded.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "people/feed_recorded.h"

#include "base/json.h"
#include "base/map.h"
#include "people/calendar.h"

struct recorded_feeds {
    const struct series *const *series;
    uint32_t count;
    struct sv installation; /* of who wrote feeds before theirs was recorded with each */
    struct map feeds;       /* ref -> struct known_feed */
};

struct known_feed {
    struct sv name, zone, installation;
    int64_t at; /* when the provider last wrote it */
};

bool recorded_feeds_changes(struct store *s, int64_t *out_changes, struct err *err) { return store_calendar_changes(s, out_changes, err); }

static bool read_feed(struct recorded_feeds *r, struct arena *a, const struct document *d, struct err *err)
{
    struct source *src = ARENA_NEW(a, struct source);
    struct diags diags = diags_in(a);
    struct data_doc *doc;
    struct known_feed *f = ARENA_NEW(a, struct known_feed);
    *src = (struct source){ SV("a recorded feed"), d->json };
    if (!json_read(a, src, NULL, &diags, &doc))
        return err_set(err, "the recorded feed of '%.*s' is no JSON", SV_ARG(d->key));
    *f = (struct known_feed){ .name = data_text(data_get(&doc->root, "name")),
                              .zone = data_text(data_get(&doc->root, "zone")),
                              .installation = data_text(data_get(&doc->root, "installation")),
                              .at = d->at };
    map_put(&r->feeds, d->key, f);
    return true;
}

struct recorded_feeds *recorded_feeds_read(struct store *s, struct arena *a, struct err *err)
{
    struct recorded_feeds *r = ARENA_NEW(a, struct recorded_feeds);
    struct calendar *c = calendar_open(a, &(struct calendar_options){ .store = s }, err);
    struct document *docs;
    size_t n;
    if (!c || !store_list(s, a, CALENDAR_FEED_KIND, &docs, &n, err))
        return NULL;
    r->series = calendar_series(c, &r->count);
    r->installation = calendar_installation(c);
    r->feeds = map_in(a);
    for (size_t i = 0; i < n; i++)
        if (!read_feed(r, a, &docs[i], err))
            return NULL;
    return r;
}

void recorded_feed_write(const struct recorded_feeds *all, struct arena *a, struct sv user, struct strbuf *out, int64_t *out_modified)
{
    static const struct known_feed never = { .zone = SV_INIT("UTC") };
    const struct known_feed *known = map_find(&all->feeds, user);
    size_t slash = sv_rfind_char(user, '/');
    if (!known)
        known = &never;
    struct feed f = { .installation = known->installation.n ? known->installation : all->installation,
                      .zone = known->zone,
                      .user = user,
                      .name = known->name };
    if (!f.name.n)
        f.name = slash == SIZE_MAX ? user : sv_slice(user, slash + 1, user.n);
    feed_write(out, a, &f, all->series, all->count, known->at);
    *out_modified = feed_modified(&f, all->series, all->count);
    if (!*out_modified)
        *out_modified = known->at;
}
