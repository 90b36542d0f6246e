/* notify: a message in the log of every run. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "system/internal.h"

static bool notify_get(struct run *run, const struct resource *r, struct property_list *is, struct property_list *should, struct err *err)
{
    (void)err;
    struct property *p = property_add(run, is, should, "message", SV("absent"), attr_name(run, r, "message"));
    p->sensitive = attr_sensitive(r, "message");
    p->flags = PROP_ALWAYS;
    return true;
}

/* Saying it is the agent's business: the event carries the text. */
static enum set_result notify_set(struct run *run, const struct resource *r, const struct property_list *is,
                                  const struct property_list *should, struct err *err)
{
    (void)run, (void)r, (void)is, (void)should, (void)err;
    return SET_DONE;
}

const struct provider provider_notify = {
    .type = { "notify", (const char *const[]){ "message", "withpath", "name", NULL } },
    .get = notify_get,
    .set = notify_set,
    .in_root = true,
    .no_write = true,
};
