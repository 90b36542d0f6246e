/* time: times as text. */
/* SPDX-License-Identifier: Apache-2.0 */
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

const struct builtin func_time[] = {
    { "strftime", "Callable[Variant[Timestamp, Timespan], String, Optional[String], 2, 3]", "a time by a format", fn_strftime, 0 },
};
const size_t func_time_count = sizeof func_time / sizeof *func_time;
