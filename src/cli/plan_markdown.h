/* plan_markdown: a fleet's plan for a merge request. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_PLAN_MARKDOWN_H
#define CLI_PLAN_MARKDOWN_H

#include "cli/plan_meetings.h"

/* A name, whatever of Markdown's own it holds. */
void markdown_text(struct strbuf *out, struct sv text);
/* GitHub's and GitLab's Markdown: a line that sums up, a section for each group with its differences folded, and whom it concerns.
 * Sensitive values are never shown. */
void plan_markdown(struct strbuf *out, const struct fleet *f, const struct meeting_changes *meetings);

#endif
