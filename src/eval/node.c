/* node: which node definition is this node's: its exact name, then expressions in order of the files, then default. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "eval/internal.h"

struct choice {
    const struct unit *unit;
    const struct node *node;
    struct regexp_match match;
    bool matched;
    struct sv title;
};

static bool node_matches(struct compile *c, const struct unit *u, const struct node *n, enum ast_kind want, struct choice *out)
{
    struct sv name = c->options->certname;
    for (uint32_t i = 0; i < n->def->matches.count; i++) {
        const struct node *m = n->def->matches.items[i];
        bool exact = m->kind == AST_NAME || m->kind == AST_STRING || m->kind == AST_INT;
        bool yes = false;
        if (want == AST_NAME && exact) {
            yes = sv_eq_nocase(m->s, name);
        } else if (want == AST_REGEXP && m->kind == AST_REGEXP) {
            struct err err;
            struct regexp *re = regexp_compile(c->arena, m->s, &err);
            if (!re)
                raise_plain(c, SV_NONE, 0, "%s", err.text);
            enum regexp_result r = regexp_search(re, name, 0, &out->match);
            if (r == REGEXP_LIMIT)
                compile_fail(c, (struct span){ u->src, m->from, m->to }, "The regular expression /%.*s/ takes too long on the name '%.*s'",
                             SV_ARG(m->s), SV_ARG(name));
            yes = r == REGEXP_YES;
            out->matched = yes;
        } else if (want == AST_DEFAULT) {
            yes = m->kind == AST_DEFAULT;
        }
        if (!yes)
            continue;
        out->unit = u;
        out->node = n;
        out->title = m->kind == AST_DEFAULT ? SV("default") : m->s;
        return true;
    }
    return false;
}

/* Returns whether there is any node definition at all. */
static bool choose(struct compile *c, const struct unit **units, uint32_t count, struct choice *out)
{
    static const enum ast_kind rounds[] = { AST_NAME, AST_REGEXP, AST_DEFAULT };
    bool any = false;
    for (size_t round = 0; round < COUNT(rounds); round++)
        for (uint32_t i = 0; i < count; i++)
            for (uint32_t j = 0; j < units[i]->definition_count; j++) {
                const struct node *n = units[i]->definitions[j];
                if (n->kind != AST_NODE)
                    continue;
                any = true;
                if (node_matches(c, units[i], n, rounds[round], out))
                    return true;
            }
    return any;
}

/* The reference names such a node by what is left of the expression. */
static struct sv regexp_title(struct compile *c, struct sv source)
{
    struct strbuf b = STRBUF_IN(c->arena);
    strbuf_adds(&b, "__node_regexp__");
    bool leading = true;
    for (size_t i = 0; i < source.n; i++) {
        char ch = source.p[i];
        if (ch >= 'A' && ch <= 'Z')
            ch = (char)(ch + 32);
        bool keep = (ch >= 'a' && ch <= 'z') || (ch >= '0' && ch <= '9') || ch == '_' || ch == '-' || ch == ':' || ch == '.';
        if (!keep || (ch == '.' && leading))
            continue;
        leading = false;
        strbuf_addc(&b, ch);
    }
    return strbuf_sv(&b);
}

void evaluate_node(struct compile *c)
{
    uint32_t count = 1;
    const struct unit **units = &c->code_unit;
    if (!c->code_unit)
        units = snapshot_site_units(c->snapshot, &count, NULL);
    struct choice ch = { 0 };
    if (!choose(c, units, count, &ch))
        return;
    if (!ch.node)
        raise_plain(c, SV_NONE, 0, "Could not find node statement with name 'default' or '%.*s'", SV_ARG(c->options->certname));
    struct entry *e = ARENA_NEW(c->arena, struct entry);
    struct sv title = ch.matched ? regexp_title(c, ch.title) : ch.title;
    e->name = intern(c->syms, title);
    e->unit = ch.unit;
    e->node = ch.node;
    e->def = ch.node->def;
    struct eres *r = resource_raw(c, c->top, SV("Node"), type_name_normal(c->arena, title));
    r->r.title = title;
    r->entry = e;
    r->r.flags |= RES_EVALUATED;
    const struct sym *tag = c->names.node_;
    tags_add_syms(c, r, &tag, 1);
    tag_if_valid(c, r, title);
    r->source = e;
    resource_add(c, c->top, r);
    tags_from_scope(c, r);
    struct scope *s = scope_new(c, SCOPE_NODE, c->top, r, e);
    e->scope = c->node_scope = s;
    ARENA_PUSH(c->arena, c->catalog->classes, c->catalog->class_count, c->catalog->class_cap, title);
    struct frame *f = ARENA_NEW(c->arena, struct frame);
    *f = (struct frame){ .c = c, .scope = s, .unit = ch.unit, .def = e->def, .layout = &e->def->layout, .kind = FRAME_NODE };
    f->slots = ARENA_ARRAY(c->arena, struct value, f->layout->count + 1);
    s->frame = f;
    if (ch.matched)
        set_match(f, &ch.match, c->options->certname);
    run_body(f, e->def->body);
}
