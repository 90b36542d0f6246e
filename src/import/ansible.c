/* ansible: groups become clusters, hosts are in the one that Ansible ranks highest; variables become parameters.
 * https://docs.ansible.com/ansible/latest/inventory_guide/intro_inventory.html */
/* SPDX-License-Identifier: Apache-2.0 */
#include "import/ansible.h"

#include <stdlib.h>

#include "base/fs.h"

#define PATTERN_HOSTS 100000 /* of one pattern */
#define NESTED_GROUPS 1000

/* ---- groups and hosts ---- */

struct ansible_group *ansible_group(struct ansible *an, struct sv name, struct sv from)
{
    struct ansible_group *g = map_find(&an->groups, name);
    if (g)
        return g;
    g = ARENA_NEW(an->im->arena, struct ansible_group);
    *g = (struct ansible_group){ .name = arena_dup(an->im->arena, name), .from = from, .vars = tree_map(), .file_vars = tree_map() };
    map_put(&an->groups, g->name, g);
    return g;
}

struct ranked {
    struct ansible_group **items;
    size_t count, cap;
};

static void add_unseen(struct ansible *an, struct ranked *to, struct ansible_group *g)
{
    if (g->seen == an->searches)
        return;
    g->seen = an->searches;
    ARENA_PUSH(an->im->arena, to->items, to->count, to->cap, g);
}

/* A group and all that it is below of, each once. */
static void add_with_parents(struct ansible *an, struct ranked *to, struct ansible_group *g)
{
    size_t from = to->count;
    add_unseen(an, to, g);
    for (size_t i = from; i < to->count; i++)
        for (size_t k = 0; k < to->items[i]->parent_count; k++)
            add_unseen(an, to, to->items[i]->parents[k]);
}

static bool is_below(struct ansible *an, struct ansible_group *g, const struct ansible_group *above)
{
    struct ranked all = { 0 };
    an->searches++;
    add_with_parents(an, &all, g);
    return above->seen == an->searches;
}

bool ansible_child(struct ansible *an, struct ansible_group *parent, struct ansible_group *child, struct span at)
{
    if (is_below(an, parent, child))
        return diag_error(an->im->diags, at, "group '%.*s' would be its own child", SV_ARG(child->name));
    for (size_t i = 0; i < child->parent_count; i++)
        if (child->parents[i] == parent)
            return true;
    ARENA_PUSH(an->im->arena, child->parents, child->parent_count, child->parent_cap, parent);
    return true;
}

static void lay_over(struct arena *a, struct data *vars, const struct data *more)
{
    for (uint32_t i = 0; more && more->kind == DATA_MAP && i < more->count; i++)
        tree_put(a, vars, tree_word(a, &more->pairs[i].key), more->pairs[i].value);
}

static struct ansible_host *find_host(struct ansible *an, struct sv name, struct sv from)
{
    struct ansible_host *h = map_find(&an->hosts, name);
    if (h)
        return h;
    h = ARENA_NEW(an->im->arena, struct ansible_host);
    *h = (struct ansible_host){ .name = name, .from = from, .vars = tree_map(), .file_vars = tree_map() };
    map_put(&an->hosts, h->name, h);
    return h;
}

static void add_host(struct ansible *an, struct ansible_group *into, struct sv name, const struct data *vars, struct sv from)
{
    struct ansible_host *h = find_host(an, name, from);
    bool in = !into || sv_is(into->name, "all") || sv_is(into->name, "ungrouped");
    lay_over(an->im->arena, &h->vars, vars);
    for (size_t i = 0; i < h->group_count && !in; i++)
        in = h->groups[i] == into;
    if (!in)
        ARENA_PUSH(an->im->arena, h->groups, h->group_count, h->group_cap, into);
}

