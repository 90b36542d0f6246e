/* notes: boxes in the store. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "people/notes.h"

#include <sys/stat.h>

#include "base/box.h"
#include "base/fs.h"
#include "base/hash.h"
#include "base/json.h"

#define NOTE_KIND  SV("note") /* documents: {"box": base64}; the key is a digest of ritual and week under the installation's key */
#define WEEKS_MOST 520

bool notes_may(const struct meeting_name *meeting, struct sv user)
{
    for (uint32_t i = 0; sv_is(meeting->kind, "one-on-one") && i < meeting->people_count; i++)
        if (sv_eq(meeting->people[i], user))
            return true;
    return false;
}

/* --- the key --- */

static bool any_note(struct store *st, struct arena *a, bool *out, struct err *err)
{
    struct sv *list;
    size_t n;
    if (!store_keys(st, a, NOTE_KIND, &list, &n, err))
        return false;
    *out = n > 0;
    return true;
}

static bool make_key(struct store *st, struct arena *a, struct sv path, struct err *err)
{
    char bytes[sizeof(struct notes_key)];
    bool any;
    if (!any_note(st, a, &any, err))
        return false;
    if (any)
        return err_set(
            err, "there are notes of another key: copy notes.key from the machine (or the backup) that they were written with to '%.*s'",
            SV_ARG(path));
    if (!random_bytes(bytes, sizeof bytes))
        return err_set(err, "the system gives no random bytes");
    bool ok = fs_write_atomic(path.p, sv_make(bytes, sizeof bytes), 0600, err);
    box_forget(bytes, sizeof bytes);
    return ok;
}

static bool is_private(struct sv path, struct err *err)
{
    struct stat s;
    if (stat(path.p, &s) != 0 || !(s.st_mode & 077))
        return true;
    return err_set(err, "'%.*s' can be read by others than its owner: chmod 600 it; whoever read it can read all notes", SV_ARG(path));
}

bool notes_key_read(struct store *st, struct arena *a, struct sv state_dir, bool make, struct notes_key *out, struct err *err)
{
    struct sv path = path_join(a, state_dir, SV("notes.key")), text;
    err->text[0] = '\0';
    if (!fs_exists(path.p)) {
        if (!make)
            return false;
        if (!make_key(st, a, path, err))
            return false;
    }
    if (!is_private(path, err) || !fs_read(a, path.p, 4096, &text, err))
        return false;
    if (text.n != sizeof *out)
        return err_set(err, "'%.*s' is damaged: it should hold %zu bytes; restore it", SV_ARG(path), sizeof *out);
    memcpy(out, text.p, sizeof *out);
    box_forget((char *)text.p, text.n);
    return true;
}

void notes_key_forget(struct notes_key *key) { box_forget(key, sizeof *key); }

/* --- boxes --- */

static struct sv bound_to(struct arena *a, struct sv title, struct sv week)
{
    return arena_printf(a, "%.*s\n%.*s", SV_ARG(title), SV_ARG(week));
}

static struct sv name_of(struct arena *a, const struct notes_key *key, struct sv title, struct sv week)
{
    return digest_hmac_hex(a, DIGEST_SHA256, sv_make((const char *)key->name, sizeof key->name), bound_to(a, title, week));
}

static const struct data *read_json(struct arena *a, struct sv text)
{
    struct source *src = ARENA_NEW(a, struct source);
    struct diags diags = diags_in(a);
    struct data_doc *doc;
    *src = (struct source){ SV("a note"), text };
    return json_read(a, src, NULL, &diags, &doc) ? &doc->root : NULL;
}

/* No word of what is in it reaches an error. */
static bool read_box(struct arena *a, const struct notes_key *key, struct sv title, struct sv week, struct sv json, const struct data **out,
                     struct err *err)
{
    struct sv box, text;
    const struct data *root = read_json(a, json);
    if (!root || !base64_decode(a, data_text(data_get(root, "box")), &box))
        return err_set(err, "the note of %.*s is damaged", SV_ARG(week));
    if (!box_open(a, key->box, bound_to(a, title, week), box, &text) || !(*out = read_json(a, text)))
        return err_set(err, "the note of %.*s cannot be opened: it was changed, or written with another key", SV_ARG(week));
    return true;
}

