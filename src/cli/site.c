/* site: opening a site and compiling its subjects. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/site.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/yaml.h"
#include "cli/classifier.h"
#include "cli/hooks.h"
#include "cli/node.h"
#include "cli/state.h"
#include "cli/subject_facts.h"
#include "store/change.h"

static enum tree_kind kind_of(struct site *s, struct sv dir, const char *name)
{
    return s->tree.kind(s->tree.ctx, path_join(s->arena, dir, sv_of(name)));
}

static bool is_folder(struct site *s, struct sv dir, const char *name) { return kind_of(s, dir, name) == TREE_FOLDER; }
static bool is_there(struct site *s, struct sv dir, const char *name) { return kind_of(s, dir, name) != TREE_ABSENT; }

static bool read_file(struct site *s, struct sv path, struct sv *out_text, struct err *err)
{
    enum tree_kind kind = s->tree.read(s->tree.ctx, s->arena, path, 0, out_text, err);
    if (kind == TREE_ABSENT)
        err_set(err, "'%.*s' does not exist", SV_ARG(path));
    return kind == TREE_FILE;
}

static bool read_config(struct site *s, struct diags *diags, struct err *err)
{
    struct sv path = path_join(s->arena, s->dir, SV("potlac.yaml")), text;
    if (!is_there(s, s->dir, "potlac.yaml"))
        return true;
    if (!read_file(s, path, &text, err))
        return false;
    struct source *src = ARENA_NEW(s->arena, struct source);
    *src = (struct source){ path, text };
    struct data_doc *doc = NULL;
    if (!yaml_read(s->arena, src, NULL, diags, &doc))
        return err_set(err, "'%.*s' is not usable", SV_ARG(path));
    s->config = doc ? &doc->root : NULL;
    return true;
}

static bool read_clock(struct cli *c, struct site *s)
{
    const char *now = cli_value(c, "now");
    s->now = now_utc();
    if (now && !utc_parse(sv_of(now), &s->now)) {
        cli_misuse(c, "'%s' is no UTC time such as 2027-02-15T08:00:00Z", now);
        return false;
    }
    s->today = local_from_seconds(s->now).date;
    return true;
}

/* facts: in potlac.yaml names a JSON file of facts for hosts that have not reported any. */
static bool read_base_facts(struct site *s, struct diags *diags, struct err *err)
{
    struct sv name = data_text(data_get(s->config, "facts")), text;
    s->base_facts = value_hash(hash_new(s->arena, 0));
    if (!name.n)
        return true;
    struct sv path = path_join(s->arena, s->dir, name);
    if (!read_file(s, path, &text, err))
        return err_wrap(err, "facts");
    struct source *src = ARENA_NEW(s->arena, struct source);
    *src = (struct source){ path, text };
    struct data_doc *doc;
    if (!json_read(s->arena, src, NULL, diags, &doc))
        return err_set(err, "'%.*s' is not usable", SV_ARG(path));
    if (doc->root.kind != DATA_MAP)
        return err_set(err, "'%.*s' holds %s, but facts are a map", SV_ARG(path), data_kind_name(doc->root.kind));
    s->base_facts = value_from_data(s->arena, &doc->root);
    return true;
}

/* In a source tree potlac's own modules stand beside the build folder; installed, the snapshot knows where. */
static struct sv own_modules(struct arena *a)
{
    char exe[4096];
    ssize_t n = readlink("/proc/self/exe", exe, sizeof exe);
    if (n <= 0 || n == (ssize_t)sizeof exe)
        return SV_NONE;
    struct sv top = path_dir(path_dir(sv_make(exe, (size_t)n)));
    struct sv modules = path_join(a, top, SV("modules"));
    return fs_exists(path_join(a, modules, SV("potlac/metadata.json")).p) ? modules : SV_NONE;
}

struct sv site_own_modules(struct arena *a)
{
    struct sv beside = own_modules(a);
    return beside.n ? beside : SV(POTLAC_DATADIR "/modules");
}

static struct sv option_text(const struct cli *c, const char *name)
{
    const char *v = cli_value(c, name);
    return v ? arena_dup(c->arena, sv_of(v)) : SV_NONE;
}

