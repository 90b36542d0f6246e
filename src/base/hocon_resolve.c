/* hocon_resolve: substitutions and merging. A value is first looked at from outside (a scalar, a list, or objects to be merged) and only
 * then worked out, so that an object may refer to its own fields. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hocon_impl.h"

enum seen_kind { SEEN_NOTHING, SEEN_SCALAR, SEEN_LIST, SEEN_OBJECT };

/* A value from outside. */
struct seen {
    enum seen_kind kind;
    struct data data;
    struct sv text;
    bool blank;
    uint32_t from, to;
    struct hocon_node **items; /* LIST: elements, not worked out */
    size_t item_count;
    struct hocon_object **objects; /* OBJECT: to be merged, earlier ones first */
    size_t object_count, object_cap;
};

struct resolver {
    struct hocon_reader *r;
    struct hocon_object *root;
};

struct stack { /* what was assigned to one key, in order */
    struct hocon_node **values;
    size_t count, cap;
};

static bool look(struct resolver *v, struct hocon_node *n, struct seen *out);

static bool enter(struct resolver *v, uint32_t from, uint32_t to)
{
    if (++v->r->depth > 2 * v->r->max_depth) /* a value, and the look at it */
        return hocon_fail(v->r, from, to, "it is nested too deep, or its substitutions go in a circle");
    return hocon_count(v->r, from, to);
}

static void gather(struct resolver *v, const struct seen *objects, struct sv key, struct stack *out)
{
    for (size_t i = 0; i < objects->object_count; i++) {
        struct hocon_field *f = hocon_field_find(objects->objects[i], key);
        for (size_t j = 0; f && j < f->count; j++)
            ARENA_PUSH(v->r->arena, out->values, out->count, out->cap, f->values[j]);
    }
}

static void add_objects(struct resolver *v, struct seen *to, const struct seen *more)
{
    for (size_t i = 0; i < more->object_count; i++)
        ARENA_PUSH(v->r->arena, to->objects, to->object_count, to->object_cap, more->objects[i]);
}

/* The last value; an object also takes in the objects right before it. What is not there leaves the one before. */
static bool fold(struct resolver *v, const struct stack *s, struct seen *out)
{
    struct seen all = { 0 };
    for (size_t i = s->count; i-- > 0;) {
        struct seen one = { 0 };
        if (!look(v, s->values[i], &one))
            return false;
        if (one.kind == SEEN_NOTHING)
            continue;
        if (one.kind != SEEN_OBJECT) {
            *out = all.kind == SEEN_OBJECT ? all : one;
            return true;
        }
        add_objects(v, &one, &all);
        all = one;
    }
    *out = all;
    return true;
}

/* Of values that are just being worked out only those before count: `path = ${path}":/opt"`. */
static void drop_busy(struct stack *s)
{
    for (size_t i = 0; i < s->count; i++)
        if (s->values[i]->busy)
            s->count = i;
}

static bool follow(struct resolver *v, const struct hocon_path *path, struct seen *out)
{
    struct seen at = { .kind = SEEN_OBJECT };
    ARENA_PUSH(v->r->arena, at.objects, at.object_count, at.object_cap, v->root);
    for (size_t i = 0; i < path->count; i++) {
        struct stack s = { 0 };
        if (at.kind != SEEN_OBJECT) {
            at.kind = SEEN_NOTHING;
            break;
        }
        gather(v, &at, path->parts[i], &s);
        drop_busy(&s);
        if (!fold(v, &s, &at))
            return false;
    }
    *out = at;
    return true;
}

static bool look_ref(struct resolver *v, struct hocon_node *n, struct seen *out)
{
    struct sv text = sv_slice(v->r->src->text, n->from, n->to);
    if (n->busy)
        return hocon_fail(v->r, n->from, n->to, "the substitution '%.*s' leads back to itself", SV_ARG(text));
    n->busy = true;
    bool ok = follow(v, &n->path, out);
    n->busy = false;
    if (ok && out->kind == SEEN_NOTHING && !n->optional)
        return hocon_fail(v->r, n->from, n->to, "the substitution '%.*s' finds no value; write '${?...}' where that may be so",
                          SV_ARG(text));
    return ok;
}

static bool join_texts(struct resolver *v, struct seen *left, const struct seen *right)
{
    struct hocon_reader *r = v->r;
    r->bytes += left->text.n + right->text.n;
    if (r->bytes > r->max_bytes)
        return hocon_fail(r, right->from, right->to, "its joined texts are too long");
    left->text = arena_printf(r->arena, "%.*s%.*s", SV_ARG(left->text), SV_ARG(right->text));
    left->data = (struct data){ .kind = DATA_STRING, .quoted = true, .from = left->from, .to = right->to, .s = left->text };
    left->blank = left->blank && right->blank;
    left->to = right->to;
    return true;
}

