/* time: times as text. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <time.h>

#include "func/func.h"
#include "types/timefmt.h"

static struct value fn_strftime(struct call *k)
{
    struct strbuf out = STRBUF_IN(k->arena);
    struct sv format = value_sv(k->args[1]);
    int32_t offset = 0;
    struct err err;

    if (k->args[0].kind == V_TIMESPAN) {
        if (!timespan_format(&out, k->args[0].i, format, &err))
            call_fail(k, "%s", err.text);
        return value_str(strbuf_sv(&out));
    }
    if (k->count > 2 && k->args[2].kind == V_STRING && k->args[2].n) {
        if (!timezone_offset(value_sv(k->args[2]), &offset, &err))
            call_fail(k, "%s", err.text);
        timestamp_format(&out, k->args[0].i, format, offset, SV(""));
    } else {
        timestamp_format(&out, k->args[0].i, format, 0, SV("UTC"));
    }
    return value_str(strbuf_sv(&out));
}

/* As in older code: the time now. */
static struct value fn_strftime_now(struct call *k)
{
    struct timespec now;
    struct value args[3] = { { .kind = V_TIMESTAMP }, k->args[0], k->count > 1 ? k->args[1] : VALUE_UNDEF };
    call_warn(k, "deprecations",
              "The argument signature (String format, [String timezone]) is deprecated for #strftime. See "
              "#strftime documentation and Timespan type for more info");
    call_asks_outside(k);
    clock_gettime(CLOCK_REALTIME, &now);
    args[0].i = now.tv_sec * NS_PER_SECOND + now.tv_nsec;
    struct call again = *k;
    again.args = args;
    again.count = k->count + 1;
    return fn_strftime(&again);
}

const struct builtin func_time[] = {
    { "strftime", "Callable[Timespan, String]", "a span of time by a format", fn_strftime, 0, "time_object format" },
    { "strftime", "Callable[Timestamp, String, String, 2, 3]", "a time by a format", fn_strftime, 0, "time_object format timezone" },
    { "strftime", "Callable[String, String, 1, 2]", "the time now by a format", fn_strftime_now, 0, "format timezone" },
};
const size_t func_time_count = sizeof func_time / sizeof *func_time;
