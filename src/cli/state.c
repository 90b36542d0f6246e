/* state: finding the store. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/state.h"

#include "base/fs.h"

struct store *state_open_store(struct cli *c, struct err *err)
{
    const char *site = cli_value(c, "site"), *state = cli_value(c, "state");
    struct sv dir = state ? sv_of(state) : path_join(c->arena, sv_of(site ? site : "."), SV(".potlac"));
    struct sv path = path_join(c->arena, dir, SV("store.db"));
    if (fs_exists(path.p))
        return store_open(path.p, err);
    err_set(err, "there is no store '%.*s': nothing has been applied yet; run 'potlac apply', or name it with --state DIR or --site DIR",
            SV_ARG(path));
    return NULL;
}
