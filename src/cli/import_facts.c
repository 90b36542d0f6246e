/* import_facts: whose facts a file holds, and whether they are news. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/import_facts.h"

#include "base/fs.h"
#include "base/json.h"
#include "base/time.h"
#include "cli/facts_file.h"
#include "cli/node.h"
#include "cli/show.h"
#include "cli/state.h"
#include "store/inventory.h"

static struct sv fact_text(struct value facts, struct sv path)
{
    struct sv piece;
    struct value v = facts;
    while (sv_cut(&path, '.', &piece)) {
        const struct value *next = v.kind == V_HASH ? hash_find_sv(v.h, piece) : NULL;
        if (!next)
            return SV_NONE;
        v = *next;
    }
    return v.kind == V_STRING ? value_sv(v) : SV_NONE;
}

/* The file's word, the command line's, the certificate's name, the machine's. */
static struct sv certname_of(struct cli *c, const struct facts_file *file)
{
    static const char *const facts[] = { "trusted.certname", "clientcert", "networking.fqdn", "fqdn", "networking.hostname", "hostname" };
    const char *said = cli_value(c, "certname");
    struct sv name = said ? sv_of(said) : file->node;
    for (size_t i = 0; i < sizeof facts / sizeof *facts && !name.n; i++)
        name = fact_text(file->facts, sv_of(facts[i]));
    char *p = arena_cstr(c->arena, name);
    for (char *q = p; *q; q++)
        if (*q >= 'A' && *q <= 'Z')
            *q = (char)(*q + 32);
    return sv_of(p);
}

/* The same facts as they stand in the store, whatever their order? */
static bool are_known(struct arena *a, struct store *s, struct sv certname, const struct data *facts, bool *out_known, struct err *err)
{
    struct sv json;
    struct diags diags = diags_in(a);
    struct source src = { SV("stored facts"), SV_NONE };
    struct data_doc *doc;
    *out_known = false;
    if (!inventory_facts_of(s, a, certname, &json, err))
        return !err->text[0];
    src.text = json;
    if (!json_read(a, &src, NULL, &diags, &doc) || doc->root.count != facts->count)
        return true;
    *out_known = true;
    for (uint32_t i = 0; i < facts->count && *out_known; i++) {
        const struct data *was = data_get(&doc->root, arena_cstr(a, data_text(&facts->pairs[i].key)));
        *out_known = was && data_equal(was, &facts->pairs[i].value);
    }
    return true;
}

static const struct data *as_data(struct arena *a, struct value facts)
{
    struct strbuf json = STRBUF_IN(a);
    struct json_out j = json_to(&json, false);
    struct source *src = ARENA_NEW(a, struct source);
    struct diags diags = diags_in(a);
    struct data_doc *doc;
    show_json_value(&j, facts);
    *src = (struct source){ SV("facts"), strbuf_sv(&json) };
    return json_read(a, src, NULL, &diags, &doc) ? &doc->root : NULL;
}

static bool put_file(struct cli *c, struct store *s, const char *path, int64_t now, unsigned *changed, struct err *err)
{
    struct facts_file file;
    struct diags diags = diags_in(c->arena);
    bool ok = facts_file_read(c->arena, path, &file, &diags, err), known;
    cli_diags(c, &diags);
    if (!ok)
        return false;
    struct sv name = certname_of(c, &file);
    const struct data *facts = as_data(c->arena, file.facts);
    if (!name.n)
        return err_set(err, "'%s' does not say whose facts these are: name the node with --certname NAME", path);
    if (!facts)
        return err_set(err, "'%s' holds facts that JSON cannot", path);
    if (!are_known(c->arena, s, name, facts, &known, err))
        return false;
    struct inventory_facts put = {
        .certname = name, .environment = file.environment, .producer = SV("potlac"), .at = now * 1000, .values = facts
    };
    struct inventory_times had;
    if (!inventory_times_of(s, name, &had, err))
        return false;
    bool older = had.facts > put.at;
    *changed += !known && !older;
    if (!c->json)
        printf("%.*s: %s%s\n", SV_ARG(name), show_count(c->arena, facts->count, "fact", "facts").p,
               known   ? ", as before"
               : older ? ", older than what is stored: left out"
                       : "");
    return known || older || inventory_put_facts(s, c->arena, &put, err);
}

int import_facts(struct cli *c)
{
    struct err err = { "" };
    const char *site = cli_value(c, "site"), *now = cli_value(c, "now");
    int64_t at = now_utc();
    unsigned changed = 0;
    bool dry = cli_flag(c, "dry-run");
    if (c->arg_count < 2)
        return cli_misuse(c, "name files of facts, as 'facter --json' or 'puppet facts' print them");
    if (c->arg_count > 2 && cli_value(c, "certname"))
        return cli_misuse(c, "--certname names the node of one file");
    if (now && !utc_parse(sv_of(now), &at))
        return cli_misuse(c, "'%s' is no UTC time such as 2027-02-15T08:00:00Z", now);
    if (!cli_value(c, "state") && !cli_value(c, "store") && !fs_is_dir(site ? site : ".")) {
        err_set(&err, "there is no site folder '%s'; name one with --site DIR", site);
        return cli_broken(&err);
    }
    struct store *s = state_make_store(c, dry, &err);
    bool ok = s && store_begin(s, &err);
    for (unsigned i = 1; ok && i < c->arg_count; i++)
        ok = put_file(c, s, c->args[i], at, &changed, &err);
    if (ok && !dry)
        ok = store_commit(s, &err);
    else if (s)
        store_rollback(s);
    store_close(s);
    if (!ok)
        return cli_broken(&err);
    if (c->json)
        printf("{\"changed\": %u}\n", changed);
    else if (!changed)
        puts("Nothing to change.");
    return EXIT_OK;
}