/* strict and strict_variables: of the command line, else of potlac.yaml. */
static bool read_strictness(struct cli *c, struct site *s, struct err *err)
{
    static const char *const levels[] = { [STRICT_OFF] = "off", [STRICT_WARNING] = "warning", [STRICT_ERROR] = "error" };
    const struct data *own = data_get(s->config, "strict"), *variables = data_get(s->config, "strict_variables");
    struct sv level = option_text(c, "strict");
    s->strict = STRICT_WARNING;
    s->strict_variables = cli_flag(c, "strict-variables") || (variables && variables->kind == DATA_BOOL && variables->b);
    if (!level.n && own)
        level = own->kind == DATA_BOOL && !own->b ? SV("off") : data_text(own); /* YAML takes a bare off for false */
    if (!level.n)
        return !own || err_set(err, "'strict' is off, warning or error");
    for (int i = 0; i < (int)(sizeof levels / sizeof *levels); i++)
        if (sv_is(level, levels[i])) {
            s->strict = i;
            return true;
        }
    return err_set(err, "'strict' is off, warning or error, not '%.*s'", SV_ARG(level));
}

static bool open_snapshot(struct cli *c, struct site *s, struct err *err)
{
    bool plain = s->dir.n && !is_folder(s, s->dir, "model");
    struct snapshot_options o = { .site = s->dir,
                                  .environment = s->environment.n ? s->environment : SV("production"),
                                  .modulepath = option_text(c, "modulepath"),
                                  .global_hiera = option_text(c, "hiera-config"),
                                  .codedir = s->codedir,
                                  .tree = &s->tree,
                                  .overlay = s->overlay,
                                  .now = s->now,
                                  .base_modules = plain,
                                  .record_reads = !plain && (c->verb == &verb_plan || c->verb == &verb_apply),
                                  .own_modules = own_modules(s->arena) };
    s->environment = o.environment;
    if (!read_strictness(c, s, err))
        return false;
    if (!o.global_hiera.n && s->codedir.n && is_there(s, s->codedir, "hiera.yaml"))
        o.global_hiera = path_join(s->arena, s->codedir, SV("hiera.yaml"));
    s->ruby.helper = ruby_helper_path(s->arena);
    s->snapshot = snapshot_open(&o, err);
    if (s->snapshot)
        s->functions = hooks_functions(snapshot_symtab(s->snapshot));
    return s->snapshot != NULL;
}

/* What a folder has one of where it is a site or an environment of Puppet's. */
static const char *const site_parts[] = { "model", "manifests", "modules", "environment.conf", "hiera.yaml" };

static bool is_site(struct site *s, struct sv dir)
{
    for (size_t i = 0; i < sizeof site_parts / sizeof *site_parts; i++)
        if (is_there(s, dir, site_parts[i]))
            return true;
    return false;
}

static bool no_environment(struct site *s, struct sv folder, struct sv name, struct err *err)
{
    struct fs_entry *entries;
    size_t count;
    if (!s->tree.list(s->tree.ctx, s->arena, folder, &entries, &count, err))
        return false;
    struct sv *names = ARENA_ARRAY(s->arena, struct sv, count + 1);
    struct strbuf all = STRBUF_IN(s->arena);
    for (size_t i = 0; i < count; i++) {
        names[i] = entries[i].name;
        strbuf_addf(&all, "%s%.*s", i ? ", " : "", SV_ARG(names[i]));
    }
    return err_set(err, "'%.*s' has no environment '%.*s': it has %.*s; name one with --environment", SV_ARG(folder), SV_ARG(name),
                   SV_ARG(all.n ? strbuf_sv(&all) : SV("none")));
}

