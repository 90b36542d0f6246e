/* import: another tool's inventory becomes a file of the model, for review, and what it knows of nodes goes into the store. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "import/import.h"

#include "base/fs.h"
#include "base/json.h"
#include "cli/import_facts.h"
#include "cli/show.h"
#include "cli/state.h"

struct importer {
    struct cli *c;
    const struct import_source *source;
    struct sv from, site, model, target, shown; /* target: the file that is written; shown: below the site */
    struct source_tree folder, tree;            /* tree: of the site, without the target */
    struct sv was, text;
    bool edited;
    struct diags diags;
    struct import_options options;
    struct import *im;
    struct import_stored stored;
};

/* ---- the model without the file that is written ---- */

static enum tree_kind others_kind(void *ctx, struct sv path)
{
    struct importer *r = ctx;
    return sv_eq(path, r->target) ? TREE_ABSENT : r->folder.kind(r->folder.ctx, path);
}

static enum tree_kind others_read(void *ctx, struct arena *a, struct sv path, size_t max, struct sv *out_text, struct err *err)
{
    struct importer *r = ctx;
    *out_text = SV_NONE;
    return sv_eq(path, r->target) ? TREE_FILE : r->folder.read(r->folder.ctx, a, path, max, out_text, err);
}

static bool others_list(void *ctx, struct arena *a, struct sv path, struct fs_entry **out_entries, size_t *out_count, struct err *err)
{
    struct importer *r = ctx;
    return r->folder.list(r->folder.ctx, a, path, out_entries, out_count, err);
}

/* The model as others wrote it; text: what the import adds, empty for nothing. */
static struct model *load_model(struct importer *r, struct sv text, struct diags *diags, struct err *err)
{
    struct model *m = model_new(r->c->arena);
    if (fs_is_dir(r->model.p) && !model_add_tree(m, &r->tree, r->model, diags, err))
        return NULL;
    if (!text.n)
        return m;
    struct source *src = ARENA_NEW(r->c->arena, struct source);
    *src = (struct source){ r->target, text };
    return model_add_text(m, src, diags) ? m : NULL;
}

/* ---- options ---- */

static bool read_target(struct importer *r, struct err *err)
{
    struct arena *a = r->c->arena;
    const char *site = cli_value(r->c, "site"), *into = cli_value(r->c, "into");
    r->site = arena_dup(a, sv_of(site ? site : "."));
    while (r->site.n > 1 && r->site.p[r->site.n - 1] == '/')
        r->site.n--;
    r->site = arena_dup(a, r->site);
    if (!fs_is_dir(r->site.p))
        return err_set(err, "there is no site folder '%.*s'; name one with --site DIR", SV_ARG(r->site));
    r->shown = into ? arena_dup(a, sv_of(into)) : arena_printf(a, "model/imported/%s.yaml", r->source->name);
    if (!sv_starts(r->shown, SV("model/")) || sv_find(r->shown, SV(".."), 0) != SIZE_MAX || sv_find(r->shown, SV("//"), 0) != SIZE_MAX ||
        !(sv_ends(r->shown, SV(".yaml")) || sv_ends(r->shown, SV(".yml"))))
        return err_set(err, "--into names a YAML file below model/ of the site, such as model/imported/hosts.yaml, not '%.*s'",
                       SV_ARG(r->shown));
    r->model = path_join(a, r->site, SV("model"));
    r->target = path_join(a, r->site, r->shown);
    r->folder = source_tree_folder();
    r->tree = (struct source_tree){ r, others_kind, others_read, others_list, NULL };
    if (fs_exists(r->target.p) && !fs_read(a, r->target.p, 0, &r->was, err))
        return false;
    r->edited = r->was.n && import_is_edited(a, r->was);
    return true;
}

