/* ruby_type: the parameters of a resource type written in Ruby, read without Ruby: such files are regular enough to be read line by line.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "snapshot/internal.h"

/* [:a, :b].each do |x|: what x stands for in newparam(x). */
struct loop {
    struct sv var;
    struct sv *names;
    size_t count, cap;
};

struct reader {
    struct arena *arena;
    struct sv *params;
    size_t count, cap;
    struct sv *keys; /* parameters that are namevars */
    size_t key_count, key_cap;
    size_t declared; /* the parameters of the last declaration begin here */
    bool title_patterns;
    struct loop *loops;
    size_t loop_count, loop_cap;
};

static bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }

/* Where a whole word stands in a line; SIZE_MAX. */
static size_t word_at(struct sv line, const char *word)
{
    struct sv w = sv_of(word);
    for (size_t at = 0; (at = sv_find(line, w, at)) != SIZE_MAX; at += w.n) {
        bool before = at == 0 || !(is_word(line.p[at - 1]) || line.p[at - 1] == '.');
        bool after = at + w.n == line.n || !is_word(line.p[at + w.n]);
        if (before && after)
            return at;
    }
    return SIZE_MAX;
}

static void add_param(struct reader *r, struct sv name)
{
    for (size_t i = 0; i < r->count; i++)
        if (sv_eq(r->params[i], name))
            return;
    ARENA_PUSH(r->arena, r->params, r->count, r->cap, arena_dup(r->arena, name));
}

/* What was declared last is a namevar: more than one where the declaration stands in a loop. */
static void add_keys(struct reader *r)
{
    for (size_t i = r->declared; i < r->count; i++)
        ARENA_PUSH(r->arena, r->keys, r->key_count, r->key_cap, r->params[i]);
    r->declared = r->count;
}

/* :name, 'name', "name", or a bare word (out_bare). Empty: none of these. */
static struct sv read_name(struct sv s, bool *out_bare)
{
    s = sv_trim(s);
    *out_bare = s.n && is_word(s.p[0]);
    size_t from = *out_bare ? 0 : 1, to = from;
    if (!s.n || !(*out_bare || s.p[0] == ':' || s.p[0] == '\'' || s.p[0] == '"'))
        return SV_NONE;
    if (!*out_bare && s.n > 1 && s.p[0] == ':' && (s.p[1] == '"' || s.p[1] == '\''))
        to = from = 2;
    while (to < s.n && (is_word(s.p[to]) || s.p[to] == '-'))
        to++;
    return sv_slice(s, from, to);
}

/* "namevar => true", ":isnamevar=>true", "namevar: true" among the options. */
static bool says_namevar(struct sv options)
{
    size_t at = sv_find(options, SV("namevar"), 0);
    return at != SIZE_MAX && sv_find(options, SV("true"), at) != SIZE_MAX;
}

static void add_declared(struct reader *r, struct sv args)
{
    bool bare;
    struct sv name = read_name(args, &bare);
    if (!name.n)
        return;
    r->declared = r->count;
    size_t loop = bare ? r->loop_count : 0;
    while (loop && !sv_eq(r->loops[loop - 1].var, name))
        loop--;
    if (!bare)
        add_param(r, name);
    for (size_t j = 0; loop && j < r->loops[loop - 1].count; j++)
        add_param(r, r->loops[loop - 1].names[j]);
    if (says_namevar(args))
        add_keys(r);
}

/* The words of "[:a, 'b']" or "%w{a b}" that end just before `end`. */
static void add_loop_names(struct reader *r, struct loop *l, struct sv list)
{
    struct sv rest = list, piece;
    bool plain = sv_starts(list, SV("%"));
    if (plain)
        rest = sv_slice(list, 3, list.n);
    while (sv_cut(&rest, plain ? ' ' : ',', &piece)) {
        bool bare;
        struct sv name = read_name(piece, &bare);
        if (name.n && bare == plain)
            ARENA_PUSH(r->arena, l->names, l->count, l->cap, arena_dup(r->arena, name));
    }
}

static void note_loop(struct reader *r, struct sv line)
{
    size_t each = sv_find(line, SV(".each"), 0);
    size_t bar = each == SIZE_MAX ? SIZE_MAX : sv_find_char(line, '|', each);
    size_t bar2 = bar == SIZE_MAX ? SIZE_MAX : sv_find_char(line, '|', bar + 1);
    if (bar2 == SIZE_MAX)
        return;
    struct sv list = sv_trim(sv_slice(line, 0, each));
    if (!list.n || (list.p[0] != '[' && !sv_starts(list, SV("%w")) && !sv_starts(list, SV("%i"))))
        return;
    struct loop l = { .var = arena_dup(r->arena, sv_trim(sv_slice(line, bar + 1, bar2))) };
    add_loop_names(r, &l, list.p[0] == '[' ? sv_slice(list, 1, list.n - 1) : sv_slice(list, 0, list.n - 1));
    ARENA_PUSH(r->arena, r->loops, r->loop_count, r->loop_cap, l);
}

