/* csv: hosts from a table with a header line (RFC 4180; commas, semicolons or tabs). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "import/internal.h"

/* What columns are usually called, in lower case and without spaces. */
static const struct {
    const char *field, *names;
} columns[] = {
    { "fqdn", "fqdn|certname|hostname|host|name|server|dnsname" },
    { "title", "title|description" },
    { "site", "site|location|datacenter|datacentre|dc" },
    { "cluster", "cluster|group|pool" },
    { "status", "status|state" },
    { "platform", "platform|os|operatingsystem" },
    { "address", "address|addresses|ip|ipv4|ipaddress|primaryip" },
    { "owner", "owner|team" },
    { "role", "role" },
};

struct table {
    struct import *im;
    const struct source *src;
    size_t at;
    char separator;
    struct sv *names;  /* of columns, as written */
    struct sv *fields; /* of hosts; empty: none */
    size_t count;
};

struct record {
    struct sv *cells;
    size_t count, cap;
    size_t from; /* where it begins */
};

static struct span here(const struct table *t, size_t from, size_t to)
{
    return (struct span){ t->src, (uint32_t)from, (uint32_t)(to < t->src->text.n ? to : t->src->text.n) };
}

/* "a ""quoted"" text" */
static bool read_quoted(struct table *t, struct sv *out_cell)
{
    struct sv text = t->src->text;
    struct strbuf out = STRBUF_IN(t->im->arena);
    size_t start = t->at++;
    for (;; t->at++) {
        if (t->at >= text.n)
            return diag_error(t->im->diags, here(t, start, start + 1), "the quote that opens here is never closed");
        if (text.p[t->at] == '"' && t->at + 1 < text.n && text.p[t->at + 1] == '"')
            t->at++;
        else if (text.p[t->at] == '"')
            break;
        strbuf_addc(&out, text.p[t->at]);
    }
    t->at++;
    *out_cell = strbuf_sv(&out);
    if (t->at < text.n && text.p[t->at] != t->separator && text.p[t->at] != '\n' && text.p[t->at] != '\r')
        return diag_error(t->im->diags, here(t, t->at, t->at + 1), "expected '%c' or the end of the line behind a quoted field",
                          t->separator);
    return true;
}

/* False at the end, and after a mistake. */
static bool read_record(struct table *t, struct record *out)
{
    struct sv text = t->src->text;
    while (t->at < text.n && (text.p[t->at] == '\n' || text.p[t->at] == '\r'))
        t->at++;
    *out = (struct record){ .from = t->at };
    if (t->at >= text.n)
        return false;
    for (;;) {
        struct sv cell = SV_NONE;
        size_t start = t->at;
        if (t->at < text.n && text.p[t->at] == '"') {
            if (!read_quoted(t, &cell))
                return false;
        } else {
            while (t->at < text.n && text.p[t->at] != t->separator && text.p[t->at] != '\n' && text.p[t->at] != '\r')
                t->at++;
            cell = sv_trim(sv_slice(text, start, t->at));
        }
        ARENA_PUSH(t->im->arena, out->cells, out->count, out->cap, cell);
        if (t->at >= text.n || text.p[t->at] != t->separator)
            return true;
        t->at++;
    }
}

static struct sv plain(struct arena *a, struct sv name)
{
    struct strbuf out = STRBUF_IN(a);
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        if (c >= 'A' && c <= 'Z')
            c = (char)(c + 32);
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
            strbuf_addc(&out, c);
    }
    return strbuf_sv(&out);
}

static struct sv usual_field(struct arena *a, struct sv name)
{
    struct sv wanted = plain(a, name), rest, word;
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        for (rest = sv_of(columns[i].names); sv_cut(&rest, '|', &word);)
            if (sv_eq(word, wanted))
                return sv_of(columns[i].field);
    return SV_NONE;
}

