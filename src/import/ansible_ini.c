/* ansible_ini: inventories in Ansible's INI form: [group], [group:vars], [group:children], hosts with variables. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

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

static int digit_of(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : 99;
}

/* The digits without the underscores that Python allows between them. False: they stand elsewhere, or it is too long for a number. */
static bool without_underscores(struct sv s, char *to, size_t room)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        bool between = i && i + 1 < s.n && digit_of(s.p[i - 1]) < 99 && digit_of(s.p[i + 1]) < 99;
        if (s.p[i] == '_' && !between)
            return false;
        if (n + 1 >= room)
            return false;
        if (s.p[i] != '_')
            to[n++] = s.p[i];
    }
    to[n] = '\0';
    return n > 0;
}

/* 5, -3, 1_000, 0x1f, 0o17, 0b1. No leading zeros. */
static bool whole_number(const char *s, bool negative, int64_t *out_n)
{
    int base = s[0] != '0' || !s[1] ? 10 : strchr("xX", s[1]) ? 16 : strchr("oO", s[1]) ? 8 : strchr("bB", s[1]) ? 2 : 0;
    int64_t n = 0;
    if (!base)
        return s[strspn(s, "0")] == '\0' && (*out_n = 0) == 0;
    s += base == 10 ? 0 : 2;
    if (!*s)
        return false;
    for (; *s; s++)
        if (digit_of(*s) >= base || __builtin_mul_overflow(n, base, &n) || __builtin_add_overflow(n, digit_of(*s), &n))
            return false;
    *out_n = negative ? -n : n;
    return true;
}

static bool number(struct sv s, struct data *out)
{
    char text[64], *end;
    bool negative = s.n && s.p[0] == '-', sign = negative || (s.n && s.p[0] == '+');
    if (!without_underscores(sv_slice(s, sign, s.n), text, sizeof text))
        return false;
    *out = (struct data){ .kind = DATA_INT };
    if (whole_number(text, negative, &out->i))
        return true;
    if (strspn(text, "0123456789.eE+-") != strlen(text) || !strpbrk(text, ".eE") || strchr("+-eE", text[0]))
        return false;
    *out = (struct data){ .kind = DATA_FLOAT, .f = strtod(text, &end) };
    out->f = negative ? -out->f : out->f;
    return !*end && out->f - out->f == 0;
}

/* Python literals: numbers, True, False, None, quoted texts, lists and hashes. False: it is none. */
static bool python_literal(struct arena *a, struct sv s, struct data *out)
{
    bool quoted = s.n >= 2 && (s.p[0] == '\'' || s.p[0] == '"') && s.p[s.n - 1] == s.p[0] &&
                  sv_find_char(sv_slice(s, 1, s.n - 1), s.p[0], 0) == SIZE_MAX && sv_find_char(s, '\\', 0) == SIZE_MAX;
    bool nested = s.n >= 2 && ((s.p[0] == '[' && s.p[s.n - 1] == ']') || (s.p[0] == '{' && s.p[s.n - 1] == '}' && s.p[1] != '{'));
    if (sv_is(s, "True") || sv_is(s, "False"))
        *out = (struct data){ .kind = DATA_BOOL, .b = sv_is(s, "True") };
    else if (sv_is(s, "None"))
        *out = (struct data){ .kind = DATA_NULL };
    else if (quoted)
        *out = tree_text(sv_slice(s, 1, s.n - 1));
    else if (!nested)
        return number(s, out);
    else {
        struct source *src = ARENA_NEW(a, struct source);
        struct diags diags = diags_in(a);
        struct data_doc *doc = NULL;
        *src = (struct source){ SV("value"), s };
        if (!yaml_read(a, src, NULL, &diags, &doc) || !doc)
            return false;
        *out = doc->root;
    }
    return true;
}

/* A literal, which a comment may follow; anything else is text as it stands. */
static struct data literal(struct arena *a, struct sv s)
{
    struct data d;
    size_t hash = sv_find_char(s, '#', 0);
    if (python_literal(a, s, &d) || (hash != SIZE_MAX && python_literal(a, sv_trim(sv_slice(s, 0, hash)), &d)))
        return d;
    return tree_text(s);
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
