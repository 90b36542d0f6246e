/* Writing calendars: what is wanted, whether that may be, and requests that never overwrite what they have not seen. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "base/json.h"
#include "people/caldav_internal.h"
#include "people/caldav_series.h"
#include "people/ical.h"
#include "people/ics_recur.h"

#define ATTEMPTS 3

struct job {
    struct caldav_calendar *calendar;
    struct caldav_object *object;
    const struct series *series;
    struct ics_component *ours; /* NULL: it should not be there */
    struct guest *guests;
    uint32_t guest_count;
};

struct writing {
    struct caldav *c;
    struct arena *arena;
    struct sv installation;
    const struct series *const *all;
    uint32_t count;
    struct job *jobs; /* of one target */
    uint32_t job_count;
    size_t job_cap;
};

static struct sv text_of(struct arena *a, const struct ics_component *c)
{
    struct strbuf out = STRBUF_IN(a);
    ics_write(&out, c);
    return strbuf_sv(&out);
}

/* Zones' rules change with the system and are no wish of ours. */
static bool same_wish(struct arena *a, const struct ics_component *x, const struct ics_component *y)
{
    return x && y && sv_eq(text_of(a, ics_reduced(a, x)), text_of(a, ics_reduced(a, y)));
}

static const struct series *series_of(const struct writing *w, struct sv title)
{
    for (uint32_t i = 0; i < w->count; i++)
        if (sv_eq(w->all[i]->title, title))
            return w->all[i];
    return NULL;
}

/* ---- servers that invite: one copy, in the calendar of whoever organises ---- */

static struct caldav_calendar *calendar_of(const struct writing *w, struct sv user)
{
    for (uint32_t i = 0; i < w->c->calendar_count; i++)
        if (sv_eq(w->c->calendars[i]->user, user))
            return w->c->calendars[i];
    return NULL;
}

/* Whoever has it keeps it; else the first of those who attend and have a calendar there. */
static struct sv organizer_of(const struct writing *w, const struct caldav_target *t, const struct series *s)
{
    const struct meeting *m = &s->meetings[s->meeting_count - 1];
    for (uint32_t i = 0; i < w->c->calendar_count; i++) {
        const struct caldav_calendar *k = w->c->calendars[i];
        for (uint32_t j = 0; k->target == t && j < k->object_count; j++)
            if (k->objects[j]->status == OBJECT_LIVE && sv_eq(k->objects[j]->title, s->title) && meeting_attends(m, k->user))
                return k->user;
    }
    for (uint32_t i = 0; i < m->attendee_count; i++) {
        const struct caldav_calendar *k = calendar_of(w, m->attendees[i]);
        if (k && k->target == t)
            return k->user;
    }
    return SV("");
}

static void list_guests(const struct writing *w, struct job *job)
{
    const struct meeting *m = &job->series->meetings[job->series->meeting_count - 1];
    job->guests = ARENA_ARRAY(w->arena, struct guest, m->attendee_count + 1);
    for (uint32_t i = 0; i < m->attendee_count; i++) {
        const struct entity *user = w->c->o.model ? model_find(w->c->o.model, m->attendees[i]) : NULL;
        const struct caldav_calendar *k = calendar_of(w, m->attendees[i]);
        struct guest g = { .organizer = sv_eq(m->attendees[i], job->calendar->user), .told = k && k->target != job->calendar->target };
        if (!user || !(g.mail = entity_text(user, "profile.email")).n)
            continue;
        g.name = entity_text(user, "profile.displayName");
        g.name = g.name.n ? g.name : user->name;
        job->guests[job->guest_count++] = g;
    }
}

static void note_mail(const struct writing *w, const struct job *job, const char *what)
{
    struct strbuf names = STRBUF_IN(w->arena);
    if (!job->calendar->target->schedules)
        return;
    for (uint32_t i = 0; i < job->guest_count; i++)
        if (!job->guests[i].organizer && !job->guests[i].told)
            strbuf_addf(&names, names.n ? ", %.*s" : "%.*s", SV_ARG(job->guests[i].mail));
    if (names.n)
        caldav_note(w->c, NOTE_MAIL, job->calendar, job->series->title,
                    arena_printf(w->arena, "the server sends %s to %.*s", what, SV_ARG(strbuf_sv(&names))));
}