/* "<<-EOS", "<<~'EOS'": the word that ends the text after this line; empty: none. */
static struct sv heredoc_end(struct sv line)
{
    size_t at = sv_find(line, SV("<<"), 0);
    if (at == SIZE_MAX)
        return SV_NONE;
    at += 2;
    if (at < line.n && (line.p[at] == '-' || line.p[at] == '~'))
        at++;
    if (at < line.n && (line.p[at] == '\'' || line.p[at] == '"'))
        at++;
    size_t to = at;
    while (to < line.n && is_word(line.p[to]))
        to++;
    bool upper = to > at && line.p[at] >= 'A' && line.p[at] <= 'Z';
    return upper ? sv_slice(line, at, to) : SV_NONE;
}

static void read_line(struct reader *r, struct sv line)
{
    static const char *const words[] = { "newparam", "newproperty" };
    for (size_t i = 0; i < 2; i++) {
        size_t at = word_at(line, words[i]);
        if (at == SIZE_MAX || word_at(line, "def") != SIZE_MAX)
            continue;
        struct sv args = sv_trim(sv_slice(line, at + strlen(words[i]), line.n));
        if (args.n && args.p[0] == '(')
            args = sv_slice(args, 1, args.n);
        add_declared(r, args);
        return;
    }
    if (word_at(line, "isnamevar") == 0)
        add_keys(r);
    else if (sv_starts(line, SV("def self.title_patterns")))
        r->title_patterns = true;
    else if (word_at(line, "ensurable") == 0)
        add_param(r, SV("ensure"));
    else
        note_loop(r, line);
}

static void read_lines(struct reader *r, struct sv text)
{
    struct sv line, end = SV_NONE;
    bool comment = false;
    while (sv_cut(&text, '\n', &line)) {
        struct sv bare = sv_trim(line);
        if (end.n) {
            if (sv_eq(bare, end))
                end = SV_NONE;
        } else if (comment || sv_starts(line, SV("=begin"))) {
            comment = !sv_starts(line, SV("=end"));
        } else if (bare.n && bare.p[0] != '#') {
            end = heredoc_end(bare);
            read_line(r, bare);
        }
    }
}

/* ---- where the files are ---- */

static void *make_index(void *ctx, struct sv key, struct arena *a)
{
    (void)key;
    struct snapshot *s = ctx;
    struct map *index = ARENA_NEW(a, struct map);
    *index = map_in(a);
    for (size_t i = 0; i < s->module_count; i++) {
        struct sv folder = path_join(a, s->module_list[i]->dir, SV("lib/puppet/type"));
        struct fs_entry *entries;
        size_t count;
        if (!s->tree.list(s->tree.ctx, a, folder, &entries, &count, NULL))
            continue;
        for (size_t j = 0; j < count; j++) {
            struct sv name = entries[j].name;
            if (entries[j].is_dir || !sv_ends(name, SV(".rb")) || map_find(index, sv_slice(name, 0, name.n - 3)))
                continue;
            struct sv *path = ARENA_NEW(a, struct sv);
            *path = path_join(a, folder, name);
            map_put(index, sv_slice(name, 0, name.n - 3), path);
        }
    }
    return index;
}

static void *make_ruby_type(void *ctx, struct sv name, struct arena *a)
{
    struct snapshot *s = ctx;
    const struct map *index = cache_get(&s->once, SV("ruby types"), make_index, s);
    const struct sv *path = map_find(index, name);
    struct reader r = { .arena = a };
    struct sv text;
    if (!path || s->tree.read(s->tree.ctx, a, *path, 0, &text, NULL) != TREE_FILE)
        return NULL;
    read_lines(&r, text);
    struct ruby_type *t = ARENA_NEW(a, struct ruby_type);
    t->name = name;
    t->params = r.params;
    t->param_count = (uint32_t)r.count;
    t->keys = r.keys;
    t->key_count = (uint32_t)r.key_count;
    t->namevar = r.key_count == 1 ? r.keys[0] : SV("name");
    t->title_patterns = r.title_patterns;
    t->path = *path;
    return t;
}

const struct ruby_type *snapshot_ruby_type(struct snapshot *s, struct sv name)
{
    return cache_get(&s->ruby_types, name, make_ruby_type, s);
}
