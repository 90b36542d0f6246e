/* line_diff: the longest common subsequence of lines, after equal heads and tails are cut away. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/line_diff.h"

/* A table of this many cells is filled at most; larger differences are shown as all out, all in. */
enum { MOST_CELLS = 4 << 20, LONGEST_LINE = 120 };

struct lines {
    struct sv *items;
    size_t count, cap;
};

static struct lines split(struct arena *a, struct sv text)
{
    struct lines l = { 0 };
    struct sv rest = text, line;
    while (rest.n && sv_cut(&rest, '\n', &line))
        ARENA_PUSH(a, l.items, l.count, l.cap, line);
    return l;
}

struct printer {
    struct strbuf *out;
    unsigned indent, most, shown, hidden;
};

static void print_line(struct printer *p, char mark, struct sv line)
{
    if (p->shown == p->most) {
        p->hidden++;
        return;
    }
    p->shown++;
    strbuf_pad(p->out, ' ', p->indent);
    strbuf_addf(p->out, "%c %.*s%s\n", mark, SV_ARG(sv_slice(line, 0, LONGEST_LINE)), line.n > LONGEST_LINE ? "..." : "");
}

/* length[i][j]: common lines of x from i on and y from j on. */
static void print_middle(struct arena *a, struct printer *p, struct sv *x, size_t n, struct sv *y, size_t m)
{
    size_t width = m + 1, i = 0, j = 0;
    uint32_t *length = NULL;
    if (n && m && (n + 1) * width <= MOST_CELLS) {
        length = ARENA_ARRAY(a, uint32_t, (n + 1) * width);
        for (size_t r = n; r-- > 0;)
            for (size_t c = m; c-- > 0;) {
                uint32_t down = length[(r + 1) * width + c], right = length[r * width + c + 1];
                length[r * width + c] = sv_eq(x[r], y[c]) ? length[(r + 1) * width + c + 1] + 1 : down > right ? down : right;
            }
    }
    while (i < n || j < m) {
        if (length && i < n && j < m && sv_eq(x[i], y[j]))
            i++, j++;
        else if (i < n && (!length || j == m || length[(i + 1) * width + j] >= length[i * width + j + 1]))
            print_line(p, '-', x[i++]);
        else
            print_line(p, '+', y[j++]);
    }
}

void line_diff_print(struct strbuf *out, struct sv before, struct sv after, unsigned indent, unsigned most)
{
    struct arena *a = arena_new(0);
    struct lines x = split(a, before), y = split(a, after);
    struct printer p = { out, indent, most, 0, 0 };
    size_t head = 0, tail = 0;
    while (head < x.count && head < y.count && sv_eq(x.items[head], y.items[head]))
        head++;
    while (tail < x.count - head && tail < y.count - head && sv_eq(x.items[x.count - 1 - tail], y.items[y.count - 1 - tail]))
        tail++;
    print_middle(a, &p, x.items + head, x.count - head - tail, y.items + head, y.count - head - tail);
    if (p.hidden) {
        strbuf_pad(out, ' ', indent);
        strbuf_addf(out, "... %u more lines\n", p.hidden);
    }
    if (!p.shown && !sv_eq(before, after)) {
        strbuf_pad(out, ' ', indent);
        strbuf_adds(out, "only the last line's end differs\n");
    }
    arena_free(a);
}