bool notes_read(struct store *st, struct arena *a, const struct notes_key *key, struct sv title, struct sv week, struct note **out_notes,
                uint32_t *out_count, struct err *err)
{
    struct sv json;
    const struct data *list = NULL;
    *out_notes = NULL;
    *out_count = 0;
    err->text[0] = '\0';
    if (!store_get(st, a, NOTE_KIND, name_of(a, key, title, week), &json, err))
        return err->text[0] == '\0';
    if (!read_box(a, key, title, week, json, &list, err))
        return false;
    uint32_t n = list->kind == DATA_LIST ? list->count : 0;
    struct note *notes = ARENA_ARRAY(a, struct note, n + 1);
    for (uint32_t i = 0; i < n; i++) {
        const struct data *at = data_get(&list->items[i], "at");
        notes[i] = (struct note){ at && at->kind == DATA_INT ? at->i : 0, data_text(data_get(&list->items[i], "by")),
                                  data_text(data_get(&list->items[i], "text")) };
    }
    *out_notes = notes;
    *out_count = n;
    return true;
}

static void json_note(struct json_out *j, const struct note *n)
{
    json_open(j, '{');
    json_kint(j, "at", n->at);
    json_kstr(j, "by", n->by);
    json_kstr(j, "text", n->text);
    json_close(j, '}');
}

static bool put_box(struct store *st, struct arena *a, const struct notes_key *key, struct sv title, struct sv week, struct sv text,
                    int64_t at, struct err *err)
{
    struct sv box;
    struct strbuf out = STRBUF_IN(a);
    struct json_out j = json_to(&out, false);
    if (!box_close(a, key->box, bound_to(a, title, week), text, &box))
        return err_set(err, "the system gives no random bytes");
    json_open(&j, '{');
    json_kstr(&j, "box", base64_encode(a, box));
    json_close(&j, '}');
    return store_put(st, NOTE_KIND, name_of(a, key, title, week), strbuf_sv(&out), at, err);
}

bool notes_add(struct store *st, struct arena *a, const struct notes_key *key, struct sv title, struct sv week, const struct note *note,
               struct err *err)
{
    struct note *before;
    uint32_t n;
    struct strbuf all = STRBUF_IN(a);
    struct json_out j = json_to(&all, false);
    if (note->text.n > NOTE_BYTES_MOST)
        return err_set(err, "a note has %d bytes at most", NOTE_BYTES_MOST);
    if (!store_begin(st, err)) /* two who write at once do not lose each other's words */
        return false;
    bool ok = notes_read(st, a, key, title, week, &before, &n, err);
    json_open(&j, '[');
    for (uint32_t i = 0; ok && i < n; i++)
        json_note(&j, &before[i]);
    json_note(&j, note);
    json_close(&j, ']');
    ok = ok && put_box(st, a, key, title, week, strbuf_sv(&all), note->at, err);
    box_forget(all.p, all.n);
    if (ok)
        return store_commit(st, err);
    store_rollback(st);
    return false;
}

bool notes_weeks(struct store *st, struct arena *a, const struct notes_key *key, struct sv title, struct date today, struct sv **out_weeks,
                 uint32_t *out_count, struct err *err)
{
    struct sv *names;
    size_t n;
    struct map there = map_in(a);
    int64_t monday = date_to_days(today) - date_weekday(today);
    if (!store_keys(st, a, NOTE_KIND, &names, &n, err))
        return false;
    for (size_t i = 0; i < n; i++)
        map_put(&there, names[i], &names[i]);
    struct sv *weeks = ARENA_ARRAY(a, struct sv, WEEKS_MOST + 2);
    *out_count = 0;
    for (int w = WEEKS_MOST; n && w >= -1; w--) { /* a note may be made for the week that comes */
        struct sv week = meeting_week_of(a, date_from_days(monday - 7 * w));
        if (map_find(&there, name_of(a, key, title, week)))
            weeks[(*out_count)++] = week;
    }
    *out_weeks = weeks;
    return true;
}