/* "01:20", "a:f", "1:9:2": what stands between the brackets. */
static bool read_range(struct sv range, int64_t *out_from, int64_t *out_to, int64_t *out_step, unsigned *out_width)
{
    struct sv from, to, step = SV("1");
    if (!sv_cut(&range, ':', &from) || !sv_cut(&range, ':', &to))
        return false;
    if (range.n)
        step = range;
    *out_width = from.n > 1 && from.p[0] == '0' ? (unsigned)from.n : 0;
    bool letters = from.n == 1 && to.n == 1 && from.p[0] >= 'A' && to.p[0] >= 'A';
    if (letters) {
        *out_from = from.p[0];
        *out_to = to.p[0];
        *out_width = UINT32_MAX;
    } else if (!sv_to_int(from.n ? from : SV("0"), out_from) || !sv_to_int(to, out_to))
        return false;
    return sv_to_int(step, out_step) && *out_step > 0 && *out_from >= 0 && *out_to >= *out_from && *out_to - *out_from < PATTERN_HOSTS;
}

static bool expand(struct ansible *an, struct ansible_group *into, struct sv pattern, const struct data *vars, struct span at)
{
    int64_t from, to, step;
    unsigned width;
    size_t open = sv_find_char(pattern, '[', 0), close = sv_find_char(pattern, ']', 0);
    if (open == SIZE_MAX) {
        if (an->expanded++ == PATTERN_HOSTS)
            return diag_error(an->im->diags, at, "this pattern names more than %d hosts", PATTERN_HOSTS);
        add_host(an, into, arena_dup(an->im->arena, pattern), vars, at.src->path);
        return true;
    }
    if (close == SIZE_MAX || close < open || !read_range(sv_slice(pattern, open + 1, close), &from, &to, &step, &width)) {
        diag_error(an->im->diags, at, "'%.*s' is no pattern of hosts", SV_ARG(pattern));
        diag_hint(an->im->diags, "a range is written [01:20], [a:f] or [1:9:2], for at most %d hosts", PATTERN_HOSTS);
        return false;
    }
    for (int64_t i = from; i <= to; i += step) {
        struct sv middle = width == UINT32_MAX ? arena_printf(an->im->arena, "%c", (char)i)
                                               : arena_printf(an->im->arena, "%0*lld", (int)width, (long long)i);
        struct sv one = arena_printf(an->im->arena, "%.*s%.*s%.*s", SV_ARG(sv_slice(pattern, 0, open)), SV_ARG(middle),
                                     SV_ARG(sv_slice(pattern, close + 1, pattern.n)));
        if (!expand(an, into, one, vars, at))
            return false;
    }
    return true;
}

bool ansible_hosts(struct ansible *an, struct ansible_group *into, struct sv pattern, const struct data *vars, struct span at)
{
    int64_t port;
    size_t bracket = sv_rfind_char(pattern, ']'), colon = sv_find_char(pattern, ':', bracket == SIZE_MAX ? 0 : bracket);
    /* A second colon makes it an IPv6 address. */
    bool has_port =
        colon != SIZE_MAX && sv_find_char(pattern, ':', colon + 1) == SIZE_MAX && sv_to_int(sv_slice(pattern, colon + 1, pattern.n), &port);
    an->expanded = 0;
    return expand(an, into, has_port ? sv_slice(pattern, 0, colon) : pattern, vars, at);
}

/* ---- YAML: group: {hosts: {NAME: {vars}}, vars: {...}, children: {GROUP: {...}}} ---- */

static bool read_yaml_group(struct ansible *an, const struct data_doc *doc, struct sv name, const struct data *d, unsigned depth);

static bool expect_map(struct ansible *an, const struct data_doc *doc, const struct data *d, const char *what, struct sv group)
{
    return !d || d->kind == DATA_MAP || d->kind == DATA_NULL ||
           diag_error(an->im->diags, data_span(doc, d), "expected a map of %s of group '%.*s', found %s", what, SV_ARG(group),
                      data_kind_name(d->kind));
}

