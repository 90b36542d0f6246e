/* path: parts of file names. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fs.h"

#include "func/func.h"

static struct value fn_basename(struct call *k)
{
    struct sv base = path_base(value_sv(k->args[0]));

    if (k->count > 1) {
        struct sv suffix = value_sv(k->args[1]);

        if (sv_is(suffix, ".*")) {
            size_t dot = sv_rfind_char(base, '.');

            if (dot != SIZE_MAX && dot > 0)
                base = sv_slice(base, 0, dot);
        } else if (base.n > suffix.n && sv_ends(base, suffix)) {
            base = sv_slice(base, 0, base.n - suffix.n);
        }
    }
    return value_str(base);
}

static struct value fn_dirname(struct call *k) { return value_str(path_dir(value_sv(k->args[0]))); }

static struct value fn_extname(struct call *k)
{
    struct sv base = path_base(value_sv(k->args[0]));
    size_t dot = sv_rfind_char(base, '.');

    return value_str(dot == SIZE_MAX || dot == 0 || dot + 1 == base.n ? SV("") : sv_slice(base, dot, base.n));
}

const struct builtin func_path[] = {
    { "basename", "Callable[String, String, 1, 2]", "the last part of a path", fn_basename, 0 },
    { "dirname", "Callable[String]", "a path without its last part", fn_dirname, 0 },
    { "stdlib::extname", "Callable[String]", "the extension of a file name", fn_extname, 0 },
};
const size_t func_path_count = sizeof func_path / sizeof *func_path;