/* Of a folder with environments/ (r10k's basedir, a server's codedir) one environment is the site. */
static bool choose_environment(struct cli *c, struct site *s, struct err *err)
{
    struct sv name = option_text(c, "environment"), folder = path_join(s->arena, s->dir, SV("environments"));
    if (!name.n && s->classification)
        name = s->classification->environment;
    s->environment = name;
    if (!is_folder(s, folder, ""))
        return true;
    struct sv chosen = path_join(s->arena, folder, name.n ? name : SV("production"));
    if (sv_find_char(name, '/', 0) != SIZE_MAX || !is_folder(s, chosen, ""))
        return is_folder(s, s->dir, "manifests") || no_environment(s, folder, path_base(chosen), err);
    s->codedir = s->dir;
    s->dir = chosen;
    return true;
}

static bool read_classification(struct cli *c, struct site *s, struct diags *diags, struct err *err)
{
    const char *path = cli_value(c, "enc");
    if (!path)
        return true;
    s->classification = ARENA_NEW(s->arena, struct classification);
    return classification_read(s->arena, path, s->classification, diags, err);
}

/* The site's folder, or what it is in a commit. */
static bool open_tree(struct site *s, const char *rev, struct err *err)
{
    if (!rev)
        return is_folder(s, s->dir, "") || err_set(err, "there is no site folder '%.*s'; name one with --site DIR", SV_ARG(s->dir));
    struct sv path = path_clean(s->arena, s->dir);
    s->repository = repository_open(path, err);
    s->commit = s->repository ? commit_tree_open(s->repository, path, sv_of(rev), err) : NULL;
    if (!s->commit)
        return err_wrap(err, "--rev %s", rev);
    s->tree = commit_tree_source(s->commit);
    s->dir = commit_tree_path(s->commit);
    const struct revision *r = commit_tree_revision(s->commit);
    return is_folder(s, s->dir, "") || err_set(err, "there is no site folder '%.*s' in commit %.10s (%.*s); name one with --site DIR",
                                               SV_ARG(s->dir), r->commit.p, SV_ARG(r->summary));
}

/* What transactions set belongs to the model as much as its files: where it cannot be read, nothing else may be taken for the model. */
static bool read_overlay(struct site *s, const struct site_opening *how, struct err *err)
{
    if (!how->propose && !store_place_exists(s->store_place))
        return true;
    if (how->propose && !fs_mkdirs(s->state_dir.p, 0755, err))
        return false;
    s->overlay = overlay_new(s->arena);
    s->early_store = store_open(s->store_place.p, err);
    if (!s->early_store)
        return false;
    return change_overlay(s->early_store, s->arena, s->overlay, &s->newest_transaction, err) &&
           (!how->propose || how->propose(how->ctx, s, err));
}

static bool open_parts(struct cli *c, struct site *s, const struct site_opening *how, struct diags *diags, struct err *err)
{
    if (!open_tree(s, how->rev, err))
        return false;
    if (!read_classification(c, s, diags, err) || !choose_environment(c, s, err))
        return false;
    if (!is_site(s, s->dir))
        return err_set(err,
                       "'%.*s' is no site: it has neither model/ nor manifests/ nor modules/ nor environments/; name one with --site DIR",
                       SV_ARG(s->dir));
    if (!read_config(s, diags, err) || !store_place(s->arena, cli_value(c, "store"), s->config, s->dir, s->state_dir, &s->store_place, err))
        return false;
    if (!s->environment.n)
        s->environment = data_text(data_get(s->config, "environment"));
    if (!read_base_facts(s, diags, err) || !read_overlay(s, how, err) || !open_snapshot(c, s, err))
        return false;
    s->model = snapshot_model(s->snapshot, diags);
    if (!site_recall_deployed(s, err))
        return false;
    s->people = (struct people_context){ .model = s->model, .today = s->today };
    return true;
}

bool site_open(struct cli *c, struct site *out_site)
{
    return site_open_with(c, out_site, &(struct site_opening){ .rev = cli_value(c, "rev") });
}