/* "--map site=DC,fqdn=Host Name" */
static bool read_maps(struct importer *r, struct err *err)
{
    struct sv rest = sv_of(cli_value(r->c, "map")), piece;
    size_t cap = 0;
    struct import_map *maps = NULL;
    while (sv_cut(&rest, ',', &piece)) {
        size_t eq = sv_find_char(piece, '=', 0);
        struct import_map map = { sv_trim(sv_slice(piece, 0, eq)), eq == SIZE_MAX ? SV_NONE : sv_trim(sv_slice(piece, eq + 1, piece.n)) };
        bool known = sv_starts(map.field, SV("params.")) || sv_starts(map.field, SV("annotations."));
        struct strbuf fields = STRBUF_IN(r->c->arena);
        for (const char *const *f = r->source->fields; f && *f; f++) {
            known |= sv_is(map.field, *f);
            strbuf_addf(&fields, "%s%s", fields.n ? ", " : "", *f);
        }
        if (!r->source->fields)
            return err_set(err, "--map is of no use for %s: entities are kept as they are", r->source->title);
        if (!known || !map.path.n)
            return err_set(err, "--map takes FIELD=%s, not '%.*s'; fields are %.*s",
                           strcmp(r->source->name, "csv") == 0 ? "COLUMN" : "PATH", SV_ARG(piece), SV_ARG(strbuf_sv(&fields)));
        ARENA_PUSH(r->c->arena, maps, r->options.map_count, cap, map);
    }
    r->options.maps = maps;
    return true;
}

static bool read_options(struct importer *r, struct err *err)
{
    const char *place = cli_value(r->c, "place"), *domain = cli_value(r->c, "domain"), *now = cli_value(r->c, "now");
    r->options.place = sv_of(place);
    r->options.domain = sv_of(domain && *domain == '.' ? domain + 1 : domain);
    r->options.now = now_utc();
    if (now && !utc_parse(sv_of(now), &r->options.now))
        return err_set(err, "'%s' is no UTC time such as 2027-02-15T08:00:00Z", now);
    return read_target(r, err) && read_maps(r, err);
}

/* ---- reading, and what comes of it ---- */

/* Nothing is written that the model would refuse. A model that was wrong before may stay so: that is not the import's. */
static bool check_result(struct importer *r, struct err *err)
{
    struct diags before = diags_in(r->c->arena), after = diags_in(r->c->arena);
    struct date today = local_from_seconds(r->options.now).date;
    struct model *was = load_model(r, r->was, &before, err);
    bool sound = was && model_check(was, today, &before);
    struct model *now = load_model(r, r->text, &after, err);
    if (err->text[0])
        return false;
    if ((now && model_check(now, today, &after)) || (!sound && before.errors >= after.errors && now))
        return true;
    cli_diags(r->c, &after);
    return cli_flag(r->c, "force") ||
           err_set(err, "the model would not be sound with '%.*s': nothing is written; mend the source, or take it even so with --force",
                   SV_ARG(r->shown));
}

static bool read_source(struct importer *r, struct err *err)
{
    struct diags diags = diags_in(r->c->arena);
    r->options.others = load_model(r, r->edited ? r->was : SV_NONE, &diags, err);
    if (!r->options.others) {
        cli_diags(r->c, &diags);
        return err->text[0] ? false : err_set(err, "the model of '%.*s' has mistakes: mend them first", SV_ARG(r->site));
    }
    r->diags = diags_in(r->c->arena);
    r->im = import_new(r->c->arena, &r->options, &r->diags);
    bool ok = r->source->read(r->im, r->from, err);
    cli_diags(r->c, &r->diags);
    if (!ok || r->diags.errors)
        return err->text[0] ? false : err_set(err, "'%.*s' is not usable: nothing is imported", SV_ARG(r->from));
    import_finish(r->im);
    r->text = import_text(r->im, r->source, path_base(r->from), r->was);
    uint32_t written = 0;
    for (int k = 0; k < KIND_COUNT; k++)
        written += import_count(r->im, (enum model_kind)k);
    if (!written && !r->was.n)
        r->text = SV_NONE; /* no file where nothing would stand in it */
    return check_result(r, err);
}

static bool write_file(struct importer *r, struct err *err)
{
    if (sv_eq(r->text, r->was) || cli_flag(r->c, "dry-run"))
        return true;
    return fs_mkdirs(arena_cstr(r->c->arena, path_dir(r->target)), 0755, err) && fs_write_atomic(r->target.p, r->text, 0644, err);
}