/* Maps that name a column; a column is known by its name as written. */
static bool read_header(struct table *t)
{
    struct record r;
    struct import *im = t->im;
    if (!read_record(t, &r) && im->diags->errors)
        return false;
    if (!r.count)
        return diag_error(im->diags, here(t, 0, 0), "expected a header line that names the columns, found nothing");
    t->count = r.count;
    t->names = r.cells;
    t->fields = ARENA_ARRAY(im->arena, struct sv, r.count + 1);
    for (size_t m = 0; m < im->options.map_count; m++) {
        bool found = false;
        for (size_t i = 0; i < r.count; i++) {
            bool same = sv_eq_nocase(r.cells[i], im->options.maps[m].path);
            found |= same;
            if (same)
                t->fields[i] = im->options.maps[m].field;
        }
        if (!found) {
            struct sv near = near_names(im->arena, im->options.maps[m].path, r.cells, r.count);
            diag_error(im->diags, here(t, r.from, t->at), "there is no column '%.*s'", SV_ARG(im->options.maps[m].path));
            if (near.n)
                diag_hint(im->diags, "did you mean %.*s?", SV_ARG(near));
            else
                diag_hint(im->diags, "columns are parted by '%c' here", t->separator);
            return false;
        }
    }
    bool named = false;
    for (size_t i = 0; i < r.count; i++) {
        bool mapped = t->fields[i].n > 0;
        struct sv usual = mapped ? SV_NONE : usual_field(im->arena, r.cells[i]);
        bool taken = false;
        for (size_t j = 0; j < r.count; j++)
            taken |= usual.n && sv_eq(t->fields[j], usual);
        if (!taken && usual.n)
            t->fields[i] = usual;
        if (!t->fields[i].n)
            import_note(im, r.cells[i], "columns that no field of a host is read from: left out; map them with --map FIELD=COLUMN");
        named |= sv_is(t->fields[i], "fqdn");
    }
    if (named)
        return true;
    diag_error(im->diags, here(t, r.from, t->at), "no column names the hosts");
    diag_hint(im->diags, "call it fqdn, hostname or name, or say which it is with --map fqdn=COLUMN");
    return false;
}

static bool read_row(struct table *t, const struct record *r)
{
    struct import *im = t->im;
    struct data item = tree_map();
    if (r->count != t->count)
        return diag_error(im->diags, here(t, r->from, t->at), "expected %zu fields, as the header line has, found %zu", t->count, r->count);
    struct sv name = SV_NONE;
    for (size_t i = 0; i < r->count; i++) {
        if (!t->fields[i].n || !r->cells[i].n)
            continue;
        if (sv_is(t->fields[i], "fqdn"))
            name = r->cells[i];
        else
            tree_put(im->arena, &item, t->fields[i], tree_text(r->cells[i]));
    }
    size_t before = im->count;
    struct imported *host = import_host(im, NULL, NULL, name, t->src->path);
    if (!host || im->count == before)
        return true;
    for (uint32_t i = 0; i < item.count; i++)
        import_field(im, host, item.pairs[i].key.s, &item.pairs[i].value);
    return true;
}

static char separator_of(struct sv text)
{
    struct sv line = sv_slice(text, 0, sv_find_char(text, '\n', 0));
    return sv_find_char(line, '\t', 0) != SIZE_MAX ? '\t' : sv_find_char(line, ';', 0) != SIZE_MAX ? ';' : ',';
}

bool csv_read(struct import *im, struct source *src)
{
    struct table t = { .im = im, .src = src };
    struct record r;
    src->text = sv_without_mark(src->text);
    t.separator = separator_of(src->text);
    if (!sv_is_utf8(src->text))
        return diag_error(im->diags, here(&t, 0, 0), "expected UTF-8 text; convert the file first: iconv -f latin1 -t utf-8");
    bool ok = read_header(&t);
    while (ok && read_record(&t, &r))
        ok = read_row(&t, &r);
    return !im->diags->errors;
}

static bool any_file(struct sv name) { return sv_ends(name, SV(".csv")) || sv_ends(name, SV(".tsv")); }

static bool read_csv(struct import *im, struct sv path, struct err *err)
{
    struct import_files files;
    if (!import_read_files(im, path, any_file, &files, err))
        return false;
    for (size_t i = 0; i < files.count; i++)
        if (!csv_read(im, files.items[i].src))
            return false;
    return files.count || err_set(err, "'%.*s' holds no file *.csv", SV_ARG(path));
}

const struct import_source import_csv = { "csv", "a table", "a file of hosts with a header line", read_csv, import_host_fields };
