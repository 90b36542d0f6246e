/* state: finding the store. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/state.h"

#include <stdlib.h>

#include "base/fs.h"
#include "base/yaml.h"

static bool is_url(struct sv place) { return sv_starts(place, SV("postgresql:")) || sv_starts(place, SV("postgres:")); }

static bool from_environment(struct arena *a, struct sv *place, struct err *err)
{
    if (!sv_starts(*place, SV("env:")))
        return true;
    const char *name = arena_cstr(a, sv_slice(*place, 4, place->n)), *value = getenv(name);
    if (!value || !*value)
        return err_set(err, "the store is said to be in the environment's %s, which is not set", name);
    *place = sv_of(value);
    return true;
}

bool store_place(struct arena *a, const char *option, const struct data *config, struct sv site_dir, struct sv state_dir,
                 struct sv *out_place, struct err *err)
{
    const struct data *said = data_get(config, "store");
    struct sv place = option ? sv_of(option) : data_text(said);
    if (!option && said && !place.n)
        return err_set(err, "'store' of potlac.yaml should be a file or postgresql://..., found %s",
                       data_kind_name((enum data_kind)said->kind));
    if (!place.n)
        place = path_join(a, state_dir, SV("store.db"));
    else if (!from_environment(a, &place, err))
        return false;
    else if (!option && !is_url(place))
        place = path_join(a, site_dir, place);
    *out_place = arena_dup(a, place);
    return true;
}

bool store_place_exists(struct sv place) { return is_url(place) || (place.n && fs_exists(place.p)); }

/* potlac.yaml alone: nothing else of the site is looked at. */
static bool read_config(struct arena *a, struct sv dir, const struct data **out_config, struct err *err)
{
    struct sv path = path_join(a, dir, SV("potlac.yaml")), text;
    struct diags diags = diags_in(a);
    struct data_doc *doc = NULL;
    *out_config = NULL;
    if (!fs_exists(path.p))
        return true;
    struct source *src = ARENA_NEW(a, struct source);
    if (!fs_read(a, path.p, 0, &text, err))
        return false;
    *src = (struct source){ path, text };
    if (!yaml_read(a, src, NULL, &diags, &doc))
        return err_set(err, "'%.*s' is not usable: %.*s", SV_ARG(path), SV_ARG(diags.first->message));
    *out_config = doc ? &doc->root : NULL;
    return true;
}

bool state_store_place(struct cli *c, struct sv *out_place, struct err *err)
{
    const char *site = cli_value(c, "site"), *state = cli_value(c, "state");
    struct sv site_dir = arena_dup(c->arena, sv_of(site ? site : ".")),
              dir = state ? arena_dup(c->arena, sv_of(state)) : path_join(c->arena, site_dir, SV(".potlac"));
    const struct data *config;
    return read_config(c->arena, site_dir, &config, err) &&
           store_place(c->arena, cli_value(c, "store"), config, site_dir, dir, out_place, err);
}

bool state_config(struct cli *c, const struct data **out_config, struct err *err)
{
    const char *site = cli_value(c, "site");
    return read_config(c->arena, sv_of(site ? site : "."), out_config, err);
}

struct store *state_open_store(struct cli *c, struct err *err)
{
    struct sv place;
    if (!state_store_place(c, &place, err))
        return NULL;
    if (store_place_exists(place))
        return store_open(place.p, err);
    err_set(err,
            "there is no store '%.*s': nothing has been applied yet; run 'potlac apply', or name it with --store WHERE, --state DIR or "
            "--site DIR",
            SV_ARG(place));
    return NULL;
}

struct store *state_make_store(struct cli *c, bool trial, struct err *err)
{
    struct sv place;
    if (!state_store_place(c, &place, err))
        return NULL;
    if (store_place_exists(place))
        return store_open(place.p, err);
    if (trial)
        return store_open(":memory:", err);
    return fs_mkdirs(arena_cstr(c->arena, path_dir(place)), 0755, err) ? store_open(place.p, err) : NULL;
}
