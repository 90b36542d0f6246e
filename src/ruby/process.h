/* process: the helper as a process: start, messages of a length and bytes, a budget of time, the end. The caller frees with helper_stop. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RUBY_PROCESS_H
#define RUBY_PROCESS_H

#include "base/err.h"
#include "ruby/ruby.h"

struct helper_process;

/* NULL and err where it cannot be started. */
struct helper_process *process_start(const struct ruby_options *o, struct err *err);
void process_stop(struct helper_process *p); /* kills it */
/* Time that waiting for it may take from now on, all messages together. */
void process_allow(struct helper_process *p, uint32_t milliseconds);
bool process_send(struct helper_process *p, struct sv message, struct err *err);
/* False and err when it ended or ran out of time. The message is in the arena. */
bool process_receive(struct helper_process *p, struct arena *a, struct sv *out_message, struct err *err);

#endif