static bool read_yaml_children(struct ansible *an, const struct data_doc *doc, struct ansible_group *g, const struct data *children,
                               unsigned depth)
{
    for (uint32_t i = 0; children && i < children->count; i++) {
        struct sv child = tree_word(an->im->arena, &children->pairs[i].key);
        if (!read_yaml_group(an, doc, child, &children->pairs[i].value, depth + 1) ||
            !ansible_child(an, g, ansible_group(an, child, doc->src->path), data_span(doc, &children->pairs[i].key)))
            return false;
    }
    return true;
}

static bool read_yaml_group(struct ansible *an, const struct data_doc *doc, struct sv name, const struct data *d, unsigned depth)
{
    struct ansible_group *g = ansible_group(an, name, doc->src->path);
    const struct data *hosts = data_get(d, "hosts"), *vars = data_get(d, "vars"), *children = data_get(d, "children");
    if (depth > 100)
        return diag_error(an->im->diags, data_span(doc, d), "groups are nested too deeply (100)");
    if (!expect_map(an, doc, d, "hosts, vars and children", name) || !expect_map(an, doc, hosts, "hosts", name) ||
        !expect_map(an, doc, vars, "variables", name) || !expect_map(an, doc, children, "children", name))
        return false;
    for (uint32_t i = 0; d->kind == DATA_MAP && i < d->count; i++) {
        struct sv key = tree_word(an->im->arena, &d->pairs[i].key);
        if (!sv_is(key, "hosts") && !sv_is(key, "vars") && !sv_is(key, "children")) {
            diag_error(an->im->diags, data_span(doc, &d->pairs[i].key), "a group has hosts, vars and children, not '%.*s'", SV_ARG(key));
            return false;
        }
    }
    lay_over(an->im->arena, &g->vars, vars);
    for (uint32_t i = 0; hosts && hosts->kind == DATA_MAP && i < hosts->count; i++)
        if (!ansible_hosts(an, g, tree_word(an->im->arena, &hosts->pairs[i].key), &hosts->pairs[i].value,
                           data_span(doc, &hosts->pairs[i].key)))
            return false;
    return read_yaml_children(an, doc, g, children && children->kind == DATA_MAP ? children : NULL, depth);
}

/* ---- JSON of ansible-inventory --list, and of scripts ---- */

static bool read_listed_group(struct ansible *an, const struct data_doc *doc, struct sv name, const struct data *d)
{
    struct ansible_group *g = ansible_group(an, name, doc->src->path);
    const struct data *hosts = d->kind == DATA_LIST ? d : data_get(d, "hosts"), *children = data_get(d, "children");
    if ((hosts && hosts->kind != DATA_LIST) || (children && children->kind != DATA_LIST) || (d->kind != DATA_MAP && d->kind != DATA_LIST))
        return diag_error(an->im->diags, data_span(doc, d), "expected group '%.*s' to have lists of hosts and of children", SV_ARG(name));
    lay_over(an->im->arena, &g->vars, data_get(d, "vars"));
    for (uint32_t i = 0; hosts && i < hosts->count; i++)
        add_host(an, g, tree_word(an->im->arena, &hosts->items[i]), NULL, doc->src->path);
    for (uint32_t i = 0; children && i < children->count; i++)
        if (!ansible_child(an, g, ansible_group(an, tree_word(an->im->arena, &children->items[i]), doc->src->path),
                           data_span(doc, &children->items[i])))
            return false;
    return true;
}

static bool read_listed(struct ansible *an, const struct data_doc *doc)
{
    const struct data *root = &doc->root, *hostvars = data_get(data_get(root, "_meta"), "hostvars");
    for (uint32_t i = 0; i < root->count; i++)
        if (!sv_is(data_text(&root->pairs[i].key), "_meta") &&
            !read_listed_group(an, doc, data_text(&root->pairs[i].key), &root->pairs[i].value))
            return false;
    for (uint32_t i = 0; hostvars && hostvars->kind == DATA_MAP && i < hostvars->count; i++)
        add_host(an, NULL, data_text(&hostvars->pairs[i].key), &hostvars->pairs[i].value, doc->src->path);
    return true;
}

