/* mail: what people should be told now, one mail each: the week ahead, and meetings for which they have brought nothing. Composing only:
 * mail_message.h writes a mail's bytes, mail_smtp.h sends them, mail_sent.h remembers. All memory is in the caller's arena. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PEOPLE_MAIL_H
#define PEOPLE_MAIL_H

#include "model/model.h"
#include "store/store.h"

enum mail_block_kind { MAIL_HEADING, MAIL_TEXT, MAIL_ITEM };
struct mail_block {
    enum mail_block_kind kind;
    struct sv text;
};

struct mail {
    struct sv user;          /* ref */
    struct sv name, address; /* address empty: the model has none that could be used */
    struct sv subject;
    struct mail_block *blocks;
    uint32_t block_count;
    size_t block_cap;
    struct sv *things; /* what it tells: "week/2027-W09", "topic/potlac:default/search/sync/2027-W09/2h"; never told again */
    uint32_t thing_count;
    size_t thing_cap;
};

struct mail_ask {
    const struct model *model;
    struct store *store;
    int64_t now;
};

/* By user. Nothing that was told before, nobody who need not be told anything. */
bool mail_compose(const struct mail_ask *ask, struct arena *a, struct mail ***out_mails, uint32_t *out_count, struct err *err);

/* Can mail be sent to it, and nowhere else? */
bool mail_address_is_plain(struct sv address);
/* The text a person without HTML reads. */
void mail_text(struct strbuf *out, const struct mail *m);

#endif