/* The lists of the tree stay as they are. */
static void join_lists(struct resolver *v, struct seen *left, const struct seen *right)
{
    struct hocon_node **all = ARENA_ARRAY(v->r->arena, struct hocon_node *, left->item_count + right->item_count + 1);
    for (size_t i = 0; i < left->item_count; i++)
        all[i] = left->items[i];
    for (size_t i = 0; i < right->item_count; i++)
        all[left->item_count + i] = right->items[i];
    left->items = all;
    left->item_count += right->item_count;
}

static bool join(struct resolver *v, struct seen *left, const struct seen *right)
{
    if (left->kind == SEEN_NOTHING || (left->blank && right->kind != SEEN_SCALAR)) {
        *left = *right;
    } else if (right->kind == SEEN_NOTHING || (right->blank && left->kind != SEEN_SCALAR)) {
        return true;
    } else if (left->kind != right->kind) {
        static const char *const names[] = { "", "a text", "a list", "an object" };
        return hocon_fail(v->r, right->from, right->to, "%s cannot be joined with %s", names[left->kind], names[right->kind]);
    } else if (left->kind == SEEN_SCALAR) {
        return join_texts(v, left, right);
    } else if (left->kind == SEEN_LIST) {
        join_lists(v, left, right);
    } else {
        add_objects(v, left, right);
    }
    return true;
}

static bool look_concat(struct resolver *v, struct hocon_node *n, struct seen *out)
{
    bool ok = true;
    n->busy = true;
    for (size_t i = 0; ok && i < n->count; i++) {
        struct seen piece;
        ok = look(v, n->items[i], &piece) && join(v, out, &piece);
    }
    n->busy = false;
    return ok;
}

static bool look(struct resolver *v, struct hocon_node *n, struct seen *out)
{
    bool ok = true;
    if (!enter(v, n->from, n->to))
        return false;
    *out = (struct seen){ .from = n->from, .to = n->to };
    switch ((enum hocon_kind)n->kind) {
    case HOCON_SCALAR:
        out->kind = SEEN_SCALAR;
        out->data = n->data;
        out->text = n->text;
        out->blank = n->blank;
        break;
    case HOCON_OBJECT:
        out->kind = SEEN_OBJECT;
        ARENA_PUSH(v->r->arena, out->objects, out->object_count, out->object_cap, n->object);
        break;
    case HOCON_LIST:
        out->kind = SEEN_LIST;
        out->items = n->items;
        out->item_count = n->count;
        break;
    case HOCON_REF:
        ok = look_ref(v, n, out);
        break;
    case HOCON_CONCAT:
        ok = look_concat(v, n, out);
        break;
    }
    out->from = n->from;
    out->to = n->to;
    v->r->depth--;
    return ok;
}

static bool work_out(struct resolver *v, const struct seen *s, struct data *out);

static bool work_out_list(struct resolver *v, const struct seen *s, struct data *out)
{
    out->items = ARENA_ARRAY(v->r->arena, struct data, s->item_count + 1);
    for (size_t i = 0; i < s->item_count; i++) {
        struct seen item;
        if (!look(v, s->items[i], &item))
            return false;
        if (item.kind == SEEN_NOTHING)
            continue;
        if (!work_out(v, &item, &out->items[out->count]))
            return false;
        out->count++;
    }
    return true;
}

static bool work_out_object(struct resolver *v, const struct seen *s, struct data *out)
{
    size_t count = 0, cap = 0;
    struct map done = map_in(v->r->arena);
    for (size_t i = 0; i < s->object_count; i++)
        for (size_t j = 0; j < s->objects[i]->count; j++) {
            const struct hocon_field *f = &s->objects[i]->fields[j];
            struct data_pair pair = { .key = f->key };
            struct stack stack = { 0 };
            struct seen value = { 0 };
            if (s->object_count > 1 && map_put(&done, f->key.s, s->objects[i]))
                continue;
            gather(v, s, f->key.s, &stack);
            if (!fold(v, &stack, &value))
                return false;
            if (value.kind == SEEN_NOTHING)
                continue;
            if (!work_out(v, &value, &pair.value))
                return false;
            ARENA_PUSH(v->r->arena, out->pairs, count, cap, pair);
        }
    out->count = (uint32_t)count;
    return true;
}

static bool work_out(struct resolver *v, const struct seen *s, struct data *out)
{
    bool ok = true;
    if (!enter(v, s->from, s->to))
        return false;
    if (s->kind == SEEN_SCALAR) {
        *out = s->data;
    } else {
        *out = (struct data){ .kind = s->kind == SEEN_LIST ? DATA_LIST : DATA_MAP, .from = s->from, .to = s->to };
        ok = s->kind == SEEN_LIST ? work_out_list(v, s, out) : work_out_object(v, s, out);
    }
    v->r->depth--;
    return ok;
}

bool hocon_resolve(struct hocon_reader *r, struct hocon_object *root, struct data *out)
{
    struct resolver v = { .r = r, .root = root };
    struct seen all = { .kind = SEEN_OBJECT, .to = (uint32_t)r->src->text.n };
    ARENA_PUSH(r->arena, all.objects, all.object_count, all.object_cap, root);
    r->depth = 0;
    return work_out(&v, &all, out);
}