/* A hash whose groups hold lists is listed; one whose groups hold maps is an inventory, which may be written in JSON too. */
static bool is_listed(const struct data *root)
{
    bool listed = data_get(root, "_meta") != NULL;
    for (uint32_t i = 0; i < root->count && !listed; i++) {
        const struct data *g = &root->pairs[i].value, *hosts = data_get(g, "hosts"), *children = data_get(g, "children");
        listed = g->kind == DATA_LIST || (hosts && hosts->kind == DATA_LIST) || (children && children->kind == DATA_LIST);
    }
    return listed;
}

static bool read_parsed(struct ansible *an, const struct data_doc *doc)
{
    const struct data *root = &doc->root;
    if (root->kind != DATA_MAP)
        return diag_error(an->im->diags, data_span(doc, root), "expected a map of groups, found %s", data_kind_name(root->kind));
    if (is_listed(root))
        return read_listed(an, doc);
    for (uint32_t i = 0; i < root->count; i++)
        if (!read_yaml_group(an, doc, tree_word(an->im->arena, &root->pairs[i].key), &root->pairs[i].value, 0))
            return false;
    return true;
}

static bool read_inventory(struct ansible *an, const struct source *src)
{
    struct sv start = sv_trim(src->text);
    bool json = sv_ends(src->path, SV(".json")) || (start.n && start.p[0] == '{');
    if (sv_starts(start, SV("#!"))) {
        import_note(an->im, src->path, "programs are not run: give what they print, as 'ansible-inventory --list > FILE.json'");
        return true;
    }
    if (!json && !import_is_yaml(src->path))
        return ansible_read_ini(an, src);
    const struct data_doc *doc = import_parse(an->im, src);
    return doc && read_parsed(an, doc);
}

/* ---- group_vars/ and host_vars/ ---- */

static bool read_vars_file(struct ansible *an, const struct source *src, struct data *into)
{
    struct sv start = sv_trim(src->text);
    struct source *as_yaml = ARENA_NEW(an->im->arena, struct source);
    *as_yaml = *src;
    if (sv_starts(start, SV("$ANSIBLE_VAULT;"))) {
        import_note(an->im, src->path, "left out: files of variables that are encrypted as a whole");
        return true;
    }
    if (!start.n)
        return true;
    const struct data_doc *doc = import_parse(an->im, as_yaml);
    if (!doc)
        return false;
    if (doc->root.kind != DATA_MAP && doc->root.kind != DATA_NULL)
        return diag_error(an->im->diags, data_span(doc, &doc->root), "expected a map of variables, found %s",
                          data_kind_name(doc->root.kind));
    lay_over(an->im->arena, into, &doc->root);
    return true;
}

/* "web", "web.yml", "web/main.yml": the name whose variables a file holds. */
static struct sv owner_of(struct sv path)
{
    struct sv name = sv_slice(path, 0, sv_find_char(path, '/', 0));
    static const char *const endings[] = { ".yaml", ".yml", ".json" };
    for (size_t i = 0; i < 3; i++)
        if (name.n == path.n && sv_ends(name, sv_of(endings[i])))
            return sv_slice(name, 0, name.n - strlen(endings[i]));
    return name;
}

static bool any_vars(struct sv name) { return !sv_ends(name, SV("~")) && !sv_ends(name, SV(".bak")) && !sv_ends(name, SV(".orig")); }