/* ---- what is wanted ---- */

static struct ics_component *wish(const struct writing *w, struct job *job)
{
    struct caldav_copy copy = {
        .series = job->series, .epoch = job->object->epoch, .since = job->object->since, .user = job->calendar->user
    };
    if (job->calendar->target->schedules)
        list_guests(w, job);
    copy.uid = job->object->uid, copy.installation = w->installation;
    copy.guests = job->guests, copy.guest_count = job->guest_count;
    return caldav_wanted(w->arena, &copy, job->object->before, w->c->o.now);
}

/* Does an object that its user moved stand where the model has its series now? Then the two are the same again (D-83). */
static bool is_adopted(const struct caldav_object *o, const struct series *s)
{
    const struct ics_component *e = caldav_master(o->theirs ? o->theirs : o->base);
    const struct ics_line *start = ics_find(e, "DTSTART"), *rule = ics_find(e, "RRULE");
    const struct cadence *k = &s->cadence;
    struct ics_when at;
    struct ics_rule r;
    bool held = false;
    for (uint32_t i = 0; i < o->held.count; i++)
        held = held || sv_is(o->held.items[i], "TIME");
    if (!held || s->ended || k->once || o->epoch == s->epoch || !start || !rule || !ics_when(start, start->value, NULL, &at))
        return false;
    return ics_rule_read(rule->value, at.zone, &r, NULL) && r.freq == FREQ_WEEKLY && r.interval == k->every && !r.has_until && !r.count &&
           at.zone && sv_eq(zone_name(at.zone), k->zone) && date_weekday(at.local.date) == k->weekday && at.local.hour == k->hour &&
           at.local.minute == k->minute;
}

static void adopt(const struct writing *w, struct caldav_object *o, const struct series *s)
{
    static const char *const lines[] = { "DTSTART", "DTEND", "DURATION", "RRULE" };
    const struct ics_component *e = caldav_master(o->theirs ? o->theirs : o->base);
    o->before = ics_copy(w->arena, o->before);
    for (size_t i = 0; i < 4; i++)
        ics_put_all(w->arena, caldav_master(o->before), e, lines[i]);
    o->epoch = s->epoch;
}

static void add_job(struct writing *w, const struct job *job) { ARENA_PUSH(w->arena, w->jobs, w->job_count, w->job_cap, *job); }

static void want_known(struct writing *w, struct caldav_calendar *k)
{
    for (uint32_t i = 0; i < k->object_count; i++) {
        struct job job = { .calendar = k, .object = k->objects[i], .series = series_of(w, k->objects[i]->title) };
        if (job.object->status != OBJECT_LIVE || !job.series || !job.series->meeting_count)
            continue;
        if (is_adopted(job.object, job.series))
            adopt(w, job.object, job.series);
        job.ours = wish(w, &job);
        add_job(w, &job);
    }
}

/* May a meeting that its user threw away come back? When they ask for it, or when it is another meeting now (D-84). */
static bool may_return(const struct writing *w, const struct caldav_object *o, const struct ics_component *ours)
{
    struct user_edits l;
    if (w->c->o.recreate || o->status == OBJECT_DELETED)
        return true;
    if (o->status == OBJECT_LEFT || !o->before)
        return false;
    l = ics_edits(w->arena, o->before, ours);
    for (uint32_t i = 0; i < l.count; i++)
        if (l.items[i].kind == EDIT_MOVED_SERIES || (l.items[i].kind == EDIT_CHANGED && strcmp(l.items[i].property, "DESCRIPTION") != 0))
            return true;
    return false;
}

