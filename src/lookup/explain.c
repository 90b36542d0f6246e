/* explain: the tree of a lookup, and its text. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "lookup/explain.h"

#include "base/limits.h"
#include "types/ruby_value.h"

/* ---- building ---- */

static void node_init(struct explain_node *n, enum explain_kind kind, struct sv name, struct sv detail)
{
    *n = (struct explain_node){ .kind = kind, .name = name, .detail = detail, .value = VALUE_UNDEF };
    n->first_end = &n->first;
    n->texts_end = &n->texts;
}

void explainer_init(struct explainer *ex, struct arena *a, bool only_options)
{
    *ex = (struct explainer){ .arena = a, .only_options = only_options };
    node_init(&ex->root, EXPLAIN_ROOT, SV_NONE, SV_NONE);
    ex->current = &ex->root;
}

struct explain_node *explain_push(struct explainer *ex, enum explain_kind kind, struct sv name, struct sv detail)
{
    if (!ex)
        return NULL;
    struct explain_node *n = ARENA_NEW(ex->arena, struct explain_node);
    node_init(n, kind, name, detail);
    n->parent = ex->current;
    *ex->current->first_end = n;
    ex->current->first_end = &n->next;
    ex->current = n;
    return n;
}

void explain_pop(struct explainer *ex)
{
    if (ex && ex->current->parent)
        ex->current = ex->current->parent;
}

void explain_leaf(struct explainer *ex, enum explain_kind kind, struct sv name)
{
    explain_push(ex, kind, name, SV_NONE);
    explain_pop(ex);
}

void explain_found(struct explainer *ex, struct sv key, struct value v)
{
    if (!ex)
        return;
    ex->current->event = EXPLAIN_FOUND;
    ex->current->key = key;
    ex->current->value = v;
}

void explain_event(struct explainer *ex, enum explain_event event, struct sv key)
{
    if (!ex)
        return;
    ex->current->event = event;
    ex->current->key = key;
}

void explain_result(struct explainer *ex, struct value v)
{
    if (!ex)
        return;
    ex->current->event = EXPLAIN_RESULT;
    ex->current->value = v;
}

void explain_text_add(struct explainer *ex, struct sv text)
{
    if (!ex)
        return;
    struct explain_text *t = ARENA_NEW(ex->arena, struct explain_text);
    t->text = text;
    *ex->current->texts_end = t;
    ex->current->texts_end = &t->next;
}

void explain_back(struct explainer *ex)
{
    if (ex)
        ex->current = &ex->root;
}

/* ---- printing ---- */

static void indent_by(struct strbuf *out, unsigned indent) { strbuf_pad(out, ' ', indent); }

static void print_value(struct strbuf *out, struct value v, unsigned indent, unsigned depth)
{
    uint32_t count = v.kind == V_HASH ? v.h->count : v.kind == V_ARRAY ? v.n : 0;
    if (depth > LIMIT_LOOKUP_DEPTH * 4)
        return;
    if (v.kind == V_HASH || v.kind == V_ARRAY) {
        strbuf_addc(out, v.kind == V_HASH ? '{' : '[');
        for (uint32_t i = 0; i < count; i++) {
            strbuf_adds(out, i ? ",\n" : "\n");
            indent_by(out, indent + 2);
            if (v.kind == V_HASH) {
                print_value(out, v.h->pairs[i].key, indent + 2, depth + 1);
                strbuf_adds(out, " => ");
            }
            print_value(out, v.kind == V_HASH ? v.h->pairs[i].value : v.items[i], indent + 2, depth + 1);
        }
        if (count) {
            strbuf_addc(out, '\n');
            indent_by(out, indent);
        }
        strbuf_addc(out, v.kind == V_HASH ? '}' : ']');
    } else {
        ruby_inspect(out, v);
    }
}

static void print_texts(struct strbuf *out, const struct explain_node *n, unsigned indent)
{
    for (const struct explain_text *t = n->texts; t; t = t->next) {
        indent_by(out, indent);
        strbuf_addf(out, "%.*s\n", SV_ARG(t->text));
    }
}

static void print_outcome(struct strbuf *out, const struct explain_node *n, unsigned indent)
{
    if (n->event == EXPLAIN_NO_KEY) {
        indent_by(out, indent);
        strbuf_addf(out, "No such key: \"%.*s\"\n", SV_ARG(n->key));
    } else if (n->event == EXPLAIN_FOUND) {
        indent_by(out, indent);
        strbuf_addf(out, "Found key: \"%.*s\" value: ", SV_ARG(n->key));
        print_value(out, n->value, indent, 0);
        strbuf_addc(out, '\n');
    }
    print_texts(out, n, indent);
}

static void print_node(struct strbuf *out, const struct explain_node *n, unsigned indent);

static void print_below(struct strbuf *out, const struct explain_node *n, unsigned indent)
{
    for (const struct explain_node *below = n->first; below; below = below->next)
        print_node(out, below, indent);
}

/* Of a merge with one branch only the branch is shown. */
static void print_merge(struct strbuf *out, const struct explain_node *n, unsigned indent)
{
    if (!n->first || !n->first->next) {
        print_below(out, n, indent);
        return;
    }
    indent_by(out, indent);
    strbuf_addf(out, "Merge strategy %.*s\n", SV_ARG(n->name));
    if (n->options) {
        indent_by(out, indent + 2);
        strbuf_adds(out, "Options: ");
        print_value(out, value_hash(n->options), indent + 2, 0);
        strbuf_addc(out, '\n');
    }
    print_below(out, n, indent + 2);
    if (n->event != EXPLAIN_RESULT)
        return;
    indent_by(out, indent + 2);
    strbuf_adds(out, "Merged result: ");
    print_value(out, n->value, indent + 2, 0);
    strbuf_addc(out, '\n');
}

/* The line of a node, around its name. */
static const struct {
    const char *before, *after, *detail;
} lines[] = { [EXPLAIN_KEY] = { "Searching for \"", "\"", NULL },
              [EXPLAIN_INVALID] = { "Invalid key \"", "\"", NULL },
              [EXPLAIN_SOURCE] = { "Using merge options from \"", "\" hash", NULL },
              [EXPLAIN_STEP] = { "", "", "Using configuration" },
              [EXPLAIN_PATH] = { "Path \"", "\"", "Original path:" },
              [EXPLAIN_URI] = { "URI \"", "\"", "Original uri:" } };

static void print_head(struct strbuf *out, const struct explain_node *n, unsigned indent)
{
    if (n->kind == EXPLAIN_PART)
        return;
    indent_by(out, indent);
    strbuf_addf(out, "%s%.*s%s\n", lines[n->kind].before, SV_ARG(n->name), lines[n->kind].after);
    if (!n->detail.n)
        return;
    indent_by(out, indent + 2);
    strbuf_addf(out, "%s \"%.*s\"\n", lines[n->kind].detail, SV_ARG(n->detail));
}

static void print_node(struct strbuf *out, const struct explain_node *n, unsigned indent)
{
    if (n->kind == EXPLAIN_MERGE) {
        print_merge(out, n, indent);
        return;
    }
    print_head(out, n, indent);
    print_below(out, n, indent + 2);
    if (n->event == EXPLAIN_NO_PATH) {
        indent_by(out, indent + 2);
        strbuf_adds(out, "Path not found\n");
    }
    if (n->kind != EXPLAIN_KEY)
        print_outcome(out, n, n->kind == EXPLAIN_PART ? indent : indent + 2);
}

void explain_print(struct strbuf *out, const struct explainer *ex)
{
    print_below(out, &ex->root, 0);
    print_texts(out, &ex->root, 0);
}