static bool read_vars_folder(struct ansible *an, struct sv folder, const char *which, struct err *err)
{
    struct import_files files;
    struct sv path = path_join(an->im->arena, folder, sv_of(which));
    bool of_groups = strcmp(which, "group_vars") == 0;
    if (!fs_is_dir(path.p))
        return true;
    if (!import_read_files(an->im, path, any_vars, &files, err))
        return false;
    for (size_t i = 0; i < files.count; i++) {
        struct source *src = files.items[i].src;
        struct sv name = owner_of(src->path);
        struct ansible_group *g = of_groups ? map_find(&an->groups, name) : NULL;
        struct ansible_host *h = of_groups ? NULL : map_find(&an->hosts, name);
        src->path = arena_printf(an->im->arena, "%s/%.*s", which, SV_ARG(src->path));
        if (!g && !h) {
            import_note(an->im, src->path, "left out: variables of groups and hosts that the inventory does not have");
            continue;
        }
        if (!read_vars_file(an, src, g ? &g->file_vars : &h->file_vars))
            return false;
    }
    return true;
}

/* ---- what a host is ---- */

static bool find_depth(struct ansible *an, struct ansible_group *g, unsigned level)
{
    if (g->has_depth)
        return true;
    g->depth = sv_is(g->name, "all") ? 0 : 1;
    for (size_t i = 0; i < g->parent_count && level <= NESTED_GROUPS; i++) {
        if (!find_depth(an, g->parents[i], level + 1))
            return false;
        if (g->depth < g->parents[i]->depth + 1)
            g->depth = g->parents[i]->depth + 1;
    }
    g->has_depth = true;
    return (level <= NESTED_GROUPS && g->depth <= NESTED_GROUPS) ||
           diag_error(an->im->diags, (struct span){ 0 }, "groups are nested more than %d deep; one of them is '%.*s'", NESTED_GROUPS,
                      SV_ARG(g->name));
}

static int64_t priority_of(const struct ansible_group *g)
{
    const struct data *p = tree_get(&g->vars, SV("ansible_group_priority"));
    return p && p->kind == DATA_INT ? p->i : 1;
}

/* As Ansible ranks them: deeper ones count for more, then those of higher priority, then later names. */
static int by_rank(const void *a, const void *b)
{
    const struct ansible_group *x = *(struct ansible_group *const *)a, *y = *(struct ansible_group *const *)b;
    if (x->depth != y->depth)
        return x->depth < y->depth ? -1 : 1;
    if (priority_of(x) != priority_of(y))
        return priority_of(x) < priority_of(y) ? -1 : 1;
    return sv_cmp(x->name, y->name);
}

/* All groups a host is in, the lowest first. */
static struct ranked groups_of(struct ansible *an, const struct ansible_host *h)
{
    struct ranked r = { 0 };
    an->searches++;
    add_with_parents(an, &r, ansible_group(an, SV("all"), SV_NONE));
    if (!h->group_count)
        add_with_parents(an, &r, ansible_group(an, SV("ungrouped"), SV_NONE));
    for (size_t i = 0; i < h->group_count; i++)
        add_with_parents(an, &r, h->groups[i]);
    qsort(r.items, r.count, sizeof *r.items, by_rank);
    return r;
}

/* Connection settings are Ansible's own, and no parameters. */
static bool is_own(struct sv name) { return sv_starts(name, SV("ansible_")); }

static struct data vars_of(struct ansible *an, const struct ansible_host *h, const struct ranked *groups)
{
    struct arena *a = an->im->arena;
    struct data vars = tree_map();
    for (size_t i = 0; i < groups->count; i++)
        lay_over(a, &vars, &groups->items[i]->vars);
    for (size_t i = 0; i < groups->count; i++)
        lay_over(a, &vars, &groups->items[i]->file_vars);
    lay_over(a, &vars, &h->vars);
    lay_over(a, &vars, &h->file_vars);
    return vars;
}