static bool fill_store(struct importer *r, struct err *err)
{
    bool dry = cli_flag(r->c, "dry-run");
    if (!import_has_nodes(r->im))
        return true;
    struct store *s = state_make_store(r->c, dry, err);
    if (!s)
        return false;
    bool ok = store_begin(s, err) && import_store(r->im, s, &r->stored, err);
    if (ok && !dry)
        ok = store_commit(s, err);
    else
        store_rollback(s);
    store_close(s);
    return ok;
}

/* ---- the summary ---- */

static bool changes(const struct importer *r)
{
    return !sv_eq(r->text, r->was) || r->stored.new_facts || r->stored.new_catalogs || r->stored.new_reports;
}

static void print_entities(const struct importer *r)
{
    struct strbuf line = STRBUF_IN(r->c->arena);
    for (int k = 0; k < KIND_COUNT; k++) {
        uint32_t n = import_count(r->im, (enum model_kind)k);
        if (n)
            strbuf_addf(&line, "%s%u %s", line.n ? ", " : "", n, model_kind_name((enum model_kind)k));
    }
    bool dry = cli_flag(r->c, "dry-run"), same = sv_eq(r->text, r->was);
    if (!line.n && same)
        return;
    if (!line.n)
        strbuf_adds(&line, "nothing any more");
    printf("%.*s: %.*s%s\n", SV_ARG(r->shown), SV_ARG(strbuf_sv(&line)),
           same        ? ", as before"
           : dry       ? ", would be written"
           : r->edited ? ", added to what somebody edited"
                       : ", written");
}

static void print_notes(const struct importer *r)
{
    size_t n;
    const struct import_note *notes = import_notes(r->im, &n);
    const struct entity *const *own = import_left_alone(r->im, &n);
    struct sv *names = ARENA_ARRAY(r->c->arena, struct sv, n + 1);
    for (size_t i = 0; i < n; i++)
        names[i] = ref_short(r->c->arena, own[i]->ref);
    if (n)
        printf("  %zu left alone, as %s declared elsewhere: %.*s\n", n, n == 1 ? "it is" : "they are",
               SV_ARG(show_names(r->c->arena, names, (uint32_t)n, 4)));
    for (size_t i = 0; i < n && i < 4; i++) {
        unsigned line, column;
        span_position(entity_span(own[i], NULL), &line, &column);
        printf("    %.*s: %.*s:%u\n", SV_ARG(names[i]), SV_ARG(own[i]->doc->src->path), line);
    }
    notes = import_notes(r->im, &n);
    for (size_t i = 0; i < n; i++)
        printf("  %u %.*s%s%.*s\n", notes[i].count, SV_ARG(notes[i].what), notes[i].example_count ? ": " : "",
               SV_ARG(show_names(r->c->arena, notes[i].examples, notes[i].example_count, 3)));
}

static void print_stored(const struct importer *r)
{
    const struct import_stored *s = &r->stored;
    if (s->facts || s->catalogs || s->reports)
        printf("store: facts of %u nodes (%u new), %u catalogs (%u new), %u reports (%u new)\n", s->facts, s->new_facts, s->catalogs,
               s->new_catalogs, s->reports, s->new_reports);
}

static void print_json(const struct importer *r)
{
    struct strbuf out = STRBUF_IN(r->c->arena);
    struct json_out j = json_to(&out, true);
    size_t n;
    json_open(&j, '{');
    json_kstr(&j, "file", r->shown);
    json_kbool(&j, "changed", !sv_eq(r->text, r->was));
    json_kbool(&j, "edited", r->edited);
    json_key(&j, SV("entities"));
    json_open(&j, '{');
    for (int k = 0; k < KIND_COUNT; k++)
        if (import_count(r->im, (enum model_kind)k))
            json_kint(&j, model_kind_name((enum model_kind)k), import_count(r->im, (enum model_kind)k));
    json_close(&j, '}');
    const struct entity *const *own = import_left_alone(r->im, &n);
    json_key(&j, SV("left_alone"));
    json_open(&j, '[');
    for (size_t i = 0; i < n; i++)
        json_str(&j, own[i]->ref);
    json_close(&j, ']');
    const struct import_note *notes = import_notes(r->im, &n);
    json_key(&j, SV("notes"));
    json_open(&j, '[');
    for (size_t i = 0; i < n; i++) {
        json_open(&j, '{');
        json_kstr(&j, "what", notes[i].what);
        json_kint(&j, "count", notes[i].count);
        json_close(&j, '}');
    }
    json_close(&j, ']');
    json_kint(&j, "new_facts", r->stored.new_facts);
    json_kint(&j, "new_catalogs", r->stored.new_catalogs);
    json_kint(&j, "new_reports", r->stored.new_reports);
    json_close(&j, '}');
    printf("%.*s\n", SV_ARG(strbuf_sv(&out)));
}