static void want_new(struct writing *w, struct caldav_calendar *k, const struct series *s)
{
    struct job job = { .calendar = k, .series = s };
    struct caldav_object *o = ARENA_NEW(w->arena, struct caldav_object), *last = NULL;
    bool apart = k->target->schedules || (k->target->quirks & QUIRK_OWN_UIDS);
    for (uint32_t i = 0; i < k->object_count; i++) {
        struct caldav_object *x = k->objects[i];
        if (!sv_eq(x->title, s->title) || x->epoch != s->epoch)
            continue;
        if (x->status == OBJECT_LIVE)
            return;
        if (!last || x->generation > last->generation)
            last = x;
    }
    *o = (struct caldav_object){ .target = k->target->entity->ref, .user = k->user, .title = s->title, .epoch = s->epoch };
    o->since = o->epoch;
    o->generation = last ? last->generation + 1 : 0;
    struct sv canonical = caldav_canonical(w->arena, s, o->epoch, o->generation, apart ? k->user : SV_NONE);
    o->uid = ical_uid(w->arena, w->installation, canonical);
    o->key = arena_printf(w->arena, "%.*s|%.*s", SV_ARG(k->key), SV_ARG(o->uid));
    o->href = arena_printf(w->arena, "%.*s%.*s.ics", SV_ARG(k->href), SV_ARG(o->uid));
    job.object = o;
    job.ours = wish(w, &job);
    if (!job.ours || (last && !may_return(w, last, job.ours)))
        return;
    ARENA_PUSH(w->arena, k->objects, k->object_count, k->object_cap, o);
    add_job(w, &job);
}

static void plan_calendar(struct writing *w, struct caldav_calendar *k)
{
    want_known(w, k);
    for (uint32_t i = 0; i < w->count; i++) {
        const struct series *s = w->all[i];
        if (s->ended || !s->meeting_count || !meeting_attends(&s->meetings[s->meeting_count - 1], k->user))
            continue;
        if (!k->target->schedules || sv_eq(organizer_of(w, k->target, s), k->user))
            want_new(w, k, s);
    }
}

/* ---- the guard against cancelling by mistake (D-90) ---- */

static bool ends_now(const struct job *job)
{
    return job->object->before && !caldav_is_ended(job->object->before) && (!job->ours || caldav_is_ended(job->ours));
}

static bool goes_on_elsewhere(const struct writing *w, const struct job *job)
{
    for (uint32_t i = 0; i < w->job_count; i++)
        if (w->jobs[i].ours && !w->jobs[i].object->before && sv_eq(w->jobs[i].object->title, job->object->title))
            return true;
    return false;
}

static bool may_end(const struct writing *w, struct err *err)
{
    uint32_t ahead = 0, ending = 0;
    for (uint32_t i = 0; i < w->job_count; i++) {
        const struct job *job = &w->jobs[i];
        if (!job->object->before || !caldav_ahead(w->arena, job->object->before, w->c->o.now, 1))
            continue;
        ahead++;
        ending += ends_now(job) && !goes_on_elsewhere(w, job);
    }
    uint32_t allowed = ahead / 5 > 5 ? ahead / 5 : 5;
    if (w->c->o.allow_mass_cancel || !ending || (ending <= allowed && !(ending == ahead && ahead > 1)))
        return true;
    return err_set(err, "this would end %u of %u meetings there: run again with --allow-mass-cancel if that is meant", ending, ahead);
}

/* ---- recording ---- */

static bool record_written(struct writing *w, const struct job *job, struct err *err)
{
    const struct caldav_object *o = job->object;
    struct strbuf body = STRBUF_IN(w->arena);
    struct json_out j = json_to(&body, false);
    json_open(&j, '{');
    json_kstr(&j, "target", o->target);
    json_kstr(&j, "user", o->user);
    json_kstr(&j, "uid", o->uid);
    json_kint(&j, "epoch", o->epoch);
    json_kint(&j, "seq", o->sequence);
    json_kstr(&j, "href", o->href);
    json_kstr(&j, "etag", o->etag);
    json_close(&j, '}');
    return caldav_record_event(w->c, "cal.written", o->title, strbuf_sv(&body), err);
}

static bool record_state(struct writing *w, const struct job *job, bool written, struct err *err)
{
    if (w->c->o.noop)
        return true;
    if (!store_begin(w->c->o.store, err))
        return false;
    if (caldav_record_object(w->c, job->object, err) && (!written || record_written(w, job, err)) && store_commit(w->c->o.store, err))
        return true;
    store_rollback(w->c->o.store);
    return false;
}

/* A refusal is told and leaves the rest alone. */
static bool fail_job(struct writing *w, const struct job *job, const struct err *why)
{
    job->calendar->partial = true;
    caldav_note(w->c, NOTE_FAILED, job->calendar, job->object->title, arena_dup(w->arena, sv_of(why->text)));
    return true;
}

