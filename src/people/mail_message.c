/* mail_message: see mail_message.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "people/mail_message.h"

#include "base/hash.h"
#include "base/time.h"

enum { LONGEST_LINE = 76, LONGEST_WORD_BYTES = 39 /* of text in an encoded word of 75 */ };

static bool is_ascii_text(struct sv s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < ' ' || s.p[i] > '~')
            return false;
    return true;
}

/* Control characters, line ends among them, become blanks: no text of the model starts a header of its own. */
static struct sv one_line(struct arena *a, struct sv text)
{
    char *p = arena_cstr(a, text);
    for (size_t i = 0; i < text.n; i++)
        if ((unsigned char)p[i] < ' ' || p[i] == 127)
            p[i] = ' ';
    return sv_make(p, text.n);
}

/* RFC 2047: words of at most 75 characters, no character divided between two. */
static void add_encoded(struct strbuf *out, struct arena *a, struct sv text)
{
    for (size_t from = 0; from < text.n;) {
        size_t to = from + LONGEST_WORD_BYTES < text.n ? from + LONGEST_WORD_BYTES : text.n;
        while (to < text.n && to > from + 1 && ((unsigned char)text.p[to] & 0xc0) == 0x80)
            to--;
        strbuf_addf(out, "%s=?UTF-8?B?%.*s?=", from ? "\r\n " : "", SV_ARG(base64_encode(a, sv_slice(text, from, to))));
        from = to;
    }
}

static void add_subject(struct strbuf *out, struct arena *a, struct sv text)
{
    text = one_line(a, text);
    strbuf_adds(out, "Subject: ");
    if (is_ascii_text(text) && text.n <= LONGEST_LINE - 9 && sv_find(text, SV("=?"), 0) == SIZE_MAX)
        strbuf_add(out, text);
    else
        add_encoded(out, a, text);
    strbuf_adds(out, "\r\n");
}

/* "To: "Eva Lund" <eva@example.org>" */
static void add_mailbox(struct strbuf *out, struct arena *a, const char *field, struct sv name, struct sv address)
{
    name = sv_trim(one_line(a, name));
    strbuf_addf(out, "%s: ", field);
    if (name.n && is_ascii_text(name) && name.n < 40 && sv_find(name, SV("=?"), 0) == SIZE_MAX) {
        strbuf_addc(out, '"');
        for (size_t i = 0; i < name.n; i++) {
            if (name.p[i] == '"' || name.p[i] == '\\')
                strbuf_addc(out, '\\');
            strbuf_addc(out, name.p[i]);
        }
        strbuf_addc(out, '"');
    } else {
        add_encoded(out, a, name);
    }
    strbuf_addf(out, "%s<%.*s>\r\n", name.n ? "\r\n " : "", SV_ARG(address));
}

static bool stays(unsigned char c, bool last_in_line)
{
    return (c > ' ' && c <= '~' && c != '=') || ((c == ' ' || c == '\t') && !last_in_line);
}

/* Quoted-printable (RFC 2045, section 6.7): lines of at most 76 characters, whatever is in them. */
static void add_quoted(struct strbuf *out, struct sv text)
{
    size_t column = 0;
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];
        if (c == '\n') {
            strbuf_adds(out, "\r\n");
            column = 0;
            continue;
        }
        bool plain = stays(c, i + 1 == text.n || text.p[i + 1] == '\n');
        if (column + (plain ? 1 : 3) > LONGEST_LINE - 1) {
            strbuf_adds(out, "=\r\n");
            column = 0;
        }
        if (plain)
            strbuf_addc(out, (char)c);
        else
            strbuf_addf(out, "=%02X", c);
        column += plain ? 1 : 3;
    }
    strbuf_adds(out, "\r\n");
}

static void add_escaped(struct strbuf *out, struct sv text)
{
    for (size_t i = 0; i < text.n; i++)
        switch (text.p[i]) {
        case '&':
            strbuf_adds(out, "&amp;");
            break;
        case '<':
            strbuf_adds(out, "&lt;");
            break;
        case '>':
            strbuf_adds(out, "&gt;");
            break;
        case '"':
            strbuf_adds(out, "&quot;");
            break;
        default:
            strbuf_addc(out, text.p[i]);
        }
}

static void add_html(struct strbuf *out, const struct mail *m)
{
    bool in_list = false;
    strbuf_adds(out, "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"></head>\n<body>\n");
    for (uint32_t i = 0; i < m->block_count; i++) {
        static const char *const tags[] = { [MAIL_HEADING] = "h3", [MAIL_TEXT] = "p", [MAIL_ITEM] = "li" };
        bool item = m->blocks[i].kind == MAIL_ITEM;
        if (item != in_list)
            strbuf_adds(out, item ? "<ul>\n" : "</ul>\n");
        in_list = item;
        strbuf_addf(out, "<%s>", tags[m->blocks[i].kind]);
        add_escaped(out, m->blocks[i].text);
        strbuf_addf(out, "</%s>\n", tags[m->blocks[i].kind]);
    }
    strbuf_adds(out, in_list ? "</ul>\n</body></html>" : "</body></html>");
}

static void add_date(struct strbuf *out, int64_t at)
{
    static const char days[] = "MonTueWedThuFriSatSun", months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    struct local_time t = local_from_seconds(at);
    strbuf_addf(out, "Date: %.3s, %d %.3s %d %02d:%02d:%02d +0000\r\n", days + 3 * (size_t)date_weekday(t.date), t.date.day,
                months + 3 * (size_t)(t.date.month - 1), (int)t.date.year, t.hour, t.minute, t.second);
}

/* Of what it tells and to whom: if it is sent again after all, mailboxes know it. */
static struct sv identity(struct arena *a, const struct mail *m)
{
    struct strbuf all = STRBUF_IN(a);
    strbuf_add(&all, m->user);
    for (uint32_t i = 0; i < m->thing_count; i++)
        strbuf_addf(&all, "\n%.*s", SV_ARG(m->things[i]));
    return sv_slice(digest_hex(a, DIGEST_SHA256, strbuf_sv(&all)), 0, 32);
}

void mail_message(struct strbuf *out, struct arena *a, const struct mail *m, const struct mail_sender *from, int64_t date)
{
    struct sv id = identity(a, m);
    struct strbuf text = STRBUF_IN(a), html = STRBUF_IN(a);
    mail_text(&text, m);
    add_html(&html, m);
    add_date(out, date);
    add_mailbox(out, a, "From", from->name, from->address);
    add_mailbox(out, a, "To", m->name, m->address);
    add_subject(out, a, m->subject);
    strbuf_addf(out, "Message-ID: <%.*s%.*s>\r\n", SV_ARG(id),
                SV_ARG(sv_slice(from->address, sv_rfind_char(from->address, '@'), SIZE_MAX)));
    strbuf_adds(out, "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n");
    strbuf_addf(out, "Content-Type: multipart/alternative;\r\n boundary=\"=_%.*s\"\r\n\r\n", SV_ARG(id));
    strbuf_addf(out, "--=_%.*s\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n",
                SV_ARG(id));
    add_quoted(out, strbuf_sv(&text));
    strbuf_addf(out, "--=_%.*s\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n",
                SV_ARG(id));
    add_quoted(out, strbuf_sv(&html));
    strbuf_addf(out, "--=_%.*s--\r\n", SV_ARG(id));
}
