/* tests_model: loads YAML text into a model and looks at what was said. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_MODEL_H
#define TESTS_MODEL_H

#include <stdio.h>
#include <time.h>

#include "model/model.h"

/* Entities of tests; each ends its document. */
/* clang-format off */
#define OWN(kind, name, spec)              "apiVersion: potlac/v1\nkind: " kind "\nmetadata: {name: " name "}\nspec: " spec "\n---\n"
#define FOREIGN(kind, name, spec)          "apiVersion: backstage.io/v1alpha1\nkind: " kind "\nmetadata: {name: " name "}\nspec: " spec "\n---\n"
#define HOST(name)                         "apiVersion: potlac/v1\nkind: Host\nmetadata: {name: " name "}\nspec: {fqdn: " name ".example.org}\n---\n"
#define SERVICE(name, more)                FOREIGN("Component", name, "{type: service, lifecycle: experimental, " more "}")
#define TEAM(name)                         FOREIGN("Group", name, "{type: team, children: []}")
#define USER(name)                         FOREIGN("User", name, "{memberOf: []}")
#define API(name)                          FOREIGN("API", name, "{type: grpc, lifecycle: production, owner: t, definition: {$text: ./a.proto}}")
#define DEPLOYMENT(name, service, cluster) OWN("Deployment", name, "{service: " service ", cluster: " cluster ", version: \"1.0\"}")
#define ROLE(name, person, group, role)    OWN("RoleAssignment", name, "{person: " person ", group: " group ", role: " role "}")

/* A small site without a fault. */
#define SOUND_SITE                                                                                                                         \
    FOREIGN("Domain", "discovery", "{owner: top}")                                                                                         \
    FOREIGN("System", "finding", "{owner: team, domain: discovery}")                                                                       \
    FOREIGN("Component", "search", "{type: service, lifecycle: production, owner: team, system: finding, dependsOn: [resource:disk]}")     \
    FOREIGN("Resource", "disk", "{type: database, owner: team}")                                                                           \
    FOREIGN("Group", "top", "{type: department, children: [team]}")                                                                        \
    FOREIGN("Group", "team", "{type: team, parent: top, children: []}")                                                                    \
    FOREIGN("User", "eva", "{memberOf: [team]}")                                                                                           \
    USER("ines")                                                                                                                           \
    USER("li")                                                                                                                             \
    USER("mats")                                                                                                                           \
    OWN("Person", "eva", "{timezone: Europe/Stockholm, hours: {mon-thu: \"09:00-17:00\"}}")                                                \
    ROLE("po", "ines", "team", "product-owner")                                                                                            \
    ROLE("tl", "eva", "team", "team-lead")                                                                                                 \
    ROLE("ac", "person:eva", "team", "agile-coach")                                                                                        \
    ROLE("po2", "li", "team", "product-owner")                                                                                             \
    ROLE("dev", "eva", "team", "dev")                                                                                                      \
    ROLE("ops", "mats", "team", "ops")                                                                                                     \
    OWN("SystemOwnership", "search", "{service: search, dev: user:eva, ops: person:mats, checkup: {every: P4W, minutes: 45}}")             \
    OWN("Potlac", "team", "{group: team, leaders: byRole, anchorZone: Europe/Stockholm, sync: {every: P1W}, oneOnOnes: {minutes: 30}}")    \
    OWN("Person", "mats", "{timezone: Europe/London}")                                                                                     \
    OWN("KeyMeeting", "steering", "{start: 2027-03-18T13:00:00, zone: Europe/London, minutes: 60, presenters: [eva], potlac: team}")       \
    OWN("Topic", "t1", "{for: ritual:team.sync, raisedBy: user:eva, title: Who says no}")
/* clang-format on */

struct loaded {
    struct arena *arena;
    struct model *model;
    struct diags diags;
    bool ok;
    struct strbuf said; /* all diagnostics as a user reads them */
};

#define TEST_DAY ((struct date){ 2027, 2, 15 })

static inline struct loaded begin(void)
{
    struct loaded l = { .arena = arena_new(0), .ok = true };
    l.model = model_new(l.arena);
    l.diags = diags_in(l.arena);
    l.said = STRBUF_IN(l.arena);
    return l;
}

static inline bool add(struct loaded *l, const char *text)
{
    struct source *src = ARENA_NEW(l->arena, struct source);
    src->path = SV("model.yaml");
    src->text = arena_dup(l->arena, sv_of(text));
    bool ok = model_add_text(l->model, src, &l->diags);
    l->ok &= ok;
    return ok;
}

static inline bool check_on(struct loaded *l, struct date day)
{
    bool ok = model_check(l->model, day, &l->diags);
    l->ok &= ok;
    return ok;
}

static inline bool check(struct loaded *l) { return check_on(l, TEST_DAY); }

static inline struct loaded load(const char *text)
{
    struct loaded l = begin();
    add(&l, text);
    check(&l);
    return l;
}

static inline void unload(struct loaded *l) { arena_free(l->arena); }

static inline const char *said(struct loaded *l)
{
    strbuf_reset(&l->said);
    diags_print(&l->said, &l->diags, false);
    return strbuf_cstr(&l->said);
}

static inline bool says(struct loaded *l, const char *text) { return strstr(said(l), text) != NULL; }

static inline void assert_says(struct loaded *l, const char *text)
{
    if (!says(l, text))
        fail_msg("expected to read: %s\nread:\n%s", text, said(l));
}

static inline void assert_silent_on(struct loaded *l, const char *text)
{
    if (says(l, text))
        fail_msg("expected not to read: %s\nread:\n%s", text, said(l));
}

static inline void assert_clean(struct loaded *l)
{
    if (!l->ok || l->diags.errors)
        fail_msg("expected a sound model, read:\n%s", said(l));
}

#define assert_sv(got, want)                                                                                                               \
    do {                                                                                                                                   \
        struct sv got_ = (got);                                                                                                            \
        if (!sv_is(got_, want))                                                                                                            \
            fail_msg("expected '%s', got '%.*s'", want, SV_ARG(got_));                                                                     \
    } while (0)

static inline int64_t cpu_ms(void) { return (int64_t)clock() * 1000 / CLOCKS_PER_SEC; }

#endif
