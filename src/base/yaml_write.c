/* yaml_write: block style, two spaces a level. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/yaml_write.h"

#include "base/json.h"
#include "base/yaml_scalar.h"

#define LINE_WIDTH 100 /* a list that fits stands in one line */

static bool is_plain_char(char c, bool first)
{
    bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '/' || c == '.' ||
                (unsigned char)c >= 0x80;
    return word || (!first && strchr(" -+@=:;()$^~<>", c) && c);
}

/* Whether a text needs no quotes: nothing in it is YAML's own, and it would not be read as a number, a date or a truth. */
static bool is_plain(struct sv s)
{
    struct data d = { 0 };
    if (!s.n || s.n > 1000 || !sv_is_utf8(s) || s.p[s.n - 1] == ' ' || s.p[s.n - 1] == ':' || (s.n == 1 && strchr("ynYN", s.p[0])))
        return false;
    for (size_t i = 0; i < s.n; i++) {
        bool control =
            (unsigned char)s.p[i] == 0xc2 || (unsigned char)s.p[i] == 0xe2 || (unsigned char)s.p[i] == 0xef; /* U+0085, U+2028, U+FEFF */
        if (control || !is_plain_char(s.p[i], i == 0) || (s.p[i] == ':' && s.p[i + 1] == ' '))
            return false;
    }
    yaml_scalar(s, &d);
    return d.kind == DATA_STRING && d.special == DATA_PLAIN && !sv_starts(s, SV("---")) && !sv_starts(s, SV("..."));
}

static void write_quoted(struct strbuf *out, struct sv s)
{
    strbuf_addc(out, '"');
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c == '"' || c == '\\')
            strbuf_addf(out, "\\%c", c);
        else if (c == '\n')
            strbuf_adds(out, "\\n");
        else if (c == '\t')
            strbuf_adds(out, "\\t");
        else if (c < 0x20 || c == 0x7f)
            strbuf_addf(out, "\\x%02X", c);
        else if (c == 0xc2 && i + 1 < s.n && (unsigned char)s.p[i + 1] < 0xa0) /* U+0080 to U+009F are no text */
            strbuf_addf(out, "\\x%02X", (unsigned char)s.p[++i]);
        else
            strbuf_addc(out, (char)c);
    }
    strbuf_addc(out, '"');
}

static bool is_block_text(struct sv s)
{
    if (sv_find_char(s, '\n', 0) == SIZE_MAX || !sv_is_utf8(s) || s.p[0] == ' ' || s.p[0] == '\n' || s.p[0] == '\t')
        return false;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i], before = i ? (unsigned char)s.p[i - 1] : 0;
        if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7f || c == 0xc2 || c == 0xe2 || c == 0xef ||
            (c == '\n' && (before == ' ' || before == '\t')))
            return false;
    }
    return true;
}

static void write_block_text(struct strbuf *out, struct sv s, unsigned indent)
{
    size_t end = s.n;
    while (end && s.p[end - 1] == '\n')
        end--;
    strbuf_adds(out, end == s.n ? "|-\n" : end + 1 == s.n ? "|\n" : "|+\n");
    struct sv rest = end == s.n ? s : sv_slice(s, 0, s.n - 1), line;
    while (sv_cut(&rest, '\n', &line)) {
        if (line.n)
            strbuf_pad(out, ' ', indent);
        strbuf_add(out, line);
        strbuf_addc(out, '\n');
    }
}

static void write_scalar(struct strbuf *out, const struct data *d)
{
    struct json_out j = json_to(out, false);
    if (d->kind != DATA_STRING)
        json_data(&j, d);
    else if (is_plain(d->s))
        strbuf_add(out, d->s);
    else
        write_quoted(out, d->s);
}

static bool is_scalar(const struct data *d) { return (d->kind != DATA_LIST && d->kind != DATA_MAP) || !d->count; }

/* "[a, b]"; false, and nothing written, where it would not fit or holds more than scalars. */
static bool write_line(struct strbuf *out, const struct data *list)
{
    size_t start = out->n;
    strbuf_addc(out, '[');
    bool fits = list->kind == DATA_LIST;
    for (uint32_t i = 0; fits && i < list->count; i++) {
        fits = is_scalar(&list->items[i]);
        strbuf_adds(out, i ? ", " : "");
        if (fits)
            write_scalar(out, &list->items[i]);
        fits = fits && out->n - start < LINE_WIDTH;
    }
    strbuf_addc(out, ']');
    if (!fits)
        out->n = start;
    return fits;
}

static void write_key(struct strbuf *out, const struct data *key, unsigned indent)
{
    if (is_scalar(key)) {
        write_scalar(out, key);
        return;
    }
    strbuf_adds(out, "? "); /* nobody writes such keys by hand, but JSON in YAML is YAML */
    struct json_out j = json_to(out, false);
    json_data(&j, key);
    strbuf_addc(out, '\n');
    strbuf_pad(out, ' ', indent);
}

/* What stands behind "key:" or "-". */
static void write_value(struct strbuf *out, const struct data *d, unsigned indent, bool in_list)
{
    if (d->kind == DATA_STRING && is_block_text(d->s)) {
        strbuf_addc(out, ' ');
        write_block_text(out, d->s, indent + 2);
        return;
    }
    size_t start = out->n;
    strbuf_addc(out, ' ');
    if (is_scalar(d) || write_line(out, d)) {
        if (is_scalar(d))
            write_scalar(out, d);
        strbuf_addc(out, '\n');
        return;
    }
    out->n = start;
    if (!in_list)
        strbuf_addc(out, '\n');
    yaml_write(out, d, indent + 2);
    if (in_list) { /* "- key: value": the first line stands behind the dash */
        memmove(out->p + start, out->p + start + indent + 1, out->n - start - indent - 1);
        out->n -= indent + 1;
    }
}

void yaml_write(struct strbuf *out, const struct data *d, unsigned indent)
{
    if (is_scalar(d)) {
        strbuf_pad(out, ' ', indent);
        write_scalar(out, d);
        strbuf_addc(out, '\n');
        return;
    }
    for (uint32_t i = 0; i < d->count; i++) {
        strbuf_pad(out, ' ', indent);
        if (d->kind == DATA_MAP) {
            write_key(out, &d->pairs[i].key, indent);
            strbuf_addc(out, ':');
            write_value(out, &d->pairs[i].value, indent, false);
        } else {
            strbuf_addc(out, '-');
            write_value(out, &d->items[i], indent, true);
        }
    }
}