static int import_model(struct cli *c)
{
    struct err err = { "" };
    struct importer r = { .c = c, .source = import_source_find(sv_of(c->args[0])), .from = arena_dup(c->arena, sv_of(c->args[1])) };
    while (r.from.n > 1 && r.from.p[r.from.n - 1] == '/')
        r.from = arena_dup(c->arena, sv_slice(r.from, 0, r.from.n - 1));
    if (!read_options(&r, &err) || !read_source(&r, &err) || !write_file(&r, &err) || !fill_store(&r, &err))
        return cli_broken(&err);
    if (c->json) {
        print_json(&r);
        return EXIT_OK;
    }
    print_entities(&r);
    print_notes(&r);
    print_stored(&r);
    if (!changes(&r))
        puts("Nothing to change.");
    return EXIT_OK;
}

static int import(struct cli *c)
{
    struct sv names = import_source_names(c->arena);
    if (!c->arg_count)
        return cli_misuse(c, "name a source: %.*s or facts", SV_ARG(names));
    if (strcmp(c->args[0], "facts") == 0)
        return import_facts(c);
    if (!import_source_find(sv_of(c->args[0])))
        return cli_misuse(c, "'%s' is no source: %.*s or facts", c->args[0], SV_ARG(names));
    if (c->arg_count != 2)
        return cli_misuse(c, "name one file or folder: %s", import_source_find(sv_of(c->args[0]))->takes);
    return import_model(c);
}

static const struct cli_option options[] = {
    STATE_OPTIONS,
    { "into", 0, "FILE", "the file of the model that is written [model/imported/SOURCE.yaml]" },
    { "map", 0, "FIELD=PATH,...", "what a field of a host is read from: a column, a fact, a variable, a dotted path" },
    { "domain", 0, "DOMAIN", "appended to hosts' names without a dot" },
    { "place", 0, "SITE", "the site of clusters for which none is known [unknown]" },
    { "force", 0, NULL, "write the file even where the model is not sound with it: to go on from there" },
    { "dry-run", 0, NULL, "only tell what would be written" },
    { "certname", 0, "NAME", "with facts: the node, where the file does not say" },
    { "now", 0, "TIME", "take this UTC time for the clock: 2027-02-15T08:00:00Z" },
    { NULL, 0, NULL, NULL },
};

const struct verb verb_import = {
    .name = "import",
    .usage = "SOURCE FILE|DIR [--site DIR] | facts FILE...",
    .summary = "Read another tool's inventory into the model and the store",
    .help = "  ansible    an inventory (INI, YAML, the JSON of 'ansible-inventory --list') or its folder: groups become clusters\n"
            "  backstage  a folder of descriptors, or one of them: kept as they are\n"
            "  csv        a table of hosts with a header line\n"
            "  netbox     devices, virtual machines, clusters, sites: JSON files, or a folder of them\n"
            "  puppetdb   an export, packed or not, or answers of the API: hosts; facts, catalogs and reports go into the store\n"
            "  facts      facts of nodes as facter, 'puppet facts' or PuppetDB print them, into the store\n"
            "Writes one file of the model, for review. What another file declares is left alone, and so is what somebody edited.\n"
            "Run again, it changes nothing where the source has not changed. What has no place in the model is told, with counts.",
    .options = options,
    .run = import,
};