/* The state that a write aims at stands in the store before the request goes out (D-93). */
static bool announce(struct writing *w, const struct job *job, const struct ics_component *result, struct err *err)
{
    struct caldav_object *o = job->object;
    o->pending = o->revision + 1;
    o->pending_before = job->ours;
    o->pending_base = ics_reduced(w->arena, result);
    return caldav_record_object(w->c, o, err);
}

/* It is written: what the server made of it is what the next merge starts from (D-65). */
static bool take_written(struct writing *w, const struct job *job, const struct ics_component *result, int64_t sequence, struct err *err)
{
    struct caldav_object *o = job->object;
    struct err why = { "" };
    if (caldav_fetch_object(w->c, job->calendar, o, &why) != DAV_OK)
        return fail_job(w, job, &why); /* the announced state lets the next run go on */
    struct sv lost = ics_not_kept(w->arena, result, o->theirs);
    if (lost.n)
        caldav_note(w->c, NOTE_KEPT, job->calendar, o->title, arena_printf(w->arena, "the server did not keep %.*s", SV_ARG(lost)));
    o->revision = o->pending;
    o->pending = 0;
    o->before = job->ours, o->base = ics_reduced(w->arena, o->theirs);
    o->etag = o->theirs_etag;
    o->sequence = sequence;
    o->edited = false;
    return record_state(w, job, true, err);
}

/* ---- requests ---- */

static struct sv change_words(struct writing *w, const struct ics_component *theirs, const struct ics_component *result)
{
    struct user_edits l = ics_edits(w->arena, theirs, result);
    struct strbuf out = STRBUF_IN(w->arena);
    for (uint32_t i = 0; i < l.count; i++) {
        const struct user_edit *e = &l.items[i];
        strbuf_adds(&out, out.n ? "; " : "");
        if (e->kind == EDIT_CHANGED)
            strbuf_addf(&out, "%s", e->property);
        else if (e->kind == EDIT_CANCELLED_ONE)
            strbuf_addf(&out, "no meeting on %.*s", SV_ARG(e->was));
        else
            strbuf_addf(&out, "%.*s to %.*s", SV_ARG(e->was), SV_ARG(e->is));
    }
    return out.n ? strbuf_sv(&out) : SV("people");
}

static bool find_by_uid(const struct job *job, struct err *why)
{
    struct dav_list l = { 0 };
    struct caldav_object *o = job->object;
    if (dav_query(job->calendar->target->dav, job->calendar->href, o->uid, 0, 0, &l, why) != DAV_OK)
        return false;
    if (!l.count)
        return err_set(why, "the server says that the UID %.*s is taken, and has no such object", SV_ARG(o->uid));
    o->href = l.items[0].href;
    return true;
}

static bool update(struct writing *w, const struct job *job, struct err *err);

/* Something stands where we wanted to create. Where it is ours the state of it was lost: it counts as what we wrote, so that nothing of it
 * is overwritten unseen (D-64, D-91, D-93). */
static bool take_over(struct writing *w, const struct job *job, struct err *err)
{
    struct caldav_object *o = job->object;
    struct err why = { "" };
    if (!find_by_uid(job, &why) || caldav_fetch_object(w->c, job->calendar, o, &why) != DAV_OK)
        return fail_job(w, job, &why);
    if (!caldav_is_marked(w->c, job->calendar, o->theirs)) {
        err_set(&why, "%.*s is there and not ours: it is left alone", SV_ARG(o->href));
        return fail_job(w, job, &why);
    }
    o->pending = 0;
    o->before = job->ours, o->base = ics_reduced(w->arena, job->ours);
    o->sequence = ics_sequence(o->theirs);
    o->edited = true;
    return caldav_record_edits(w->c, job->calendar, o, err) && update(w, job, err);
}

