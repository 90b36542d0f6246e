/* reads: a tree that notes what it is asked. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "snapshot/reads.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/strbuf.h"

/* A set of numbers. */
struct bits {
    uint64_t *words;
    uint32_t count; /* of words */
};

struct recording {
    struct bits bits;
    struct recording *outer;
};

struct reads {
    struct source_tree under;
    pthread_key_t current; /* of each thread: its innermost recording */
    pthread_mutex_t lock;  /* of all below */
    struct arena *arena;
    struct map numbers; /* "question path" to number + 1 */
    struct read_fact *facts;
    size_t count, cap;
    struct bits common;
};

static void bits_add(struct bits *b, uint32_t n)
{
    uint32_t word = n / 64;
    if (word >= b->count) {
        uint32_t count = word + word / 2 + 8;
        b->words = realloc(b->words, count * sizeof *b->words);
        if (!b->words)
            abort();
        memset(b->words + b->count, 0, (count - b->count) * sizeof *b->words);
        b->count = count;
    }
    b->words[word] |= UINT64_C(1) << n % 64;
}

static const uint32_t *bits_list(const struct bits *b, struct arena *a, uint32_t *out_count)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < b->count; i++)
        n += (uint32_t)__builtin_popcountll(b->words[i]);
    uint32_t *list = ARENA_ARRAY(a, uint32_t, n + 1);
    n = 0;
    for (uint32_t i = 0; i < b->count; i++)
        for (uint64_t w = b->words[i]; w; w &= w - 1)
            list[n++] = i * 64 + (uint32_t)__builtin_ctzll(w);
    *out_count = n;
    return list;
}

/* ---- recordings ---- */

struct recording *reads_begin(struct reads *r)
{
    struct recording *rec = calloc(1, sizeof *rec);
    if (!rec)
        abort();
    rec->outer = pthread_getspecific(r->current);
    pthread_setspecific(r->current, rec);
    return rec;
}

/* What it noted goes to the recording around it. */
static void end(struct reads *r, struct recording *rec)
{
    struct recording *outer = rec->outer;
    for (uint32_t i = 0; outer && i < rec->bits.count; i++)
        for (uint64_t w = rec->bits.words[i]; w; w &= w - 1)
            bits_add(&outer->bits, i * 64 + (uint32_t)__builtin_ctzll(w));
    pthread_setspecific(r->current, outer);
    free(rec->bits.words);
    free(rec);
}

static void end_inner(struct reads *r, const struct recording *rec)
{
    struct recording *inner;
    while ((inner = pthread_getspecific(r->current)) && inner != rec)
        end(r, inner);
}

const uint32_t *reads_end(struct reads *r, struct recording *rec, struct arena *a, uint32_t *out_count)
{
    end_inner(r, rec);
    const uint32_t *list = bits_list(&rec->bits, a, out_count);
    end(r, rec);
    return list;
}

void reads_end_common(struct reads *r, struct recording *rec)
{
    end_inner(r, rec);
    pthread_mutex_lock(&r->lock);
    for (uint32_t i = 0; i < rec->bits.count; i++)
        for (uint64_t w = rec->bits.words[i]; w; w &= w - 1)
            bits_add(&r->common, i * 64 + (uint32_t)__builtin_ctzll(w));
    pthread_mutex_unlock(&r->lock);
    end(r, rec);
}

const uint32_t *reads_common(struct reads *r, struct arena *a, uint32_t *out_count)
{
    pthread_mutex_lock(&r->lock);
    const uint32_t *list = bits_list(&r->common, a, out_count);
    pthread_mutex_unlock(&r->lock);
    return list;
}

void reads_note(struct reads *r, const uint32_t *numbers, uint32_t count)
{
    struct recording *rec = pthread_getspecific(r->current);
    for (uint32_t i = 0; rec && i < count; i++)
        bits_add(&rec->bits, numbers[i]);
}

/* ---- questions ---- */

static void note(struct reads *r, enum read_question question, struct sv path, struct sv digest)
{
    char room[1024];
    if (!pthread_getspecific(r->current))
        return;
    struct arena *scratch = path.n + 2 > sizeof room ? arena_new(0) : NULL;
    char *key = scratch ? arena_alloc(scratch, path.n + 1) : room;
    key[0] = (char)('0' + question);
    memcpy(key + 1, path.p, path.n);
    pthread_mutex_lock(&r->lock);
    uint32_t number = (uint32_t)(uintptr_t)map_find(&r->numbers, sv_make(key, path.n + 1));
    if (!number) {
        struct sv kept = arena_dup(r->arena, sv_make(key, path.n + 1));
        struct read_fact fact = { question, sv_slice(kept, 1, kept.n), arena_dup(r->arena, digest) };
        ARENA_PUSH(r->arena, r->facts, r->count, r->cap, fact);
        number = (uint32_t)r->count;
        map_put(&r->numbers, kept, (void *)(uintptr_t)number);
    }
    pthread_mutex_unlock(&r->lock);
    number--;
    reads_note(r, &number, 1);
    arena_free(scratch);
}

