/* ansible_ini: inventories in Ansible's INI form: [group], [group:vars], [group:children], hosts with variables. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/yaml.h"
#include "import/ansible.h"

struct ini {
    struct ansible *an;
    const struct source *src;
    struct ansible_group *group;
    enum { SECTION_HOSTS, SECTION_VARS, SECTION_CHILDREN } section;
    size_t line_from, line_to;
};

static struct span line_span(const struct ini *in) { return (struct span){ in->src, (uint32_t)in->line_from, (uint32_t)in->line_to }; }

static bool is_number(struct sv s)
{
    size_t i = s.n && (s.p[0] == '-' || s.p[0] == '+'), digits = 0, dots = 0;
    size_t first = i;
    for (; i < s.n; i++) {
        digits += s.p[i] >= '0' && s.p[i] <= '9';
        dots += s.p[i] == '.';
        if (!((s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '.'))
            return false;
    }
    /* Python has no numbers with leading zeros. */
    return digits && dots <= 1 && !(digits > 1 && !dots && s.p[first] == '0');
}

/* Python literals: numbers, True, False, None, quoted texts, lists and hashes; anything else is text. */
static struct data literal(struct arena *a, struct sv s)
{
    struct data text = tree_text(s);
    bool quoted = s.n >= 2 && (s.p[0] == '\'' || s.p[0] == '"') && s.p[s.n - 1] == s.p[0] &&
                  sv_find_char(sv_slice(s, 1, s.n - 1), s.p[0], 0) == SIZE_MAX;
    bool nested = s.n >= 2 && ((s.p[0] == '[' && s.p[s.n - 1] == ']') || (s.p[0] == '{' && s.p[s.n - 1] == '}' && s.p[1] != '{'));
    if (sv_is(s, "True") || sv_is(s, "False"))
        return (struct data){ .kind = DATA_BOOL, .b = sv_is(s, "True") };
    if (sv_is(s, "None"))
        return (struct data){ .kind = DATA_NULL };
    if (quoted)
        return tree_text(sv_slice(s, 1, s.n - 1));
    if (!nested && !is_number(s))
        return text;
    struct source *src = ARENA_NEW(a, struct source);
    struct diags diags = diags_in(a);
    struct data_doc *doc = NULL;
    *src = (struct source){ SV("value"), s };
    return yaml_read(a, src, NULL, &diags, &doc) && doc && doc->root.special == DATA_PLAIN ? doc->root : text;
}

/* The next word of a line as a shell would take it apart: quotes join, '#' begins a comment. False: no more, or a quote stays open. */
static bool next_word(struct ini *in, struct sv line, size_t *at, struct sv *out_word)
{
    struct strbuf word = STRBUF_IN(in->an->im->arena);
    char quote = 0;
    bool any = false;
    while (*at < line.n && (line.p[*at] == ' ' || line.p[*at] == '\t'))
        ++*at;
    if (*at < line.n && line.p[*at] == '#')
        *at = line.n;
    for (; *at < line.n; ++*at) {
        char c = line.p[*at];
        if (!quote && (c == ' ' || c == '\t'))
            break;
        any = true;
        if (quote == c)
            quote = 0;
        else if (!quote && (c == '\'' || c == '"'))
            quote = c;
        else if (c == '\\' && quote != '\'' && *at + 1 < line.n)
            strbuf_addc(&word, line.p[++*at]);
        else
            strbuf_addc(&word, c);
    }
    if (quote)
        return diag_error(in->an->im->diags, line_span(in), "a quote in this line is never closed");
    *out_word = strbuf_sv(&word);
    return any;
}

static bool read_host(struct ini *in, struct sv line)
{
    struct import *im = in->an->im;
    struct data vars = tree_map();
    struct sv pattern, word;
    size_t at = 0;
    if (!next_word(in, line, &at, &pattern))
        return !im->diags->errors;
    while (next_word(in, line, &at, &word)) {
        size_t eq = sv_find_char(word, '=', 0);
        if (eq == SIZE_MAX || !eq) {
            diag_error(im->diags, line_span(in), "expected name=value behind a host, found '%.*s'", SV_ARG(word));
            diag_hint(im->diags, "a value with spaces stands in quotes: name=\"a b\"");
            return false;
        }
        tree_put(im->arena, &vars, sv_trim(sv_slice(word, 0, eq)), literal(im->arena, sv_slice(word, eq + 1, word.n)));
    }
    return !im->diags->errors && ansible_hosts(in->an, in->group, pattern, &vars, line_span(in));
}

static bool read_variable(struct ini *in, struct sv line)
{
    size_t eq = sv_find_char(line, '=', 0);
    if (eq == SIZE_MAX || !eq)
        return diag_error(in->an->im->diags, line_span(in), "expected name=value in [%.*s:vars]", SV_ARG(in->group->name));
    tree_put(in->an->im->arena, &in->group->vars, sv_trim(sv_slice(line, 0, eq)),
             literal(in->an->im->arena, sv_trim(sv_slice(line, eq + 1, line.n))));
    return true;
}

static bool read_section(struct ini *in, struct sv line)
{
    struct import *im = in->an->im;
    size_t end = sv_find_char(line, ']', 0);
    if (end == SIZE_MAX)
        return diag_error(im->diags, line_span(in), "expected ']' to close the name of a group");
    struct sv name = sv_trim(sv_slice(line, 1, end)), kind = SV_NONE;
    size_t colon = sv_rfind_char(name, ':');
    if (colon != SIZE_MAX) {
        kind = sv_slice(name, colon + 1, name.n);
        name = sv_slice(name, 0, colon);
    }
    if (!name.n || (kind.n && !sv_is(kind, "vars") && !sv_is(kind, "children") && !sv_is(kind, "hosts")) ||
        (colon != SIZE_MAX && !kind.n)) {
        diag_error(im->diags, line_span(in), "'[%.*s]' is no section of an inventory", SV_ARG(sv_slice(line, 1, end)));
        diag_hint(im->diags, "sections are [GROUP], [GROUP:vars] and [GROUP:children]");
        return false;
    }
    in->group = ansible_group(in->an, name, in->src->path);
    in->section = sv_is(kind, "vars") ? SECTION_VARS : sv_is(kind, "children") ? SECTION_CHILDREN : SECTION_HOSTS;
    return true;
}

static bool read_line(struct ini *in, struct sv line)
{
    struct sv word = sv_trim(sv_slice(line, 0, sv_find(line, SV(" #"), 0)));
    if (line.p[0] == '[')
        return read_section(in, line);
    if (in->section == SECTION_HOSTS)
        return read_host(in, line);
    if (in->section == SECTION_VARS)
        return read_variable(in, line);
    return ansible_child(in->an, in->group, ansible_group(in->an, word, in->src->path), line_span(in));
}

bool ansible_read_ini(struct ansible *an, const struct source *src)
{
    struct ini in = { .an = an, .src = src, .group = ansible_group(an, SV("ungrouped"), src->path) };
    size_t at = 0;
    while (at < src->text.n) {
        size_t end = sv_find_char(src->text, '\n', at);
        if (end == SIZE_MAX)
            end = src->text.n;
        struct sv line = sv_trim(sv_slice(src->text, at, end));
        in.line_from = line.n ? (size_t)(line.p - src->text.p) : at;
        in.line_to = in.line_from + line.n;
        at = end + 1;
        if (line.n && line.p[0] != '#' && line.p[0] != ';' && !read_line(&in, line))
            return false;
    }
    return true;
}
