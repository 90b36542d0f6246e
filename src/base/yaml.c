/* yaml: libyaml's events build data trees. Aliases share their anchor's nodes, but count as if they were copied. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/yaml.h"

#include <yaml.h>

#include "base/hash.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/yaml_scalar.h"

struct level {
    struct level *up;
    bool is_map, has_key;
    struct data *items;      /* of a list */
    struct data_pair *pairs; /* of a map */
    size_t count, cap;
    struct data key;    /* waits for its value */
    struct map seen;    /* text keys of a map -> index + 1 */
    size_t merged_upto; /* pairs before it may stem from a merge key: overriding those is what merging is for */
    struct sv anchor;
    uint32_t from;
    size_t nodes_before;
};

struct anchor {
    struct data data;
    size_t nodes; /* in the tree below, aliases expanded */
};

struct reader {
    struct arena *a;
    const struct source *src;
    const struct data_limits *limits;
    struct diags *diags;
    yaml_parser_t parser;
    struct level *top;
    struct map anchors;
    uint32_t depth;
    size_t nodes;
    struct data_doc *doc; /* being read */
    struct sv text;       /* without a byte order mark, which libyaml takes for a column */
    uint32_t skipped;     /* the mark's bytes */
};

static struct span event_span(const struct reader *r, const yaml_event_t *e)
{
    size_t from = e->start_mark.index, to = e->end_mark.index;
    return (struct span){ r->src, (uint32_t)from, (uint32_t)(to > from ? to : from) };
}

/* libyaml counts characters, spans count bytes: the same in an ASCII text; otherwise walk once, remembering the last place. */
struct offsets {
    size_t chars, bytes;
};

static uint32_t byte_offset(struct sv text, struct offsets *last, size_t chars)
{
    if (chars < last->chars)
        *last = (struct offsets){ 0 };
    while (last->chars < chars && last->bytes < text.n) {
        last->bytes++;
        while (last->bytes < text.n && ((unsigned char)text.p[last->bytes] & 0xc0) == 0x80)
            last->bytes++;
        last->chars++;
    }
    return (uint32_t)last->bytes;
}

static void map_set(struct reader *r, struct level *l, struct data key, struct data value, bool warn)
{
    uintptr_t at = key.kind == DATA_STRING ? (uintptr_t)map_find(&l->seen, key.s) : 0;
    if (at) {
        if (warn && at > l->merged_upto) {
            diag_warn(r->diags, "duplicate-key", (struct span){ r->src, key.from, key.to },
                      "the key '%.*s' is here twice; the last one counts", SV_ARG(key.s));
        }
        l->pairs[at - 1].value = value;
        return;
    }
    struct data_pair pair = { key, value };
    ARENA_PUSH(r->a, l->pairs, l->count, l->cap, pair);
    if (key.kind == DATA_STRING)
        map_put(&l->seen, key.s, (void *)(uintptr_t)l->count);
}

static void merge_map(struct reader *r, struct level *l, const struct data *from)
{
    for (uint32_t i = 0; i < from->count; i++)
        map_set(r, l, from->pairs[i].key, from->pairs[i].value, false);
    l->merged_upto = l->count;
}

/* <<: *base  or  <<: [*a, *b], where the first of a list wins. False: an ordinary key. */
static bool merge_key(struct reader *r, struct level *l, const struct data *value)
{
    if (l->key.kind != DATA_STRING || l->key.quoted || !sv_is(l->key.s, "<<"))
        return false;
    if (value->kind == DATA_MAP) {
        merge_map(r, l, value);
        return true;
    }
    if (value->kind != DATA_LIST)
        return false;
    for (uint32_t i = 0; i < value->count; i++)
        if (value->items[i].kind != DATA_MAP)
            return false;
    for (uint32_t i = value->count; i-- > 0;)
        merge_map(r, l, &value->items[i]);
    return true;
}

static bool too_much(struct reader *r, const yaml_event_t *e, const char *why)
{
    return diag_error(r->diags, event_span(r, e), "this YAML is refused: %s", why);
}

static bool put(struct reader *r, const yaml_event_t *e, struct data d, size_t nodes)
{
    r->nodes += nodes;
    if (r->nodes > (r->limits && r->limits->nodes ? r->limits->nodes : LIMIT_DATA_NODES))
        return too_much(r, e, "it has too many values, with its aliases expanded");
    struct level *l = r->top;
    if (!l) {
        r->doc->root = d;
    } else if (!l->is_map) {
        ARENA_PUSH(r->a, l->items, l->count, l->cap, d);
    } else if (!l->has_key) {
        l->key = d;
        l->has_key = true;
    } else {
        if (!merge_key(r, l, &d))
            map_set(r, l, l->key, d, true);
        l->has_key = false;
    }
    return true;
}

