/* query: words that both ways to write a query share. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "store/query.h"

enum query_function query_function_named(struct sv name)
{
    static const struct {
        const char *name;
        enum query_function function;
    } functions[] = { { "count", FN_COUNT }, { "avg", FN_AVG }, { "sum", FN_SUM },
                      { "min", FN_MIN },     { "max", FN_MAX }, { "to_string", FN_TO_STRING } };

    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        if (sv_is(name, functions[i].name))
            return functions[i].function;
    return FN_NONE;
}
