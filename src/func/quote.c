/* quote: stdlib's functions that quote, escape and unquote text for other languages. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "func/support.h"
#include "types/text.h"

static void need_one(struct call *k)
{
    if (k->count != 1)
        call_fail(k, "%s(): Wrong number of arguments given (%u for 1)", k->fn->name, k->count);
}

static bool is_alnum(unsigned char c) { return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z'); }

/* ---- shell ---- */

static void shell_escape(struct strbuf *out, struct sv s)
{
    if (!s.n)
        strbuf_adds(out, "''");
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c == '\n') {
            strbuf_adds(out, "'\n'");
            continue;
        }
        bool inside = (c & 0xc0) == 0x80; /* of a character of more bytes */
        if (!inside && !is_alnum(c) && !(c && strchr("_-.,:+/@", c)))
            strbuf_addc(out, '\\');
        strbuf_addc(out, (char)c);
    }
}

static struct value fn_shell_escape(struct call *k)
{
    struct strbuf out = STRBUF_IN(k->arena);
    shell_escape(&out, ruby_text(k->arena, k->args[0]));
    return value_str(strbuf_sv(&out));
}

static struct value fn_shell_join(struct call *k)
{
    struct strbuf out = STRBUF_IN(k->arena);
    need_one(k);
    struct value list = old_arg(k, 0);
    if (list.kind != V_ARRAY)
        call_fail(k, "First argument is not an Array: %.*s", SV_ARG(ruby_inspected(k->arena, list)));
    for (uint32_t i = 0; i < list.n; i++) {
        strbuf_adds(&out, i ? " " : "");
        shell_escape(&out, ruby_text(k->arena, list.items[i]));
    }
    return value_str(out.n ? strbuf_sv(&out) : SV(""));
}

/* A quoted part from its opening quote; where it ends. */
static size_t unquote(struct call *k, struct strbuf *word, struct sv s, size_t at)
{
    char quote = s.p[at];
    size_t start = at++;
    for (; at < s.n && s.p[at] != quote; at++) {
        bool escaped = quote == '"' && s.p[at] == '\\' && at + 1 < s.n;
        if (escaped && (strchr("$`\"\\\n", s.p[at + 1]) == NULL || !s.p[at + 1]))
            strbuf_addc(word, '\\');
        at += escaped;
        strbuf_addc(word, s.p[at]);
    }
    if (at >= s.n)
        call_fail(k, "Unmatched quote: %.*s", SV_ARG(sv_slice(s, start, s.n)));
    return at + 1;
}

static struct value fn_shell_split(struct call *k)
{
    struct list out = { 0 };
    need_one(k);
    struct sv s = ruby_text(k->arena, old_arg(k, 0));
    for (size_t at = 0; at < s.n;) {
        struct strbuf word = STRBUF_IN(k->arena);
        if (text_blank(s.p[at])) {
            at++;
            continue;
        }
        while (at < s.n && !text_blank(s.p[at])) {
            if (s.p[at] == '\'' || s.p[at] == '"') {
                size_t start = at;
                if (!memchr(s.p + at + 1, s.p[at], s.n - at - 1)) /* the message has the text from the word on */
                    call_fail(k, "Unmatched quote: %.*s", SV_ARG(ruby_inspected(k->arena, value_str(s))));
                at = unquote(k, &word, s, start);
                continue;
            }
            at += s.p[at] == '\\' && at + 1 < s.n;
            strbuf_addc(&word, s.p[at++]);
        }
        list_add(k, &out, value_str(word.n ? strbuf_sv(&word) : SV("")));
    }
    return list_value(&out);
}

static struct value fn_batch_escape(struct call *k)
{
    struct strbuf out = STRBUF_IN(k->arena);
    struct sv s = ruby_text(k->arena, k->args[0]);
    strbuf_addc(&out, '"');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"')
            strbuf_addc(&out, '"');
        else if (s.p[i] == '$' || s.p[i] == '\\')
            strbuf_addc(&out, '\\');
        strbuf_addc(&out, s.p[i]);
    }
    strbuf_addc(&out, '"');
    return value_str(strbuf_sv(&out));
}

