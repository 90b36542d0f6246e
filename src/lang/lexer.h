/* lexer: a text to an array of tokens, all of it at once. Tokens are in a scratch arena, changed texts
 * in the unit's; other texts point into the source. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LANG_LEXER_H
#define LANG_LEXER_H

#include "base/arena.h"
#include "base/diag.h"

/* kind, name in dumps */
#define TOKENS(X)                                                                                                                          \
    X(TOK_EOF, "eof")                                                                                                                      \
    X(TOK_ERROR, "error")                                                                                                                  \
    X(TOK_OTHER, "other")                                                                                                                  \
    X(TOK_TILDE, "tilde")                                                                                                                  \
    X(TOK_NAME, "name")                                                                                                                    \
    X(TOK_WORD, "word")                                                                                                                    \
    X(TOK_TYPE_NAME, "type-name")                                                                                                          \
    X(TOK_NUMBER, "number")                                                                                                                \
    X(TOK_VARIABLE, "variable")                                                                                                            \
    X(TOK_STRING, "string")                                                                                                                \
    X(TOK_DQPRE, "string-begin")                                                                                                           \
    X(TOK_DQMID, "string-middle")                                                                                                          \
    X(TOK_DQPOST, "string-end")                                                                                                            \
    X(TOK_HEREDOC, "heredoc")                                                                                                              \
    X(TOK_HEREDOC_TAG, "heredoc-tag")                                                                                                      \
    X(TOK_REGEX, "regexp")                                                                                                                 \
    X(TOK_EPP_START, "epp-start")                                                                                                          \
    X(TOK_EPP_END, "epp-end")                                                                                                              \
    X(TOK_EPP_END_TRIM, "epp-end-trim")                                                                                                    \
    X(TOK_RENDER_TEXT, "render-text")                                                                                                      \
    X(TOK_RENDER_EXPR, "render-expr")                                                                                                      \
    X(TOK_LBRACK, "[")                                                                                                                     \
    X(TOK_LISTSTART, "list-start")                                                                                                         \
    X(TOK_RBRACK, "]")                                                                                                                     \
    X(TOK_LBRACE, "{")                                                                                                                     \
    X(TOK_RBRACE, "}")                                                                                                                     \
    X(TOK_LPAREN, "(")                                                                                                                     \
    X(TOK_WSLPAREN, "line-start-(")                                                                                                        \
    X(TOK_RPAREN, ")")                                                                                                                     \
    X(TOK_SET, "=")                                                                                                                        \
    X(TOK_ADD_SET, "+=")                                                                                                                   \
    X(TOK_SUB_SET, "-=")                                                                                                                   \
    X(TOK_EQ, "==")                                                                                                                        \
    X(TOK_NE, "!=")                                                                                                                        \
    X(TOK_MATCH, "=~")                                                                                                                     \
    X(TOK_NOMATCH, "!~")                                                                                                                   \
    X(TOK_GE, ">=")                                                                                                                        \
    X(TOK_GT, ">")                                                                                                                         \
    X(TOK_LE, "<=")                                                                                                                        \
    X(TOK_LT, "<")                                                                                                                         \
    X(TOK_FARROW, "=>")                                                                                                                    \
    X(TOK_PARROW, "+>")                                                                                                                    \
    X(TOK_SHL, "<<")                                                                                                                       \
    X(TOK_SHR, ">>")                                                                                                                       \
    X(TOK_LLCOLLECT, "<<|")                                                                                                                \
    X(TOK_LCOLLECT, "<|")                                                                                                                  \
    X(TOK_RRCOLLECT, "|>>")                                                                                                                \
    X(TOK_RCOLLECT, "|>")                                                                                                                  \
    X(TOK_PLUS, "+")                                                                                                                       \
    X(TOK_MINUS, "-")                                                                                                                      \
    X(TOK_DIV, "/")                                                                                                                        \
    X(TOK_TIMES, "*")                                                                                                                      \
    X(TOK_MODULO, "%")                                                                                                                     \
    X(TOK_NOT, "!")                                                                                                                        \
    X(TOK_DOT, ".")                                                                                                                        \
    X(TOK_PIPE, "|")                                                                                                                       \
    X(TOK_AT, "@")                                                                                                                         \
    X(TOK_ATAT, "@@")                                                                                                                      \
    X(TOK_COLON, ":")                                                                                                                      \
    X(TOK_COMMA, ",")                                                                                                                      \
    X(TOK_SEMIC, ";")                                                                                                                      \
    X(TOK_QMARK, "?")                                                                                                                      \
    X(TOK_BEFORE, "->")                                                                                                                    \
    X(TOK_NOTIFY, "~>")                                                                                                                    \
    X(TOK_AFTER, "<-")                                                                                                                     \
    X(TOK_SUBSCRIBE, "<~")                                                                                                                 \
    KEYWORDS(X)

/* kind, word. The last two are keywords only in files under plans/. */
#define KEYWORDS(X)                                                                                                                        \
    X(TOK_AND, "and")                                                                                                                      \
    X(TOK_ATTR, "attr")                                                                                                                    \
    X(TOK_CASE, "case")                                                                                                                    \
    X(TOK_CLASS, "class")                                                                                                                  \
    X(TOK_DEFAULT, "default")                                                                                                              \
    X(TOK_DEFINE, "define")                                                                                                                \
    X(TOK_ELSE, "else")                                                                                                                    \
    X(TOK_ELSIF, "elsif")                                                                                                                  \
    X(TOK_FALSE, "false")                                                                                                                  \
    X(TOK_FUNCTION, "function")                                                                                                            \
    X(TOK_IF, "if")                                                                                                                        \
    X(TOK_IN, "in")                                                                                                                        \
    X(TOK_INHERITS, "inherits")                                                                                                            \
    X(TOK_NODE, "node")                                                                                                                    \
    X(TOK_OR, "or")                                                                                                                        \
    X(TOK_PRIVATE, "private")                                                                                                              \
    X(TOK_TRUE, "true")                                                                                                                    \
    X(TOK_TYPE, "type")                                                                                                                    \
    X(TOK_UNDEF, "undef")                                                                                                                  \
    X(TOK_UNLESS, "unless")                                                                                                                \
    X(TOK_PLAN, "plan")                                                                                                                    \
    X(TOK_APPLY, "apply")

enum token_kind {
#define X(kind, name) kind,
    TOKENS(X)
#undef X
        TOK_COUNT
};

#define TOK_FIRST_KEYWORD TOK_AND

enum token_flags {
    TOKEN_FIRST = 1 << 0,  /* first on its line */
    TOKEN_DOUBLE = 1 << 1, /* text in double quotes, or of a heredoc that interpolates */
    TOKEN_BRACED = 1 << 2, /* first in ${ } */
};

struct token {
    uint8_t kind;
    uint8_t flags;
    uint32_t from, to; /* in the source, also inside heredocs */
    uint32_t n;        /* of p: the reference's value of the token: unescaped text, name without '$', message of TOK_ERROR */
    const char *p;
};

static inline struct sv token_text(const struct token *t) { return sv_make(t->p, t->n); }

enum lex_flags { LEX_EPP = 1 << 0, LEX_TASKS = 1 << 1 };

struct tokens {
    struct token *items; /* ends with TOK_EOF */
    uint32_t count;
};

/* Mistakes become TOK_ERROR tokens, which the parser reports when it gets there; warnings go to diags. */
struct tokens lex(struct arena *a, struct arena *scratch, const struct source *src, unsigned flags, struct diags *diags);
const char *token_name(enum token_kind kind);

#endif