static bool looks_like_address(struct sv s)
{
    bool digits = s.n > 0;
    for (size_t i = 0; i < s.n; i++)
        digits &= (s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '.';
    return digits || sv_find_char(s, ':', 0) != SIZE_MAX;
}

static void note_templates(struct import *im, const struct data *vars)
{
    for (uint32_t i = 0; i < vars->count; i++)
        if (sv_find(data_text(&vars->pairs[i].value), SV("{{"), 0) != SIZE_MAX)
            import_note(im, vars->pairs[i].key.s, "values with {{ }} stay as they are written: nothing evaluates them");
}

static struct imported *add_entity(struct ansible *an, const struct ansible_host *h, struct data *out_params)
{
    static const struct mapping rows[] = { { "site", "site|datacenter|datacentre" }, { NULL } };
    struct import *im = an->im;
    struct ranked groups = groups_of(an, h);
    struct data vars = vars_of(an, h, &groups);
    struct sv target = tree_word(im->arena, tree_get(&vars, SV("ansible_host"))), name = h->name;
    bool address = looks_like_address(target);
    if (target.n && !address && sv_find_char(target, '.', 0) != SIZE_MAX && sv_find_char(name, '.', 0) == SIZE_MAX)
        name = target;
    struct imported *host = import_host(im, &vars, rows, name, h->from);
    struct data at = tree_text(target);
    const struct ansible_group *best = groups.items[groups.count - 1];
    if (!host)
        return NULL;
    if (target.n && address)
        import_field(im, host, SV("address"), &at);
    if (!sv_is(best->name, "all") && !sv_is(best->name, "ungrouped")) {
        struct data cluster = tree_text(best->name);
        struct strbuf others = STRBUF_IN(im->arena);
        import_field(im, host, SV("cluster"), &cluster);
        for (size_t i = 0; i + 1 < groups.count; i++)
            if (groups.items[i]->depth)
                strbuf_addf(&others, "%s%.*s", others.n ? ", " : "", SV_ARG(groups.items[i]->name));
        if (others.n)
            tree_put(im->arena, &host->annotations, SV("ansible/groups"), tree_text(strbuf_sv(&others)));
        if (others.n)
            import_note(im, h->name,
                        "hosts in several groups are in the cluster of the one that Ansible ranks highest; the others stand in "
                        "the annotation ansible/groups");
    }
    struct data kept = tree_map();
    for (uint32_t i = 0; i < vars.count; i++) {
        bool mapped =
            sv_is(vars.pairs[i].key.s, "site") || sv_is(vars.pairs[i].key.s, "datacenter") || sv_is(vars.pairs[i].key.s, "datacentre");
        if (is_own(vars.pairs[i].key.s) && !sv_is(vars.pairs[i].key.s, "ansible_host"))
            import_note(im, vars.pairs[i].key.s, "variables of Ansible's connection: left out");
        else if (!is_own(vars.pairs[i].key.s) && !mapped)
            tree_put(im->arena, &kept, vars.pairs[i].key.s, vars.pairs[i].value);
    }
    note_templates(im, &kept);
    *out_params = import_without_secrets(im, &kept);
    return host;
}

/* ---- parameters that all hosts of a cluster share are the cluster's ---- */

struct member {
    struct imported *host;
    struct data params;
};

struct members {
    struct member **items;
    size_t count, cap;
};

/* What all of several hosts have, with the same value. */
static struct data shared_by_all(struct arena *a, const struct members *m)
{
    struct data shared = tree_map();
    const struct data *first = &m->items[0]->params;
    for (uint32_t k = 0; k < first->count && m->count > 1; k++) {
        const struct data_pair *p = &first->pairs[k];
        bool all = true;
        for (size_t i = 1; i < m->count && all; i++) {
            const struct data *own = tree_get(&m->items[i]->params, p->key.s);
            all = own && data_equal(own, &p->value);
        }
        if (all)
            tree_put(a, &shared, p->key.s, p->value);
    }
    return shared;
}

static int by_key(const void *a, const void *b)
{
    return sv_cmp(((const struct data_pair *)a)->key.s, ((const struct data_pair *)b)->key.s);
}

static void put_params(struct import *im, struct imported *e, struct data params)
{
    if (!params.count)
        return;
    qsort(params.pairs, params.count, sizeof *params.pairs, by_key);
    if (e->kind == KIND_HOST) {
        tree_put(im->arena, &e->spec, SV("params"), params);
        return;
    }
    struct data puppet = tree_map();
    tree_put(im->arena, &puppet, SV("params"), params);
    tree_put(im->arena, &e->spec, SV("puppet"), puppet);
}

/* Those hosts of each cluster, by its name; "" for none. */
static struct map members_by_cluster(struct arena *a, struct member *all, size_t count)
{
    struct map by_cluster = map_in(a);
    for (size_t i = 0; i < count; i++) {
        struct sv cluster = data_text(tree_get(&all[i].host->spec, SV("cluster")));
        struct members *m = map_find(&by_cluster, cluster);
        if (!m) {
            m = ARENA_NEW(a, struct members);
            map_put(&by_cluster, cluster, m);
        }
        struct member *one = &all[i];
        ARENA_PUSH(a, m->items, m->count, m->cap, one);
    }
    return by_cluster;
}

static void share_params(struct import *im, struct member *all, size_t count)
{
    struct map by_cluster = members_by_cluster(im->arena, all, count);
    for (struct map_entry *e = NULL; (e = map_next(&by_cluster, e));) {
        const struct members *m = e->value;
        struct imported *cluster = e->key.n ? map_find(&im->by_ref, model_full_ref(im->arena, e->key, "cluster", SV("default"))) : NULL;
        struct data shared = cluster ? shared_by_all(im->arena, m) : tree_map();
        for (size_t i = 0; i < m->count; i++) {
            struct data own = tree_map();
            for (uint32_t k = 0; k < m->items[i]->params.count; k++) {
                const struct data_pair *p = &m->items[i]->params.pairs[k];
                if (!tree_get(&shared, p->key.s))
                    tree_put(im->arena, &own, p->key.s, p->value);
            }
            put_params(im, m->items[i]->host, own);
        }
        if (cluster)
            put_params(im, cluster, shared);
    }
}

/* ---- the whole ---- */

static bool is_inventory_file(struct sv name)
{
    static const char *const others[] = { "~", ".orig", ".bak", ".cfg", ".retry", ".pyc", ".pyo", ".py", ".md", ".txt", ".sh" };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (sv_ends(name, sv_of(others[i])))
            return false;
    return true;
}

static bool is_of_vars(struct sv path) { return sv_starts(path, SV("group_vars/")) || sv_starts(path, SV("host_vars/")); }

static bool read_ansible(struct import *im, struct sv path, struct err *err)
{
    struct import_files files;
    struct ansible an = { .im = im, .groups = map_in(im->arena), .hosts = map_in(im->arena) };
    struct sv folder = fs_is_dir(arena_cstr(im->arena, path)) ? path : path_dir(arena_dup(im->arena, path));
    ansible_group(&an, SV("all"), path_base(path));
    if (!import_read_files(im, path, is_inventory_file, &files, err))
        return false;
    for (size_t i = 0; i < files.count; i++)
        if (!is_of_vars(files.items[i].src->path) && !read_inventory(&an, files.items[i].src))
            return false;
    if (!an.hosts.count)
        return err_set(err, "'%.*s' holds no hosts", SV_ARG(path));
    if (!read_vars_folder(&an, arena_dup(im->arena, folder), "group_vars", err) ||
        !read_vars_folder(&an, arena_dup(im->arena, folder), "host_vars", err))
        return false;
    for (struct map_entry *e = NULL; (e = map_next(&an.groups, e));)
        if (!find_depth(&an, e->value, 0))
            return false;
    struct member *members = ARENA_ARRAY(im->arena, struct member, an.hosts.count + 1);
    size_t count = 0;
    for (struct map_entry *e = NULL; (e = map_next(&an.hosts, e));) {
        struct member *m = &members[count];
        m->host = add_entity(&an, e->value, &m->params);
        count += m->host != NULL;
    }
    share_params(im, members, count);
    return true;
}

const struct import_source import_ansible = { "ansible", "Ansible",
                                              "an inventory (INI, YAML, the JSON of 'ansible-inventory --list') or its folder",
                                              read_ansible, import_host_fields };
