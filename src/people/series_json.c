/* A series as recorded: JSON, keys in a fixed order, so that equal states have equal texts. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"
#include "people/series.h"

static void put_local(struct json_out *j, const char *key, struct local_time t)
{
    AUTO_STRBUF text = STRBUF_HEAP;
    local_print(&text, t);
    json_kstr(j, key, strbuf_sv(&text));
}

static void put_cadence(struct json_out *j, const struct cadence *c)
{
    json_key(j, SV("cadence"));
    json_open(j, '{');
    json_kstr(j, "zone", c->zone);
    if (c->once) {
        put_local(j, "start", c->start);
    } else {
        AUTO_STRBUF from = STRBUF_HEAP;
        date_print(&from, c->from);
        json_kint(j, "weekday", c->weekday);
        json_kint(j, "hour", c->hour);
        json_kint(j, "minute", c->minute);
        json_kint(j, "every", c->every);
        json_kint(j, "phase", c->phase);
        json_kstr(j, "from", strbuf_sv(&from));
    }
    json_close(j, '}');
}

static void put_meeting(struct json_out *j, const struct meeting *m)
{
    json_open(j, '{');
    json_kstr(j, "zone", m->zone);
    json_kstr(j, "kind", m->kind);
    json_kint(j, "minutes", m->minutes);
    json_key(j, SV("attendees"));
    json_open(j, '[');
    for (uint32_t i = 0; i < m->attendee_count; i++)
        json_str(j, m->attendees[i]);
    json_close(j, ']');
    json_kstr(j, "summary", m->summary);
    json_kstr(j, "description", m->description);
    json_kstr(j, "location", m->location);
    json_kbool(j, "private", m->private);
    json_close(j, '}');
}

void series_write(struct strbuf *out, const struct series *s)
{
    struct json_out j = json_to(out, false);
    json_open(&j, '{');
    json_kstr(&j, "title", s->title);
    json_kint(&j, "epoch", s->epoch);
    json_kint(&j, "life", s->life);
    json_kbool(&j, "ended", s->ended);
    json_kint(&j, "endedAt", s->ended_at);
    put_cadence(&j, &s->cadence);
    json_key(&j, SV("meetings"));
    json_open(&j, '[');
    for (uint32_t i = 0; i < s->meeting_count; i++)
        put_meeting(&j, &s->meetings[i]);
    json_close(&j, ']');
    json_key(&j, SV("occurrences"));
    json_open(&j, '[');
    for (uint32_t i = 0; i < s->occurrence_count; i++) {
        const struct occurrence *o = &s->occurrences[i];
        json_open(&j, '{');
        json_kstr(&j, "id", o->id);
        put_local(&j, "start", o->start);
        json_kint(&j, "meeting", o->meeting);
        json_kint(&j, "seq", o->seq);
        json_kint(&j, "created", o->created);
        json_kint(&j, "stamp", o->stamp);
        json_kbool(&j, "cancelled", o->cancelled);
        if (o->epoch != s->epoch) /* of most it is the series' own */
            json_kint(&j, "epoch", o->epoch);
        if (o->moved)
            json_kbool(&j, "moved", true);
        json_close(&j, '}');
    }
    json_close(&j, ']');
    json_key(&j, SV("leavers"));
    json_open(&j, '[');
    for (uint32_t i = 0; i < s->leaver_count; i++) {
        json_open(&j, '{');
        json_kstr(&j, "user", s->leavers[i].user);
        json_kint(&j, "at", s->leavers[i].at);
        json_close(&j, '}');
    }
    json_close(&j, ']');
    json_close(&j, '}');
}

/* ---- reading: what does not fit is an error, for a state that is guessed at would send wrong meetings ---- */

static struct sv text_of(const struct data *m, const char *key, bool *ok)
{
    const struct data *d = data_get(m, key);
    if (!d || d->kind != DATA_STRING)
        *ok = false;
    return data_text(d);
}

static int64_t int_of(const struct data *m, const char *key, int64_t low, int64_t high, bool *ok)
{
    const struct data *d = data_get(m, key);
    if (!d || d->kind != DATA_INT || d->i < low || d->i > high) {
        *ok = false;
        return low;
    }
    return d->i;
}

static bool bool_of(const struct data *m, const char *key, bool *ok)
{
    const struct data *d = data_get(m, key);
    if (!d || d->kind != DATA_BOOL)
        *ok = false;
    return d && d->kind == DATA_BOOL && d->b;
}

