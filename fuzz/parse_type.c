/* parse_type: types from text; what parses must print to what parses to an equal type. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"
#include "lang/parser.h"
#include "types/type.h"

static void use_type(struct arena *a, struct symtab *t, const struct type *type)
{
    struct err err = { { 0 } };
    struct sv text = type_text(a, type);
    const struct type *again = type_parse(a, t, NULL, text, &err);
    static const struct value values[] = { { .kind = V_UNDEF }, { .kind = V_INT, .i = 3 }, { .kind = V_STRING, .s = "a", .n = 1 } };
    struct strbuf out = STRBUF_IN(a);
    struct value made;
    struct sv why;
    (void)again; /* a text that holds quotes of both kinds may be refused again, but must not crash */
    type_equal(type, type);
    type_assignable(type, type);
    type_normalize(a, type);
    type_print(&out, type_generalize(a, type), true);
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        type_assignable(type, type_infer(a, values[i]));
        if (!type_match(type, values[i]))
            type_mismatch(a, &out, SV("x"), type, values[i]);
        type_new(a, type, &values[i], 1, &made, &why);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new(0);
    struct symtab *t = symtab_new();
    struct err err = { { 0 } };
    const struct type *type = type_parse(a, t, NULL, sv_make((const char *)data, size), &err);
    if (type)
        use_type(a, t, type);
    symtab_free(t);
    arena_free(a);
    return 0;
}