bool site_open_with(struct cli *c, struct site *out_site, const struct site_opening *how)
{
    const char *dir = cli_value(c, "site"), *state = cli_value(c, "state");
    struct site *s = out_site;
    *s = (struct site){ .arena = c->arena,
                        .questions = PTHREAD_MUTEX_INITIALIZER,
                        .dir = arena_dup(c->arena, sv_of(dir ? dir : ".")),
                        .tree = source_tree_folder() };
    s->state_dir = state ? arena_dup(c->arena, sv_of(state)) : path_join(c->arena, s->dir, SV(".potlac"));
    struct diags diags = diags_in(c->arena);
    struct err err = { "" };
    if (!read_clock(c, s))
        return false;
    bool ok = open_parts(c, s, how, &diags, &err);
    bool wrong = cli_diags(c, &diags);
    if (!ok && !wrong)
        cli_broken(&err);
    if (!ok || wrong)
        site_close(s);
    return ok && !wrong;
}

bool site_open_bare(struct cli *c, struct site *out_site)
{
    *out_site = (struct site){ .arena = c->arena, .tree = source_tree_folder(), .base_facts = value_hash(hash_new(c->arena, 0)) };
    struct err err = { "" };
    if (!read_clock(c, out_site))
        return false;
    if (!open_snapshot(c, out_site, &err)) {
        cli_broken(&err);
        return false;
    }
    return true;
}

/* Made at first use, readable by its owner only, beside the store and not in it: who copies the database has digests and no key. */
static bool open_seal_key(struct site *s, struct err *err)
{
    struct sv path = path_join(s->arena, s->state_dir, SV("seal.key"));
    if (!fs_exists(path.p)) {
        char bytes[32];
        if (!random_bytes(bytes, sizeof bytes))
            return err_set(err, "the system gives no random bytes");
        if (!fs_write_atomic(path.p, sv_make(bytes, sizeof bytes), 0600, err))
            return false;
    }
    if (!fs_read(s->arena, path.p, 4096, &s->seal_key, err))
        return false;
    return s->seal_key.n >= 32 ||
           err_set(err, "'%.*s' is damaged: it should hold 32 bytes; restore it, or remove it and apply again", SV_ARG(path));
}

bool site_has_store(const struct site *s) { return s->store || store_place_exists(s->store_place); }

bool site_open_store(struct site *s, struct err *err)
{
    if (!fs_mkdirs(s->state_dir.p, 0755, err))
        return false;
    s->store = s->early_store ? s->early_store : store_open(s->store_place.p, err);
    s->early_store = NULL;
    /* Slots that people have already stay where they are as long as they are valid. */
    return s->store && open_seal_key(s, err) && people_recall(&s->people, s->arena, s->store, err);
}

struct store *site_existing_store(struct site *s, struct err *err)
{
    err->text[0] = '\0';
    pthread_mutex_lock(&s->questions);
    bool open = site_has_store(s) && (s->store || site_open_store(s, err));
    pthread_mutex_unlock(&s->questions);
    return open ? s->store : NULL;
}

bool site_load_exports(struct site *s, struct err *err)
{
    if (s->exports)
        return true;
    if (!s->store && site_has_store(s) && !site_open_store(s, err))
        return false;
    s->exports = exports_load(s->store, s->arena, snapshot_symtab(s->snapshot), err);
    return s->exports != NULL;
}

void site_close(struct site *s)
{
    store_close(s->store);
    store_close(s->early_store);
    store_close(s->model_store);
    builtins_free(s->functions);
    snapshot_free(s->snapshot);
    commit_tree_free(s->commit);
    repository_free(s->repository);
    *s = (struct site){ 0 };
}

/* --- subjects --- */

static int by_ref(const void *a, const void *b)
{
    return sv_cmp(((const struct subject *)a)->entity->ref, ((const struct subject *)b)->entity->ref);
}

static struct sv host_certname(const struct entity *host)
{
    struct sv fqdn = entity_text(host, "fqdn");
    return fqdn.n ? fqdn : host->name;
}

/* A host that is being emptied is still ours to keep in order; one that is planned or gone is not there. */
static bool is_converged(const struct entity *host)
{
    struct sv status = entity_text(host, "status");
    return !status.n || sv_is(status, "active") || sv_is(status, "draining");
}

