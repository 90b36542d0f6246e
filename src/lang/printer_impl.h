/* printer_impl: what the files of the printer share. Waiting texts are in a scratch arena. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LANG_PRINTER_IMPL_H
#define LANG_PRINTER_IMPL_H

#include "lang/printer.h"

/* The text of a heredoc whose @(TAG) was printed: it follows at the end of the line. */
struct waiting {
    struct waiting *next;
    struct sv text;
};

enum template_mode { NO_TEMPLATE, IN_TEXT, IN_CODE };

struct printer {
    struct strbuf *out;
    struct arena *arena;
    unsigned indent;
    struct waiting *first, **last;
    struct sv class_name; /* of the class being printed: nested names are printed without it */
    enum template_mode mode;
    size_t start;    /* of what is printed, in out */
    bool no_slash;   /* a '/' was printed where a regexp may stand: it divides as long as no other '/' follows */
    bool after_text; /* of a template: two texts in a row need a tag between them */
};

void print_node(struct printer *p, const struct node *n);
void print_block(struct printer *p, const struct node *block);
void print_statements(struct printer *p, const struct node *block);
/* A line break, with the heredocs that wait for it, and the indentation. */
void print_newline(struct printer *p);
void print_list(struct printer *p, const struct node_list *list, uint32_t from);
void print_parameters(struct printer *p, const struct definition *def);

/* print_text.c */
void print_string(struct printer *p, struct sv s);
void print_concat(struct printer *p, const struct node *n);
void print_heredoc(struct printer *p, const struct node *n);
void print_regexp(struct printer *p, struct sv s);
void print_number(struct printer *p, const struct node *n);

/* print_def.c */
void print_definition(struct printer *p, const struct node *n);
void print_lambda(struct printer *p, const struct node *n);
void print_template(struct printer *p, const struct node *n);
void print_render(struct printer *p, const struct node *n);
/* Goes into the code, or out into the text, of a template. */
void print_enter_code(struct printer *p);
void print_enter_text(struct printer *p);

#endif
