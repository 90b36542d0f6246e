/* node: options of one node's compile, from the command line, the model and files. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/node.h"

#include <unistd.h>

#include "base/log.h"
#include "cli/classifier.h"
#include "cli/facts_file.h"
#include "cli/hooks.h"
#include "cli/subject_facts.h"
#include "system/facts.h"

struct compile_options site_options(struct site *s)
{
    return (struct compile_options){
        .strict = s->strict, .strict_variables = s->strict_variables, .hooks = hooks_of(s), .functions = s->functions
    };
}

struct sv own_certname(struct arena *a, struct value facts)
{
    const struct value *v = hash_find_sv(facts.h, SV("fqdn"));
    if (!v || v->kind != V_STRING)
        v = hash_find_sv(facts.h, SV("hostname"));
    char *p = arena_cstr(a, v && v->kind == V_STRING ? value_sv(*v) : SV("localhost"));
    for (char *q = p; *q; q++)
        if (*q >= 'A' && *q <= 'Z')
            *q = (char)(*q + 32);
    return sv_of(p);
}

static struct value text(struct sv s) { return s.n ? value_str(s) : VALUE_UNDEF; }

/* A copy of a nested fact with the node's own values laid over it. */
static struct value overlay(struct arena *a, const struct hash *facts, const char *name, const struct hash *own)
{
    const struct value *base = hash_find_sv(facts, sv_of(name));
    struct hash *h = base && base->kind == V_HASH ? hash_copy(a, base->h, own->count) : hash_new(a, own->count);
    for (uint32_t i = 0; i < own->count; i++)
        hash_put(a, h, own->pairs[i].key, own->pairs[i].value);
    return value_hash(h);
}

struct value facts_named(struct arena *a, const struct hash *base, struct sv certname, struct sv address)
{
    struct hash *facts = hash_copy(a, base, 8), *net = hash_new(a, 4);
    size_t dot = sv_find_char(certname, '.', 0);
    struct value hostname = value_str(sv_slice(certname, 0, dot));
    struct value domain = text(dot == SIZE_MAX ? SV_NONE : sv_slice(certname, dot + 1, certname.n));
    const struct {
        const char *structured, *legacy;
        struct value value;
    } rows[] = { { "hostname", "hostname", hostname },
                 { "domain", "domain", domain },
                 { "fqdn", "fqdn", value_str(certname) },
                 { "ip", "ipaddress", text(address) } };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (rows[i].value.kind == V_UNDEF)
            continue;
        hash_put_str(a, net, rows[i].structured, rows[i].value);
        hash_put_str(a, facts, rows[i].legacy, rows[i].value);
    }
    hash_put_str(a, facts, "networking", overlay(a, facts, "networking", net));
    hash_put_str(a, facts, "clientcert", value_str(certname));
    return value_hash(facts);
}

/* As a server adds them: modules ask for its version and name. */
struct value site_server_facts(struct site *s, struct arena *a)
{
    char name[256];
    struct hash *h = hash_new(a, 3);
    if (gethostname(name, sizeof name) != 0)
        name[0] = 0;
    name[sizeof name - 1] = 0;
    hash_put_str(a, h, "serverversion", value_str(SV("7.23.0")));
    hash_put_str(a, h, "servername", value_str(arena_dup(a, sv_of(name[0] ? name : "localhost"))));
    hash_put_str(a, h, "environment", value_str(s->environment));
    return value_hash(h);
}

/* Both are top-scope variables; the classifier's word counts. */
static struct value joined(struct arena *a, struct value base, struct value over)
{
    if (base.kind != V_HASH || over.kind != V_HASH)
        return over.kind == V_HASH ? over : base;
    struct hash *h = hash_copy(a, base.h, over.h->count);
    for (uint32_t i = 0; i < over.h->count; i++)
        hash_put(a, h, over.h->pairs[i].key, over.h->pairs[i].value);
    return value_hash(h);
}

/* Facts that are said on the command line. */
static bool given_facts(struct cli *c, const char *path, struct compile_options *o, struct err *err)
{
    struct facts_file file;
    struct diags diags = diags_in(c->arena);
    bool ok = facts_file_read(c->arena, path, &file, &diags, err);
    cli_diags(c, &diags);
    if (!ok)
        return false;
    if (file.node.n && !sv_eq_nocase(file.node, o->certname))
        log_write(LOG_WARNING, "the facts in '%s' are of node %.*s, not of %.*s", path, SV_ARG(file.node), SV_ARG(o->certname));
    struct hash *facts = hash_copy(c->arena, file.facts.h, 1);
    if (!hash_find_sv(facts, SV("clientcert")))
        hash_put_str(c->arena, facts, "clientcert", value_str(o->certname));
    o->facts = value_hash(facts);
    o->trusted = file.trusted;
    return true;
}

static bool is_this_machine(struct sv certname)
{
    char name[256];
    size_t dot = sv_find_char(certname, '.', 0);
    bool known = gethostname(name, sizeof name) == 0;
    name[sizeof name - 1] = 0;
    return known && (sv_is(certname, name) || sv_is(sv_slice(certname, 0, dot), name));
}

static void known_facts(struct cli *c, struct site *s, const struct subject *subject, struct compile_options *o)
{
    if (subject->entity) {
        subject_facts(s, s->arena, subject->entity, o);
        return;
    }
    if (is_this_machine(o->certname)) {
        o->facts = facts_collect(c->arena);
        return;
    }
    o->facts = facts_named(c->arena, s->base_facts.h, o->certname, SV_NONE);
    if (!s->base_facts.h->count)
        log_write(LOG_WARNING, "no facts of %.*s are known but its name: give them with --facts FILE", SV_ARG(o->certname));
}

/* Without a model, and where the command line says all of a node, any name is one. */
static bool find_subject(struct cli *c, struct site *s, const char *name, struct subject *out, struct err *err)
{
    bool any = !s->model || !name || cli_value(c, "facts") || s->classification;
    *out = (struct subject){ .certname = name ? sv_of(name) : own_certname(c->arena, facts_collect(c->arena)), .is_host = true };
    if (s->model && !site_subject(s, out->certname, out, any ? NULL : err))
        return any;
    return out->is_host || err_set(err, "'%s' is no machine: it has neither facts nor data", name);
}

bool node_options(struct cli *c, struct site *s, const char *name, struct compile_options *out, struct err *err)
{
    struct subject subject;
    const char *facts = cli_value(c, "facts");
    if (!find_subject(c, s, name, &subject, err))
        return false;
    *out = site_options(s);
    out->certname = subject.certname;
    out->server_facts = site_server_facts(s, c->arena);
    if (!facts)
        known_facts(c, s, &subject, out);
    else if (!given_facts(c, facts, out, err))
        return false;
    out->top_vars = VALUE_UNDEF;
    if (subject.entity)
        subject_classify(s, s->arena, subject.entity, out);
    if (!s->classification)
        return true;
    out->refused = SV_NONE; /* a classifier's word counts, whatever the model lacks */
    out->top_vars = joined(c->arena, out->top_vars, s->classification->parameters);
    out->classes = s->classification->classes;
    out->class_count = s->classification->class_count;
    return true;
}
