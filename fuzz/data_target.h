/* data_target: what is done with a data tree that was read: printed as JSON it must read back; its values are typed and printed. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FUZZ_DATA_TARGET_H
#define FUZZ_DATA_TARGET_H

#include <stdio.h>
#include <stdlib.h>

#include "base/json.h"
#include "fuzz.h"
#include "types/type.h"

static inline void fuzz_data(struct arena *a, const struct data *root)
{
    struct strbuf text = STRBUF_IN(a), printed = STRBUF_IN(a), copied = STRBUF_IN(a);
    struct json_out j = json_to(&text, false);
    struct diags diags = diags_in(a);
    struct data_doc *again = NULL;
    struct value v = value_from_data(a, root);
    struct source src;
    json_data(&j, root);
    src = (struct source){ SV("printed.json"), strbuf_sv(&text) };
    if (!json_read(a, &src, NULL, &diags, &again)) {
        fprintf(stderr, "the printed JSON does not read back:\n%.*s\n", SV_ARG(strbuf_sv(&text)));
        abort();
    }
    /* By text, as NaN is not equal to itself. */
    value_inspect(&printed, v);
    value_inspect(&copied, value_deep_copy(a, v));
    if (!sv_eq(strbuf_sv(&printed), strbuf_sv(&copied)))
        abort();
    type_print(&printed, type_infer(a, v), false);
    type_print(&printed, type_generalize(a, type_infer_reduced(a, v)), false);
}

#endif
