/* An object of a calendar as recorded: JSON. Texts of the user's own are not in it: see ics_reduced. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"
#include "people/caldav_internal.h"

static const char *const statuses[] = { "live", "deleted", "deleted by its user", "left" };

static void put_tree(struct json_out *j, const char *key, const struct ics_component *c)
{
    AUTO_STRBUF text = STRBUF_HEAP;
    if (!c)
        return;
    ics_write(&text, c);
    json_kstr(j, key, strbuf_sv(&text));
}

bool object_write(struct strbuf *out, const struct caldav_object *o)
{
    struct json_out j = json_to(out, false);
    json_open(&j, '{');
    json_kstr(&j, "target", o->target);
    json_kstr(&j, "user", o->user);
    json_kstr(&j, "title", o->title);
    json_kint(&j, "epoch", o->epoch);
    if (o->since != o->epoch)
        json_kint(&j, "since", o->since);
    json_kint(&j, "generation", o->generation);
    json_kstr(&j, "uid", o->uid);
    json_kstr(&j, "href", o->href);
    json_kstr(&j, "etag", o->etag);
    json_kint(&j, "sequence", o->sequence);
    json_kint(&j, "revision", o->revision);
    json_kstr(&j, "status", sv_of(statuses[o->status]));
    put_tree(&j, "before", o->before);
    put_tree(&j, "base", o->base);
    json_key(&j, SV("held"));
    json_open(&j, '[');
    for (uint32_t i = 0; i < o->held.count; i++)
        json_str(&j, o->held.items[i]);
    json_close(&j, ']');
    if (o->pending) {
        json_kint(&j, "pending", o->pending);
        put_tree(&j, "pendingBefore", o->pending_before);
        put_tree(&j, "pendingBase", o->pending_base);
    }
    json_close(&j, '}');
    return true;
}

static int64_t int_of(const struct data *m, const char *key)
{
    const struct data *d = data_get(m, key);
    return d && d->kind == DATA_INT ? d->i : 0;
}

static bool tree_of(struct arena *a, const struct data *m, const char *key, struct ics_component **out, struct err *err)
{
    struct sv text = data_text(data_get(m, key));
    *out = NULL;
    return !text.n || (*out = ics_read(a, text, 4 * ICS_OBJECT_MAX, err)) != NULL;
}

bool object_read(struct arena *a, struct sv key, const struct data *root, struct caldav_object **out_o, struct err *err)
{
    struct caldav_object *o = ARENA_NEW(a, struct caldav_object);
    *o = (struct caldav_object){ .key = key,
                                 .target = data_text(data_get(root, "target")),
                                 .user = data_text(data_get(root, "user")),
                                 .title = data_text(data_get(root, "title")),
                                 .epoch = int_of(root, "epoch"),
                                 .generation = int_of(root, "generation"),
                                 .uid = data_text(data_get(root, "uid")),
                                 .href = data_text(data_get(root, "href")),
                                 .etag = data_text(data_get(root, "etag")),
                                 .sequence = int_of(root, "sequence"),
                                 .revision = int_of(root, "revision"),
                                 .pending = int_of(root, "pending") };
    o->since = data_get(root, "since") ? int_of(root, "since") : o->epoch;
    struct sv status = data_text(data_get(root, "status"));
    for (int i = 0; i < 4; i++)
        if (sv_is(status, statuses[i]))
            o->status = (enum object_status)i;
    const struct data *held = data_get(root, "held");
    for (uint32_t i = 0; held && held->kind == DATA_LIST && i < held->count; i++)
        ARENA_PUSH(a, o->held.items, o->held.count, o->held.cap, data_text(&held->items[i]));
    if (!o->uid.n || !o->user.n || !o->title.n)
        return err_set(err, "the recorded calendar object '%.*s' cannot be read", SV_ARG(key));
    if (!tree_of(a, root, "before", &o->before, err) || !tree_of(a, root, "base", &o->base, err) ||
        !tree_of(a, root, "pendingBefore", &o->pending_before, err) || !tree_of(a, root, "pendingBase", &o->pending_base, err))
        return err_wrap(err, "the recorded calendar object '%.*s'", SV_ARG(key));
    *out_o = o;
    return true;
}
