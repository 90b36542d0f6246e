/* lexer_impl: what the files of the lexer share. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LANG_LEXER_IMPL_H
#define LANG_LEXER_IMPL_H

#include "lang/lexer.h"

/* Character classes, one bit each. */
enum { C_WORD = 1, C_LOWER = 2, C_UPPER = 4, C_DIGIT = 8, C_BLANK = 16, C_HEX = 32, C_DQ = 64 };
extern const uint8_t char_class[256];

static inline bool is_class(char c, unsigned classes) { return (char_class[(unsigned char)c] & classes) != 0; }

/* Where a line of a heredoc without its margin came from. */
struct line_map {
    uint32_t at, source; /* offset in the text without margins, offset in the source */
};

enum epp_mode { EPP_NONE, EPP_TEXT, EPP_CODE, EPP_EXPR };

/* The text being lexed: the whole source, or a heredoc's. */
struct reading {
    const char *start, *p, *end;
    const char *origin;   /* offset 0 */
    struct line_map *map; /* NULL: offset is p - origin */
    uint32_t map_count;
    const char *jump; /* where the line after this one begins, past the texts of its heredocs; NULL: no heredoc on this line */
    int braces;
    uint8_t epp;
    bool fresh_line; /* nothing but white space since the line began */
};

struct lexer {
    struct arena *arena, *token_arena;
    struct diags *diags;
    const struct source *src;
    struct reading r;
    struct token *tokens;
    uint32_t count, cap;
    unsigned depth; /* of strings in strings */
    uint8_t after;  /* kind of the token that decides whether '/' begins a regexp */
    bool new_line;  /* a line break since the last token */
    bool tasks;
    struct sv matched; /* the last thing scanned by pattern: for the reference's words on an unclosed quote */
};

/* Escapes a kind of string knows. */
enum {
    ESC_BACKSLASH = 1 << 0,
    ESC_DOLLAR = 1 << 1,
    ESC_SINGLE = 1 << 2,
    ESC_DOUBLE = 1 << 3,
    ESC_R = 1 << 4,
    ESC_N = 1 << 5,
    ESC_T = 1 << 6,
    ESC_S = 1 << 7,
    ESC_U = 1 << 8,
    ESC_LINE = 1 << 9,
    ESC_DQ = ESC_LINE * 2 - 1, /* all */
    ESC_SQ = ESC_BACKSLASH | ESC_SINGLE,
};

uint32_t lex_offset(const struct lexer *lx, const char *p);
struct token *lex_emit(struct lexer *lx, enum token_kind kind, const char *from, const char *to, struct sv text);
/* Adds a TOK_ERROR; returns false. */
bool lex_error(struct lexer *lx, const char *at, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void lex_warn(struct lexer *lx, const char *name, const char *at, const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* One lexeme: white space, a comment, or one or more tokens. False: lexing cannot go on. */
bool lex_next(struct lexer *lx);
/* Length of the white space character at p that is no ASCII, or 0. */
unsigned lex_wide_blank(const char *p, const char *end);
/* End of [::]word{::word} at p, or p where there is none. */
const char *lex_variable_name(const char *p, const char *end);
/* The next five characters as the reference quotes them. */
struct sv lex_followed_by(struct lexer *lx, const char *p);

/* lex_string.c */
bool lex_single_quoted(struct lexer *lx);
bool lex_double_quoted(struct lexer *lx);
/* The whole reading as text with escapes, interpolated or not. */
bool lex_unquoted(struct lexer *lx, unsigned escapes, bool interpolate);
/* lex_heredoc.c */
bool lex_heredoc(struct lexer *lx);
/* epp.c */
bool lex_epp_text(struct lexer *lx, bool trim);

#endif