static void remember(struct reader *r, struct sv name, struct data d, size_t nodes)
{
    struct anchor *an = ARENA_NEW(r->a, struct anchor);
    *an = (struct anchor){ d, nodes };
    map_put(&r->anchors, name, an);
}

static struct sv event_text(struct reader *r, const yaml_char_t *p) { return p ? arena_dup(r->a, sv_of((const char *)p)) : SV_NONE; }

static bool refused_tag(struct reader *r, const yaml_event_t *e, struct sv tag)
{
    if (sv_starts(tag, SV("!ruby/")) || sv_starts(tag, SV("tag:ruby.yaml.org")))
        return !diag_error(r->diags, event_span(r, e), "the tag '%.*s' is not allowed: data holds no Ruby objects", SV_ARG(tag));
    return false;
}

static bool on_scalar(struct reader *r, const yaml_event_t *e)
{
    struct span at = event_span(r, e);
    struct data d = { .kind = DATA_STRING, .from = at.from, .to = at.to };
    struct sv text = arena_dup(r->a, sv_make((const char *)e->data.scalar.value, e->data.scalar.length));
    struct sv tag = event_text(r, e->data.scalar.tag);
    if (refused_tag(r, e, tag))
        return false;
    d.quoted = e->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    bool as_text = d.quoted || sv_is(tag, "!") || sv_is(tag, "tag:yaml.org,2002:str");
    if (sv_is(tag, "tag:yaml.org,2002:binary") && !base64_decode(r->a, text, &d.s))
        return diag_error(r->diags, at, "this is no base64, but it is marked !!binary");
    if (as_text && !d.s.p)
        d.s = text;
    else if (!d.s.p)
        yaml_scalar(text, &d);
    struct sv anchor = event_text(r, e->data.scalar.anchor);
    if (anchor.n)
        remember(r, anchor, d, 1);
    return put(r, e, d, 1);
}

static bool open_level(struct reader *r, const yaml_event_t *e, bool is_map, const yaml_char_t *anchor, const yaml_char_t *tag)
{
    if (refused_tag(r, e, event_text(r, tag)))
        return false;
    if (++r->depth > (r->limits && r->limits->depth ? r->limits->depth : LIMIT_DATA_DEPTH))
        return too_much(r, e, "it is nested too deep");
    struct level *l = ARENA_NEW(r->a, struct level);
    *l = (struct level){ .up = r->top, .is_map = is_map, .seen = map_in(r->a), .from = event_span(r, e).from, .nodes_before = r->nodes };
    l->anchor = event_text(r, anchor);
    r->top = l;
    return true;
}

static bool close_level(struct reader *r, const yaml_event_t *e)
{
    struct level *l = r->top;
    struct data d = { .kind = l->is_map ? DATA_MAP : DATA_LIST, .from = l->from, .to = event_span(r, e).to, .count = (uint32_t)l->count };
    if (l->is_map)
        d.pairs = l->pairs;
    else
        d.items = l->items;
    r->top = l->up;
    r->depth--;
    if (l->anchor.n)
        remember(r, l->anchor, d, r->nodes - l->nodes_before + 1);
    return put(r, e, d, 1);
}

static bool on_alias(struct reader *r, const yaml_event_t *e)
{
    struct sv name = sv_of((const char *)e->data.alias.anchor);
    const struct anchor *an = map_find(&r->anchors, name);
    if (!an)
        return diag_error(r->diags, event_span(r, e), "unknown alias '*%.*s'; an anchor '&%.*s' must stand before it", SV_ARG(name),
                          SV_ARG(name));
    return put(r, e, an->data, an->nodes);
}

static bool on_event(struct reader *r, const yaml_event_t *e, struct data_doc ***tail)
{
    switch (e->type) {
    case YAML_DOCUMENT_START_EVENT:
        r->doc = ARENA_NEW(r->a, struct data_doc);
        r->doc->src = r->src;
        r->anchors = map_in(r->a);
        return true;
    case YAML_DOCUMENT_END_EVENT:
        **tail = r->doc;
        *tail = &r->doc->next;
        return true;
    case YAML_SCALAR_EVENT:
        return on_scalar(r, e);
    case YAML_ALIAS_EVENT:
        return on_alias(r, e);
    case YAML_SEQUENCE_START_EVENT:
        return open_level(r, e, false, e->data.sequence_start.anchor, e->data.sequence_start.tag);
    case YAML_MAPPING_START_EVENT:
        return open_level(r, e, true, e->data.mapping_start.anchor, e->data.mapping_start.tag);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        return close_level(r, e);
    default:
        return true;
    }
}

