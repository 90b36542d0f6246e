/* tool: programs that providers run: found on the usual path, in plain surroundings, with the last of what they said as the message. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "system/internal.h"

const char *find_tool(struct run *run, const char *name)
{
    return command_find(run->arena, name, "/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin");
}

bool run_tool(struct run *run, const char *const *argv, struct sv input, struct sv *out_text, struct err *err)
{
    static const char *const env[] = { "LC_ALL=C",
                                       "LANG=C",
                                       "DEBIAN_FRONTEND=noninteractive",
                                       "APT_LISTCHANGES_FRONTEND=none",
                                       "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                                       "HOME=/root",
                                       NULL };
    const char *tool = find_tool(run, argv[0]);
    if (!tool)
        return err_set(err, "Could not find command '%s'", argv[0]);
    struct command_result r;
    struct command cmd = {
        .argv = argv, .env = env, .path = "/usr/sbin:/usr/bin:/sbin:/bin", .input = input, .umask = -1, .timeout = 1800
    };
    if (!command_run(run->arena, &cmd, &r, err))
        return false;
    if (out_text)
        *out_text = r.output;
    if (r.timed_out)
        return err_set(err, "'%s' took longer than %d seconds", argv[0], cmd.timeout);
    if (r.status == 0)
        return true;
    struct strbuf line = STRBUF_IN(run->arena);
    for (size_t i = 0; argv[i]; i++)
        strbuf_addf(&line, "%s%s", i ? " " : "", argv[i]);
    struct sv said = sv_trim(r.output);
    if (said.n > 600)
        said = sv_slice(said, said.n - 600, said.n);
    return err_set(err, "Execution of '%s' returned %d: %.*s", strbuf_cstr(&line), r.status, SV_ARG(said));
}
