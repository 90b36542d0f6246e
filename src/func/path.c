/* path: parts of file names, as Ruby's File takes them apart. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "func/support.h"

static struct sv without_slashes(struct sv s)
{
    while (s.n > 1 && s.p[s.n - 1] == '/')
        s.n--;
    return s;
}

/* File.basename: the last part; "/" of the root. */
static struct sv base_of(struct sv s)
{
    s = without_slashes(s);
    size_t slash = sv_rfind_char(s, '/');
    return slash == SIZE_MAX || s.n == 1 ? s : sv_slice(s, slash + 1, s.n);
}

static struct value fn_basename(struct call *k)
{
    if (!k->count)
        call_fail(k, "basename(): No arguments given");
    if (k->count > 2)
        call_fail(k, "basename(): Too many arguments given (%u)", k->count);
    struct value path = old_arg(k, 0), suffix = old_arg(k, 1);
    if (path.kind != V_STRING)
        call_fail(k, "basename(): Requires string as first argument");
    if (suffix.kind != V_STRING)
        call_fail(k, "basename(): Requires string as second argument");
    struct sv base = base_of(value_sv(path)), end = value_sv(suffix);
    size_t dot = sv_rfind_char(base, '.');
    if (sv_is(end, ".*"))
        base = dot != SIZE_MAX && dot > 0 ? sv_slice(base, 0, dot) : base;
    else if (end.n && base.n > end.n && sv_ends(base, end))
        base.n -= end.n;
    return value_str(base);
}

static struct value fn_dirname(struct call *k)
{
    if (!k->count)
        call_fail(k, "dirname(): No arguments given");
    if (k->count > 1)
        call_fail(k, "dirname(): Too many arguments given (%u)", k->count);
    struct value path = old_arg(k, 0);
    if (path.kind != V_STRING)
        call_fail(k, "dirname(): Requires string as argument");
    if (!path.n)
        call_fail(k, "dirname(): Requires a non-empty string as argument");
    struct sv s = without_slashes(value_sv(path));
    size_t slash = sv_rfind_char(s, '/');
    if (slash == SIZE_MAX)
        return value_str(SV("."));
    s = without_slashes(sv_slice(s, 0, slash ? slash : 1));
    while (s.n > 1 && s.p[0] == '/' && s.p[1] == '/')
        s = sv_slice(s, 1, s.n);
    return value_str(s);
}

static struct value fn_extname(struct call *k)
{
    struct sv base = base_of(value_sv(k->args[0]));
    size_t dot = sv_rfind_char(base, '.'), first = 0;
    while (first < base.n && base.p[first] == '.')
        first++;
    return value_str(dot == SIZE_MAX || dot < first ? SV("") : sv_slice(base, dot, base.n));
}

const struct builtin func_path[] = {
    { "basename", TAKES_ANYTHING, "the last part of a path", fn_basename, 0, NULL },
    { "dirname", TAKES_ANYTHING, "a path without its last part", fn_dirname, 0, NULL },
    { "stdlib::extname", "Callable[String]", "the extension of a file name", fn_extname, 0, "filename" },
};
const size_t func_path_count = sizeof func_path / sizeof *func_path;