static bool syntax_error(struct reader *r, struct offsets *last)
{
    const yaml_parser_t *p = &r->parser;
    /* The reader counts bytes, the scanner and the parser count characters. */
    size_t bytes = p->error == YAML_READER_ERROR ? p->problem_offset : byte_offset(r->text, last, p->problem_mark.index);
    uint32_t at = (uint32_t)bytes + r->skipped;
    if (at > r->src->text.n)
        at = (uint32_t)r->src->text.n;
    const char *problem = p->problem ? p->problem : "the text cannot be read";
    diag_error(r->diags, (struct span){ r->src, at, at }, "this is no YAML: %s%s%s", problem, p->context ? ", " : "",
               p->context ? p->context : "");
    if (strstr(problem, "character that cannot start any token"))
        diag_hint(r->diags, "indent with blanks, not tabs, and quote texts that start with @, ` or %%");
    else if (strstr(problem, "mapping values are not allowed"))
        diag_hint(r->diags, "quote a text that holds ': ', and check the indentation");
    return false;
}

static bool read_events(struct reader *r, struct data_doc **out_first)
{
    struct data_doc *first = NULL, **tail = &first;
    struct offsets last = { 0 };
    for (bool ended = false; !ended;) {
        yaml_event_t e;
        if (!yaml_parser_parse(&r->parser, &e))
            return syntax_error(r, &last);
        ended = e.type == YAML_STREAM_END_EVENT;
        e.start_mark.index = byte_offset(r->text, &last, e.start_mark.index) + r->skipped;
        struct offsets ahead = last;
        e.end_mark.index = byte_offset(r->text, &ahead, e.end_mark.index) + r->skipped;
        bool ok = on_event(r, &e, &tail);
        yaml_event_delete(&e);
        if (!ok)
            return false;
    }
    *out_first = first;
    return true;
}

bool yaml_read(struct arena *a, const struct source *src, const struct data_limits *limits, struct diags *diags,
               struct data_doc **out_first)
{
    size_t most = limits && limits->bytes ? limits->bytes : LIMIT_SOURCE_BYTES;
    if (src->text.n > most)
        return diag_error(diags, (struct span){ src, 0, 0 }, "the file has %zu bytes, at most %zu are allowed", src->text.n, most);
    struct reader r = { .a = a, .src = src, .limits = limits, .diags = diags, .anchors = map_in(a) };
    r.skipped = sv_starts(src->text, SV("\xef\xbb\xbf")) ? 3 : 0;
    r.text = sv_slice(src->text, r.skipped, src->text.n);
    if (!yaml_parser_initialize(&r.parser))
        return diag_error(diags, (struct span){ src, 0, 0 }, "out of memory");
    yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&r.parser, (const unsigned char *)(r.text.n ? r.text.p : ""), r.text.n);
    bool ok = read_events(&r, out_first);
    yaml_parser_delete(&r.parser);
    return ok;
}

struct sv yaml_mistake(struct arena *a, struct sv text)
{
    yaml_parser_t p;
    yaml_event_t e;
    struct sv why = SV("");
    unsigned depth = 0;
    if (!yaml_parser_initialize(&p))
        return why;
    yaml_parser_set_input_string(&p, (const unsigned char *)(text.p ? text.p : ""), text.n);
    for (bool more = true; more;) {
        if (!yaml_parser_parse(&p, &e)) {
            why = arena_printf(a, "%s%s%s at line %zu column %zu", p.problem ? p.problem : "this is no YAML", p.context ? " " : "",
                               p.context ? p.context : "", p.context_mark.line + 1, p.context_mark.column + 1);
            break;
        }
        depth += e.type == YAML_SEQUENCE_START_EVENT || e.type == YAML_MAPPING_START_EVENT;
        depth -= e.type == YAML_SEQUENCE_END_EVENT || e.type == YAML_MAPPING_END_EVENT;
        more = e.type != YAML_STREAM_END_EVENT && depth <= LIMIT_DATA_DEPTH; /* deeper, each step of libyaml is slower than the last */
        yaml_event_delete(&e);
    }
    yaml_parser_delete(&p);
    return why;
}