static const struct data *list_of(const struct data *m, const char *key, bool *ok)
{
    static const struct data none = { .kind = DATA_LIST };
    const struct data *d = data_get(m, key);
    if (d && d->kind == DATA_LIST)
        return d;
    *ok = false;
    return &none;
}

static struct cadence read_cadence(const struct data *d, bool *ok)
{
    struct cadence c = { .zone = text_of(d, "zone", ok), .every = 1 };
    if (data_get(d, "start")) {
        c.once = true;
        *ok = local_parse(text_of(d, "start", ok), &c.start) && *ok;
        return c;
    }
    c.weekday = (int)int_of(d, "weekday", 0, 6, ok);
    c.hour = (int)int_of(d, "hour", 0, 23, ok);
    c.minute = (int)int_of(d, "minute", 0, 59, ok);
    c.every = (int)int_of(d, "every", 1, 520, ok);
    c.phase = (int)int_of(d, "phase", 0, 520, ok);
    *ok = date_parse(text_of(d, "from", ok), &c.from) && *ok;
    return c;
}

static struct meeting read_meeting(struct arena *a, const struct data *d, bool *ok)
{
    struct meeting m = { .zone = text_of(d, "zone", ok), .kind = text_of(d, "kind", ok), .private = bool_of(d, "private", ok) };
    m.minutes = int_of(d, "minutes", 1, 1440, ok);
    m.summary = text_of(d, "summary", ok);
    m.description = text_of(d, "description", ok);
    m.location = text_of(d, "location", ok);
    const struct data *list = list_of(d, "attendees", ok);
    m.attendees = ARENA_ARRAY(a, struct sv, list->count + 1);
    for (uint32_t i = 0; i < list->count; i++)
        m.attendees[i] = data_text(&list->items[i]);
    m.attendee_count = list->count;
    return m;
}

static struct occurrence read_occurrence(const struct data *d, const struct series *s, bool *ok)
{
    bool may = true;
    struct occurrence o = { .id = text_of(d, "id", ok), .cancelled = bool_of(d, "cancelled", ok) };
    *ok = local_parse(text_of(d, "start", ok), &o.start) && *ok;
    o.meeting = (uint32_t)int_of(d, "meeting", 0, (int64_t)s->meeting_count - 1, ok);
    o.seq = int_of(d, "seq", 0, INT32_MAX, ok);
    o.created = int_of(d, "created", INT64_MIN, INT64_MAX, ok);
    o.stamp = int_of(d, "stamp", INT64_MIN, INT64_MAX, ok);
    o.epoch = data_get(d, "epoch") ? int_of(d, "epoch", 0, INT32_MAX, ok) : s->epoch;
    o.moved = bool_of(d, "moved", &may);
    return o;
}

bool series_read(struct arena *a, const struct data *root, struct series **out_s, struct err *err)
{
    bool ok = true;
    struct series *s = ARENA_NEW(a, struct series);
    s->title = text_of(root, "title", &ok);
    s->epoch = int_of(root, "epoch", 0, INT32_MAX, &ok);
    s->life = int_of(root, "life", 0, INT32_MAX, &ok);
    s->ended = bool_of(root, "ended", &ok);
    s->ended_at = int_of(root, "endedAt", INT64_MIN, INT64_MAX, &ok);
    s->cadence = read_cadence(data_get(root, "cadence"), &ok);
    const struct data *list = list_of(root, "meetings", &ok);
    for (uint32_t i = 0; i < list->count; i++)
        ARENA_PUSH(a, s->meetings, s->meeting_count, s->meeting_cap, read_meeting(a, &list->items[i], &ok));
    ok = ok && s->meeting_count > 0;
    list = list_of(root, "occurrences", &ok);
    for (uint32_t i = 0; ok && i < list->count; i++)
        ARENA_PUSH(a, s->occurrences, s->occurrence_count, s->occurrence_cap, read_occurrence(&list->items[i], s, &ok));
    list = list_of(root, "leavers", &ok);
    for (uint32_t i = 0; ok && i < list->count; i++) {
        struct leaver l = { text_of(&list->items[i], "user", &ok), int_of(&list->items[i], "at", INT64_MIN, INT64_MAX, &ok) };
        ARENA_PUSH(a, s->leavers, s->leaver_count, s->leaver_cap, l);
    }
    if (!ok)
        return err_set(err, "the recorded meetings of '%.*s' cannot be read", SV_ARG(s->title));
    *out_s = s;
    return true;
}