static struct sv kind_digest(enum tree_kind kind)
{
    static const char *const names[] = { [TREE_ABSENT] = "absent", [TREE_FILE] = "file", [TREE_FOLDER] = "folder" };
    return sv_of(names[kind]);
}

static struct sv text_digest(struct arena *a, enum tree_kind kind, struct sv text)
{
    return kind == TREE_FILE ? digest_hex(a, DIGEST_SHA1, text) : kind_digest(kind);
}

static struct sv list_digest(struct arena *a, const struct fs_entry *entries, size_t count)
{
    struct strbuf all = STRBUF_IN(a);
    for (size_t i = 0; i < count; i++)
        strbuf_addf(&all, "%.*s%c", SV_ARG(entries[i].name), entries[i].is_dir ? '/' : '\n');
    return digest_hex(a, DIGEST_SHA1, strbuf_sv(&all));
}

static enum tree_kind noting_kind(void *ctx, struct sv path)
{
    struct reads *r = ctx;
    enum tree_kind kind = r->under.kind(r->under.ctx, path);
    note(r, READ_KIND, path, kind_digest(kind));
    return kind;
}

static enum tree_kind noting_read(void *ctx, struct arena *a, struct sv path, size_t max, struct sv *out_text, struct err *err)
{
    struct reads *r = ctx;
    enum tree_kind kind = r->under.read(r->under.ctx, a, path, max, out_text, err);
    if (pthread_getspecific(r->current)) {
        struct arena *scratch = arena_new(0);
        note(r, READ_TEXT, path, text_digest(scratch, kind, kind == TREE_FILE ? *out_text : SV_NONE));
        arena_free(scratch);
    }
    return kind;
}

static bool noting_list(void *ctx, struct arena *a, struct sv path, struct fs_entry **out_entries, size_t *out_count, struct err *err)
{
    struct reads *r = ctx;
    bool ok = r->under.list(r->under.ctx, a, path, out_entries, out_count, err);
    if (pthread_getspecific(r->current)) {
        struct arena *scratch = arena_new(0);
        note(r, READ_LIST, path, ok ? list_digest(scratch, *out_entries, *out_count) : SV("unreadable"));
        arena_free(scratch);
    }
    return ok;
}

static bool passing_lay_out(void *ctx, struct sv *out_folder, struct sv *out_copy, struct err *err)
{
    struct reads *r = ctx;
    return r->under.lay_out(r->under.ctx, out_folder, out_copy, err);
}

struct sv read_digest(struct arena *a, const struct source_tree *tree, enum read_question question, struct sv path)
{
    struct fs_entry *entries;
    size_t count;
    struct sv text = SV_NONE, digest;
    if (question == READ_KIND)
        return kind_digest(tree->kind(tree->ctx, path));
    struct arena *scratch = arena_new(0);
    if (question == READ_TEXT) {
        enum tree_kind kind = tree->read(tree->ctx, scratch, path, 0, &text, NULL);
        digest = text_digest(a, kind, text);
    } else if (tree->list(tree->ctx, scratch, path, &entries, &count, NULL)) {
        digest = arena_dup(a, list_digest(scratch, entries, count));
    } else {
        digest = SV("unreadable");
    }
    arena_free(scratch);
    return digest;
}

/* ---- life ---- */

struct reads *reads_new(struct source_tree under)
{
    struct arena *a = arena_new(0);
    struct reads *r = ARENA_NEW(a, struct reads);
    r->under = under;
    r->arena = a;
    r->numbers = map_in(a);
    if (pthread_key_create(&r->current, NULL) != 0)
        abort(); /* a process may have a thousand, and this one has two */
    pthread_mutex_init(&r->lock, NULL);
    return r;
}

void reads_free(struct reads *r)
{
    if (!r)
        return;
    pthread_key_delete(r->current);
    pthread_mutex_destroy(&r->lock);
    free(r->common.words);
    arena_free(r->arena);
}

struct source_tree reads_tree(struct reads *r)
{
    return (struct source_tree){ r, noting_kind, noting_read, noting_list, r->under.lay_out ? passing_lay_out : NULL };
}

uint32_t reads_count(struct reads *r)
{
    pthread_mutex_lock(&r->lock);
    uint32_t n = (uint32_t)r->count;
    pthread_mutex_unlock(&r->lock);
    return n;
}

struct read_fact reads_at(struct reads *r, uint32_t number)
{
    pthread_mutex_lock(&r->lock);
    struct read_fact fact = r->facts[number];
    pthread_mutex_unlock(&r->lock);
    return fact;
}