static bool create(struct writing *w, const struct job *job, struct err *err)
{
    struct caldav_object *o = job->object;
    struct err why = { "" };
    struct sv revision = arena_printf(w->arena, "%lld", (long long)o->revision + 1);
    struct ics_component *result = ics_first(w->arena, job->ours, w->c->o.now, o->sequence, revision);
    const struct ics_line *start = ics_find(caldav_master(job->ours), "DTSTART"), *rule = ics_find(caldav_master(job->ours), "RRULE");
    caldav_note(w->c, NOTE_CREATE, job->calendar, o->title,
                arena_printf(w->arena, "from %.*s%s%.*s", SV_ARG(start->value), rule ? ", " : "", SV_ARG(rule ? rule->value : SV(""))));
    note_mail(w, job, "invitations");
    if (w->c->o.noop)
        return true;
    if (!announce(w, job, result, err))
        return false;
    enum dav_outcome outcome = dav_put(job->calendar->target->dav, o->href, text_of(w->arena, result), SV(""), &why);
    if (outcome == DAV_CHANGED || outcome == DAV_UID_TAKEN)
        return take_over(w, job, err);
    return outcome == DAV_OK ? take_written(w, job, result, o->sequence, err) : fail_job(w, job, &why);
}

/* Read again what changed under our hands. False where there is nothing to go on with; the reason is told. */
static bool read_again(struct writing *w, const struct job *job, bool *out_there, struct err *err)
{
    struct err why = { "" };
    enum dav_outcome outcome = caldav_fetch_object(w->c, job->calendar, job->object, &why);
    *out_there = outcome == DAV_OK;
    if (outcome == DAV_MISSING) {
        job->object->before = job->ours ? job->ours : job->object->before; /* what was about to be written is no later change of ours */
        return caldav_record_deleted(w->c, job->calendar, job->object, err);
    }
    if (outcome != DAV_OK)
        return fail_job(w, job, &why);
    return caldav_record_edits(w->c, job->calendar, job->object, err);
}

/* Nothing to write: what was seen is what counts from now on. */
static bool take_seen(struct writing *w, const struct job *job, const struct merged *m, struct err *err)
{
    struct caldav_object *o = job->object;
    o->before = job->ours, o->base = ics_reduced(w->arena, o->theirs);
    o->etag = o->theirs_etag;
    o->held = m->held;
    o->pending = 0;
    o->edited = false;
    return record_state(w, job, false, err);
}

static struct merged merge(struct writing *w, const struct job *job)
{
    const struct caldav_object *o = job->object;
    struct merge m = { .before = o->before, .ours = job->ours, .base = o->base, .theirs = o->theirs, .held = o->held, .now = w->c->o.now };
    m.revert = job->calendar->target->revert;
    m.sequence = o->sequence;
    m.revision = arena_printf(w->arena, "%lld", (long long)o->revision + 1);
    return ics_merge(w->arena, &m);
}

static void tell(struct writing *w, const struct job *job, const struct merged *m)
{
    for (uint32_t i = 0; i < m->kept_count; i++)
        caldav_note(w->c, NOTE_KEPT, job->calendar, job->object->title, m->kept[i]);
    if (!m->result)
        return;
    bool ends = ends_now(job);
    caldav_note(w->c, ends ? NOTE_END : NOTE_UPDATE, job->calendar, job->object->title,
                ends ? SV("no meetings from now on; those before stay") : change_words(w, job->object->theirs, m->result));
    if (m->revised)
        note_mail(w, job, ends ? "cancellations" : "updates");
}

static bool update(struct writing *w, const struct job *job, struct err *err)
{
    struct caldav_object *o = job->object;
    struct err why = { "" };
    bool there = o->theirs != NULL;
    if (!there && (!read_again(w, job, &there, err) || !there))
        return there || !err->text[0];
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        struct merged m = merge(w, job);
        if (attempt == 0)
            tell(w, job, &m);
        if (!m.result)
            return take_seen(w, job, &m, err);
        if (w->c->o.noop)
            return true;
        if (!announce(w, job, m.result, err))
            return false;
        enum dav_outcome outcome = dav_put(job->calendar->target->dav, o->href, text_of(w->arena, m.result), o->theirs_etag, &why);
        if (outcome == DAV_OK) {
            o->held = m.held;
            return take_written(w, job, m.result, m.sequence, err);
        }
        if (outcome != DAV_CHANGED)
            return fail_job(w, job, &why);
        if (!read_again(w, job, &there, err) || !there)
            return !err->text[0];
    }
    err_set(&why, "somebody else keeps changing %.*s: tried %d times, left as it is", SV_ARG(o->href), ATTEMPTS);
    return fail_job(w, job, &why);
}

