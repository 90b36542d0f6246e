/* line_diff: two texts as lines taken away (-) and added (+). */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_LINE_DIFF_H
#define CLI_LINE_DIFF_H

#include "base/strbuf.h"

/* At most `most` lines are shown, then how many more there are. */
void line_diff_print(struct strbuf *out, struct sv before, struct sv after, unsigned indent, unsigned most);

#endif
