/* jump: next(), break() and return(): they leave a body early, so a body that may be left waits with a landing. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "eval/internal.h"

struct value run_body(struct frame *f, const struct node *body)
{
    struct compile *c = f->c;
    jmp_buf landing;
    struct site site = c->site;
    struct scope *current = c->current;
    f->landing = &landing;
    if (setjmp(landing)) {
        c->site = site;
        c->current = current;
        f->landing = NULL;
        return f->jumped;
    }
    struct value v = eval_block(f, body);
    f->landing = NULL;
    return v;
}

static _Noreturn void illegal(struct frame *f, const struct node *n, const char *what)
{
    struct sv file = f->unit->src->path;
    raise_plain(f->c, file.n ? file : SV("unknown"), unit_line(f->c, f->unit, n->from, NULL), "%s() from context where this is illegal",
                what);
}

struct value jump_call(struct frame *f, const struct node *n, const struct sym *which, const struct value *args, uint32_t count)
{
    struct compile *c = f->c;
    struct value v = count ? args[0] : VALUE_UNDEF;
    struct frame *to = f;
    if (which == c->names.return_)
        while (to->outer)
            to = to->outer;
    bool function_like = to->kind == FRAME_FUNCTION || to->kind == FRAME_LAMBDA || to->kind == FRAME_TEMPLATE;
    bool ok = which == c->names.return_ ? function_like || to->kind == FRAME_CLASS || to->kind == FRAME_DEFINE
              : which == c->names.next_ ? function_like
                                        : to->kind == FRAME_LAMBDA;
    const char *name = which == c->names.return_ ? "return" : which == c->names.next_ ? "next" : "break";
    if (!ok || !to->landing)
        illegal(f, n, name);
    if (which == c->names.break_) {
        c->break_site = n;
        v = VALUE_UNSET;
    }
    to->jumped = v;
    longjmp(*to->landing, 1);
}