static bool is_held_time(const struct caldav_object *o)
{
    for (uint32_t i = 0; i < o->held.count; i++)
        if (sv_is(o->held.items[i], "TIME"))
            return true;
    return false;
}

static bool take_out(struct writing *w, const struct job *job, struct err *err)
{
    struct caldav_object *o = job->object;
    struct err why = { "" };
    bool there = o->theirs != NULL;
    if (!o->etag.n && !there)
        return true; /* it was never there */
    if (is_held_time(o)) {
        caldav_note(w->c, NOTE_KEPT, job->calendar, o->title, SV("ended, but its user moved the series: it is left to them"));
        o->status = OBJECT_LEFT;
        return record_state(w, job, false, err);
    }
    caldav_note(w->c, NOTE_DELETE, job->calendar, o->title, SV("it has not begun, so nothing of it stays"));
    note_mail(w, job, "cancellations");
    for (int attempt = 0; attempt < ATTEMPTS && !w->c->o.noop; attempt++) {
        enum dav_outcome outcome = dav_delete(job->calendar->target->dav, o->href, o->theirs ? o->theirs_etag : o->etag, &why);
        if (outcome == DAV_OK || outcome == DAV_MISSING) {
            o->status = OBJECT_DELETED;
            return record_state(w, job, true, err);
        }
        if (outcome != DAV_CHANGED)
            return fail_job(w, job, &why);
        if (!read_again(w, job, &there, err) || !there)
            return !err->text[0];
    }
    return w->c->o.noop || fail_job(w, job, &why);
}

static bool run_job(struct writing *w, const struct job *job, struct err *err)
{
    struct caldav_object *o = job->object;
    if (!job->ours)
        return take_out(w, job, err);
    if (!o->etag.n && !o->theirs)
        return create(w, job, err);
    if (!o->etag.n && !o->base)
        return take_over(w, job, err);
    return (!o->edited && same_wish(w->arena, o->before, job->ours)) || update(w, job, err);
}

/* ---- a target ---- */

static bool record_token(struct caldav *c, const struct caldav_calendar *k, struct err *err)
{
    struct strbuf json = STRBUF_IN(c->arena);
    struct json_out j = json_to(&json, false);
    if (c->o.noop || k->unknown || k->partial || !k->new_token.n || sv_eq(k->token, k->new_token))
        return true;
    json_open(&j, '{');
    json_kstr(&j, "path", k->path);
    json_kstr(&j, "token", k->new_token);
    json_close(&j, '}');
    return store_put(c->o.store, CALENDAR_KIND, k->key, strbuf_sv(&json), c->o.now, err);
}

static bool write_target(struct writing *w, struct caldav_target *t, struct err *err)
{
    struct caldav *c = w->c;
    struct err why = { "" };
    struct caldav_calendar *first = NULL;
    w->job_count = 0;
    for (uint32_t i = 0; i < c->calendar_count; i++) {
        struct caldav_calendar *k = c->calendars[i];
        if (k->target != t || k->unknown)
            continue;
        first = first ? first : k;
        plan_calendar(w, k);
    }
    if (first && !may_end(w, &why)) {
        caldav_note(c, NOTE_FAILED, first, SV(""), arena_dup(c->arena, sv_of(why.text)));
        return true;
    }
    for (uint32_t i = 0; i < w->job_count; i++)
        if (!run_job(w, &w->jobs[i], err))
            return false;
    for (uint32_t i = 0; i < c->calendar_count; i++)
        if (c->calendars[i]->target == t && !record_token(c, c->calendars[i], err))
            return false;
    return true;
}

bool caldav_write(struct caldav *c, struct sv installation, const struct series *const *all, uint32_t count, struct err *err)
{
    struct writing w = { .c = c, .arena = c->arena, .installation = installation, .all = all, .count = count };
    c->o.installation = installation;
    for (uint32_t i = 0; i < c->target_count; i++)
        if (!c->targets[i]->unknown && !write_target(&w, c->targets[i], err))
            return false;
    return true;
}