static struct value fn_powershell_escape(struct call *k)
{
    struct strbuf out = STRBUF_IN(k->arena);
    struct sv s = ruby_text(k->arena, k->args[0]);
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] && strchr(" '`|\n$", s.p[i]))
            strbuf_addc(&out, '`');
        if (s.p[i] == '"')
            strbuf_adds(&out, "\\`");
        strbuf_addc(&out, s.p[i]);
    }
    return value_str(out.n ? strbuf_sv(&out) : SV(""));
}

/* ---- others, for text or the texts in a list ---- */

typedef struct sv text_fn(struct call *k, struct sv s);

static struct value each_text(struct call *k, text_fn *change)
{
    struct list out = { 0 };
    if (!k->count)
        need_one(k);
    struct value v = old_arg(k, 0);
    if (v.kind == V_STRING)
        return value_str(change(k, value_sv(v)));
    if (v.kind != V_ARRAY)
        call_fail(k, "%s(): Requires either array or string to work with", k->fn->name);
    for (uint32_t i = 0; i < v.n; i++)
        list_add(k, &out, v.items[i].kind == V_STRING ? value_str(change(k, value_sv(v.items[i]))) : v.items[i]);
    return list_value(&out);
}

static struct sv uri_escaped(struct call *k, struct sv s)
{
    struct strbuf out = STRBUF_IN(k->arena);
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (is_alnum(c) || (c && c < 0x80 && strchr("-_.!~*'();/?:@&=+$,[]", c)))
            strbuf_addc(&out, (char)c);
        else
            strbuf_addf(&out, "%%%02X", c);
    }
    return out.n ? strbuf_sv(&out) : SV("");
}

static struct sv regexp_escaped(struct call *k, struct sv s)
{
    static const char plain[] = "[]{}()|-*.\\?+^$# ", blanks[] = "\n\t\r\f\v", letters[] = "ntrfv";
    struct strbuf out = STRBUF_IN(k->arena);
    for (size_t i = 0; i < s.n; i++) {
        const char *blank = s.p[i] ? strchr(blanks, s.p[i]) : NULL;
        if (blank || (s.p[i] && strchr(plain, s.p[i])))
            strbuf_addc(&out, '\\');
        strbuf_addc(&out, blank ? letters[blank - blanks] : s.p[i]);
    }
    return out.n ? strbuf_sv(&out) : SV("");
}

static struct sv swapped(struct call *k, struct sv s) { return text_case(k->arena, s, CASE_SWAP); }

static struct value fn_uriescape(struct call *k) { return each_text(k, uri_escaped); }
static struct value fn_regexpescape(struct call *k) { return each_text(k, regexp_escaped); }
static struct value fn_swapcase(struct call *k) { return each_text(k, swapped); }

static struct value fn_xml_encode(struct call *k)
{
    static const struct {
        char c;
        bool attr_only;
        const char *text;
    } rows[] = {
        { '<', false, "&lt;" }, { '>', false, "&gt;" }, { '&', false, "&amp;" }, { '"', true, "&quot;" }, { '\'', true, "&apos;" }
    };
    struct strbuf out = STRBUF_IN(k->arena);
    struct sv s = value_sv(k->args[0]);
    bool attr = k->count > 1 && sv_is(value_sv(k->args[1]), "attr");
    strbuf_adds(&out, attr ? "\"" : "");
    for (size_t i = 0; i < s.n; i++) {
        const char *text = NULL;
        for (size_t r = 0; r < sizeof rows / sizeof *rows; r++)
            if (rows[r].c == s.p[i] && (attr || !rows[r].attr_only))
                text = rows[r].text;
        if (text)
            strbuf_adds(&out, text);
        else
            strbuf_addc(&out, s.p[i]);
    }
    strbuf_adds(&out, attr ? "\"" : "");
    return value_str(out.n ? strbuf_sv(&out) : SV(""));
}

/* ---- line ends ---- */

static struct sv text_arg(struct call *k)
{
    need_one(k);
    struct value v = old_arg(k, 0);
    if (v.kind != V_STRING)
        call_fail(k, "%s(): Requires string as argument", k->fn->name);
    return value_sv(v);
}