struct subject *site_subjects(struct site *s, uint32_t *out_count)
{
    static const enum model_kind kinds[] = { KIND_HOST, KIND_POTLAC, KIND_SYSTEM_OWNERSHIP };
    struct subject *list = NULL;
    size_t count = 0, cap = 0;
    for (size_t k = 0; s->model && k < sizeof kinds / sizeof *kinds; k++) {
        uint32_t n;
        const struct entity *const *e = model_of_kind(s->model, kinds[k], &n);
        size_t first = count;
        for (uint32_t i = 0; i < n; i++) {
            bool is_host = kinds[k] == KIND_HOST;
            struct subject subject = { e[i], is_host ? host_certname(e[i]) : e[i]->ref, is_host };
            if (!is_host || is_converged(e[i]))
                ARENA_PUSH(s->arena, list, count, cap, subject);
        }
        if (count > first)
            qsort(list + first, count - first, sizeof *list, by_ref);
    }
    *out_count = (uint32_t)count;
    return list;
}

static bool subject_is(const struct subject *subject, struct sv name)
{
    return sv_eq_nocase(subject->entity->ref, name) || sv_eq_nocase(subject->certname, name) ||
           (subject->is_host && sv_eq_nocase(subject->entity->name, name));
}

/* A host that is there, but has no catalog: it is staged, or gone. */
static const struct entity *other_host(struct site *s, struct sv name)
{
    uint32_t n;
    const struct entity *const *hosts = model_of_kind(s->model, KIND_HOST, &n);
    for (uint32_t i = 0; i < n; i++) {
        struct subject subject = { hosts[i], host_certname(hosts[i]), true };
        if (!is_converged(hosts[i]) && subject_is(&subject, name))
            return hosts[i];
    }
    return NULL;
}

bool site_subject(struct site *s, struct sv name, struct subject *out_subject, struct err *err)
{
    uint32_t n;
    struct subject *all = site_subjects(s, &n);
    struct sv full = sv_find_char(name, ':', 0) == SIZE_MAX ? name : model_full_ref(s->arena, name, "host", SV("default"));
    struct sv *names = ARENA_ARRAY(s->arena, struct sv, n + 1);
    for (uint32_t i = 0; i < n; i++) {
        if (subject_is(&all[i], name) || subject_is(&all[i], full)) {
            *out_subject = all[i];
            return true;
        }
        names[i] = all[i].is_host ? all[i].entity->name : ref_short(s->arena, all[i].entity->ref);
    }
    const struct entity *other = s->model ? other_host(s, name) : NULL;
    if (other)
        return err_set(err, "'%.*s' is %.*s in the model: only a host that is active or draining has a catalog", SV_ARG(name),
                       SV_ARG(entity_text(other, "status")));
    struct sv near = near_names(s->arena, name, names, n);
    return err_set(err, "no active host, Potlac or ownership is named '%.*s'%s%.*s%s", SV_ARG(name), near.n ? "; did you mean " : "",
                   SV_ARG(near), near.n ? "?" : "");
}

/* --- compiling --- */

static struct compile_result *compile_host(struct site *s, struct arena *a, const struct subject *subject)
{
    struct compile_options o = site_options(s);
    o.certname = subject->certname;
    subject_facts(s, a, subject->entity, &o);
    o.server_facts = site_server_facts(s, a);
    subject_classify(s, a, subject->entity, &o);
    return compile_node(s->snapshot, &o);
}

static struct compile_result *compile_people(struct site *s, struct arena *a, const struct subject *subject)
{
    struct class_request class;
    struct compile_options o = site_options(s);
    o.certname = subject->certname;
    o.facts = value_hash(hash_new(a, 0));
    o.code = SV("");
    if (people_classify(s->model, a, subject->entity, s->today, &class)) {
        o.classes = &class;
        o.class_count = 1;
    }
    return compile_node(s->snapshot, &o);
}

struct compile_result *site_compile(struct site *s, struct arena *a, const struct subject *subject)
{
    return subject->is_host ? compile_host(s, a, subject) : compile_people(s, a, subject);
}

struct compile_result *site_compile_code(struct site *s, struct sv certname, struct value facts, struct sv code, struct sv code_path)
{
    struct compile_options o = site_options(s);
    o.certname = certname;
    o.facts = facts;
    o.code = code;
    o.code_path = code_path;
    return compile_node(s->snapshot, &o);
}
