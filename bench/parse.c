/* parse: how fast manifests and templates become ASTs. Reads all files first, then parses all of them again and again. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/fs.h"
#include "lang/parser.h"

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static bool is_epp(struct sv path) { return sv_ends(path, SV(".epp")); }

/* Parses all; returns how many have mistakes. Each file has an arena of its own, as in a snapshot being built. */
static size_t parse_all(const struct source *sources, size_t count, bool show)
{
    size_t bad = 0;
    struct symtab *t = symtab_new();
    for (size_t i = 0; i < count; i++) {
        struct arena *a = arena_new(0);
        struct diags d = diags_in(a);
        if (!parse(a, t, &sources[i], is_epp(sources[i].path) ? PARSE_EPP : 0, &d)) {
            bad++;
            if (show) {
                struct strbuf b = STRBUF_IN(a);
                diags_print(&b, &d, false);
                fwrite(b.p, 1, b.n, stdout);
            }
        }
        arena_free(a);
    }
    symtab_free(t);
    return bad;
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: bench-parse ROUNDS FILE...\n");
        return 2;
    }
    struct arena *a = arena_new(0);
    size_t count = (size_t)argc - 2, bytes = 0;
    struct source *sources = ARENA_ARRAY(a, struct source, count);
    for (size_t i = 0; i < count; i++) {
        struct err err;
        sources[i].path = sv_of(argv[i + 2]);
        if (!fs_read(a, argv[i + 2], 0, &sources[i].text, &err)) {
            fprintf(stderr, "%s\n", err.text);
            return 1;
        }
        bytes += sources[i].text.n;
    }
    size_t bad = parse_all(sources, count, true);
    double best = 1e9;
    for (long round = strtol(argv[1], NULL, 10); round > 0; round--) {
        double start = now();
        parse_all(sources, count, false);
        double took = now() - start;
        best = took < best ? took : best;
    }
    printf("%zu files, %zu bytes, %zu bad, best round %.2f ms, %.1f MB/s\n", count, bytes, bad, best * 1e3, (double)bytes / best * 1e-6);
    arena_free(a);
    return bad ? 1 : 0;
}