static struct value fn_dos2unix(struct call *k)
{
    struct strbuf out = STRBUF_IN(k->arena);
    struct sv s = text_arg(k);
    for (size_t i = 0; i < s.n; i++)
        if (!(s.p[i] == '\r' && i + 1 < s.n && s.p[i + 1] == '\n'))
            strbuf_addc(&out, s.p[i]);
    return value_str(out.n ? strbuf_sv(&out) : SV(""));
}

static struct value fn_unix2dos(struct call *k)
{
    struct strbuf out = STRBUF_IN(k->arena);
    struct sv s = text_arg(k);
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '\n') {
            while (out.n && out.p[out.n - 1] == '\r')
                out.n--;
            strbuf_addc(&out, '\r');
        }
        strbuf_addc(&out, s.p[i]);
    }
    return value_str(out.n ? strbuf_sv(&out) : SV(""));
}

/* ---- runs of the same character ---- */

/* Is c in a set as String#count writes them: "a-z", "^x"? */
static bool in_set(struct sv set, uint32_t c)
{
    size_t at = 0;
    bool not_in = set.n > 1 && set.p[0] == '^', found = false;
    at += not_in;
    while (at < set.n && !found) {
        uint32_t from = utf8_next(set, &at), to = from;
        if (at + 1 < set.n && set.p[at] == '-') {
            at++;
            to = utf8_next(set, &at);
        }
        found = c >= from && c <= to;
    }
    return found != not_in;
}

static struct value squeezed(struct call *k, struct value v, const struct value *set)
{
    struct strbuf out = STRBUF_IN(k->arena);
    uint32_t last = UINT32_MAX;
    if (v.kind != V_STRING)
        call_fail(k, "undefined method `squeeze' for %.*s:%s", SV_ARG(ruby_inspected(k->arena, v)), ruby_class(v));
    struct sv s = value_sv(v);
    for (size_t at = 0, from = 0; at < s.n; from = at) {
        uint32_t c = utf8_next(s, &at);
        if (c != last || (set && !in_set(value_sv(*set), c)))
            strbuf_add(&out, sv_slice(s, from, at));
        last = c;
    }
    return value_str(out.n ? strbuf_sv(&out) : SV(""));
}

static struct value fn_squeeze(struct call *k)
{
    struct list out = { 0 };
    if (k->count < 1 || k->count > 2)
        call_fail(k, "squeeze(): Wrong number of arguments given %u for 2 or 1", k->count);
    struct value v = old_arg(k, 0), set = old_arg(k, 1);
    if (k->count > 1 && set.kind != V_STRING)
        call_fail(k, "no implicit conversion of %s into String", ruby_class(set));
    if (v.kind != V_ARRAY)
        return squeezed(k, v, k->count > 1 ? &set : NULL);
    for (uint32_t i = 0; i < v.n; i++)
        list_add(k, &out, squeezed(k, v.items[i], k->count > 1 ? &set : NULL));
    return list_value(&out);
}

#define ROW(name, run, help)                                                                                                               \
    {                                                                                                                                      \
        name, TAKES_ANYTHING, help, run, 0, NULL                                                                                           \
    }

const struct builtin func_quote[] = {
    { "shell_escape", "Callable[Any]", "text quoted for a shell", fn_shell_escape, 0, "string" },
    { "batch_escape", "Callable[Any]", "text quoted for a batch file of Windows", fn_batch_escape, 0, "string" },
    { "powershell_escape", "Callable[Any]", "text escaped for PowerShell", fn_powershell_escape, 0, "string" },
    { "stdlib::xml_encode", "Callable[String, Enum['text', 'attr'], 1, 2]", "text for an XML document", fn_xml_encode, 0, "str type" },
    ROW("shell_join", fn_shell_join, "words quoted for a shell in one text"),
    ROW("shell_split", fn_shell_split, "the words a shell would see"),
    ROW("uriescape", fn_uriescape, "text for a URI"),
    ROW("regexpescape", fn_regexpescape, "text that a regular expression takes literally"),
    ROW("swapcase", fn_swapcase, "capitals to small letters and back"),
    ROW("dos2unix", fn_dos2unix, "text with line ends of Unix"),
    ROW("unix2dos", fn_unix2dos, "text with line ends of DOS"),
    ROW("squeeze", fn_squeeze, "text with runs of a character made one"),
};
const size_t func_quote_count = sizeof func_quote / sizeof *func_quote;
