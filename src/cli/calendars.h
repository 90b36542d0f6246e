/* calendars: telling what was done, or would be, in people's calendars. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_CALENDARS_H
#define CLI_CALENDARS_H

#include "base/json.h"
#include "cli/cli.h"
#include "people/caldav.h"

/* One line for each note, grouped by calendar. noop: in the conditional. */
void show_calendars(const struct cli *c, const struct caldav *caldav, bool noop);
/* [{kind, target, user, ritual, text}] */
void calendars_write_json(struct json_out *j, const struct caldav *caldav);

#endif
