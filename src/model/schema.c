/* schema: holds the fields of an entity against the table of its kind: names, types, what is required. References are looked up later. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "model/internal.h"

/* Where a check stands. */
struct place {
    struct model *m;
    struct diags *diags;
    const struct entity *e;
    struct sv path; /* "spec.sync" */
};

static struct span span_of(const struct place *p, const struct data *d) { return data_span(p->e->doc, d); }

static const char *a_kind(const struct data *d)
{
    switch (d->kind) {
    case DATA_NULL:
        return "nothing";
    case DATA_BOOL:
        return "true or false";
    case DATA_INT:
        return "a whole number";
    case DATA_FLOAT:
        return "a number";
    case DATA_STRING:
        return "text";
    case DATA_LIST:
        return "a list";
    default:
        return "a map";
    }
}

static bool wrong_type(const struct place *p, const struct data *d, const char *expected)
{
    diag_error(p->diags, span_of(p, d), "%.*s of %.*s: expected %s, found %s", SV_ARG(p->path), SV_ARG(p->e->ref), expected, a_kind(d));
    return false;
}

static bool wrong_text(const struct place *p, const struct data *d, const char *expected)
{
    diag_error(p->diags, span_of(p, d), "%.*s of %.*s: '%.*s' is no %s", SV_ARG(p->path), SV_ARG(p->e->ref), SV_ARG(d->s), expected);
    return false;
}

/* {$text: ./file}: Backstage reads the file when it serves the catalog; here it stays as written. */
static bool is_placeholder(const struct data *d)
{
    return d->kind == DATA_MAP && d->count == 1 && d->pairs[0].key.kind == DATA_STRING && d->pairs[0].key.s.n > 1 &&
           d->pairs[0].key.s.p[0] == '$';
}

static bool check_text(const struct place *p, const struct field *f, const struct data *d)
{
    (void)f;
    if (d->kind == DATA_STRING || is_placeholder(d))
        return true;
    wrong_type(p, d, "text");
    if (d->kind != DATA_LIST && d->kind != DATA_MAP)
        diag_hint(p->diags, "put it in quotes: YAML reads it as something else");
    return false;
}

static bool check_int(const struct place *p, const struct field *f, const struct data *d)
{
    (void)f;
    if (d->kind != DATA_INT)
        return wrong_type(p, d, "a whole number");
    if (d->i < 0 || d->i > INT32_MAX) {
        diag_error(p->diags, span_of(p, d), "%.*s of %.*s: %lld is out of range (0 to %d)", SV_ARG(p->path), SV_ARG(p->e->ref),
                   (long long)d->i, INT32_MAX);
        return false;
    }
    return true;
}

static bool check_bool(const struct place *p, const struct field *f, const struct data *d)
{
    (void)f;
    return d->kind == DATA_BOOL || wrong_type(p, d, "true or false");
}

static bool check_any(const struct place *p, const struct field *f, const struct data *d)
{
    (void)p, (void)f, (void)d;
    return true;
}

static bool check_map(const struct place *p, const struct field *f, const struct data *d)
{
    (void)f;
    return d->kind == DATA_MAP || wrong_type(p, d, "a map");
}

static bool is_text(const struct place *p, const struct data *d, const char *expected)
{
    if (d->kind == DATA_STRING)
        return true;
    wrong_type(p, d, expected);
    if (d->kind == DATA_INT || d->kind == DATA_FLOAT)
        diag_hint(p->diags, "put it in quotes: YAML reads it as a number");
    return false;
}

static bool check_ref(const struct place *p, const struct field *f, const struct data *d)
{
    struct ref_parts r;
    if (d->kind != DATA_STRING) {
        wrong_type(p, d, "a reference");
        diag_hint(p->diags, "a reference is [kind:][namespace/]name; the kind here is %s%s", f->of[0] == '*' ? "any" : "one of ",
                  f->of[0] == '*' ? "" : f->of);
        return false;
    }
    return ref_split(d->s, &r) || wrong_text(p, d, "reference [kind:][namespace/]name [I01]");
}

static bool check_enum(const struct place *p, const struct field *f, const struct data *d)
{
    if (!is_text(p, d, "a word"))
        return false;
    const char *words = f->of;
    struct sv word;
    while (next_word(&words, &word))
        if (sv_eq(word, d->s))
            return true;
    struct sv near = near_words(p->diags->arena, d->s, f->of);
    diag_error(p->diags, span_of(p, d), "%.*s of %.*s: '%.*s' is not one of %s", SV_ARG(p->path), SV_ARG(p->e->ref), SV_ARG(d->s), f->of);
    if (near.n)
        diag_hint(p->diags, "did you mean %.*s?", SV_ARG(near));
    return false;
}

static bool check_date(const struct place *p, const struct field *f, const struct data *d)
{
    struct date date;
    (void)f;
    return is_text(p, d, "a date like 2027-03-18") && (date_parse(d->s, &date) || wrong_text(p, d, "date like 2027-03-18"));
}

static bool check_local(const struct place *p, const struct field *f, const struct data *d)
{
    struct local_time t;
    (void)f;
    return is_text(p, d, "a time like 2027-03-18T13:00:00") && (local_parse(d->s, &t) || wrong_text(p, d, "time like 2027-03-18T13:00:00"));
}

static bool check_utc(const struct place *p, const struct field *f, const struct data *d)
{
    int64_t t;
    (void)f;
    return is_text(p, d, "a time like 2027-03-18T13:00:00Z") && (utc_parse(d->s, &t) || wrong_text(p, d, "time like 2027-03-18T13:00:00Z"));
}

static bool check_zone(const struct place *p, const struct field *f, const struct data *d)
{
    struct err err;
    if (!is_text(p, d, "a time zone like Europe/Stockholm"))
        return false;
    if (zone_find(d->s, &err))
        return true;
    diag_error(p->diags, span_of(p, d), "%.*s of %.*s: '%.*s' is no time zone%s", SV_ARG(p->path), SV_ARG(p->e->ref), SV_ARG(d->s),
               f->rule ? " [I10]" : "");
    diag_hint(p->diags, "use a name of the IANA database, like Europe/Stockholm or America/New_York");
    return false;
}

static bool check_duration(const struct place *p, const struct field *f, const struct data *d)
{
    int64_t seconds;
    (void)f;
    if (!is_text(p, d, "a duration like P1W or PT2H"))
        return false;
    return (duration_parse(d->s, &seconds) && seconds > 0) || wrong_text(p, d, "duration like P1W or PT2H");
}

static bool check_weekday(const struct place *p, const struct field *f, const struct data *d)
{
    (void)f;
    return is_text(p, d, "a weekday") && (weekday_parse(d->s) >= 0 || wrong_text(p, d, "weekday (mon ... sun)"));
}

/* "09:30" to minutes; -1. "24:00" only as the end of a day. */
static int time_minutes(struct sv s)
{
    int64_t h, m;
    if (s.n != 5 || s.p[2] != ':' || s.p[0] < '0' || s.p[3] < '0' || !sv_to_int(sv_slice(s, 0, 2), &h) || !sv_to_int(sv_slice(s, 3, 5), &m))
        return -1;
    return h < 0 || m < 0 || m > 59 || h * 60 + m > 24 * 60 ? -1 : (int)(h * 60 + m);
}

static bool check_time(const struct place *p, const struct field *f, const struct data *d)
{
    (void)f;
    int t = d->kind == DATA_STRING ? time_minutes(d->s) : 0;
    return is_text(p, d, "a time like \"09:30\"") && ((t >= 0 && t < 24 * 60) || wrong_text(p, d, "time like \"09:30\""));
}

static bool check_span_of_hours(const struct place *p, const struct data *d)
{
    if (!is_text(p, d, "hours like \"09:00-17:00\""))
        return false;
    size_t dash = sv_find_char(d->s, '-', 0);
    int from = dash == SIZE_MAX ? -1 : time_minutes(sv_slice(d->s, 0, dash)),
        to = dash == SIZE_MAX ? -1 : time_minutes(sv_slice(d->s, dash + 1, d->s.n));
    return (from >= 0 && to > from) || wrong_text(p, d, "span of hours like \"09:00-17:00\"");
}

/* "mon", "mon-thu" or "mon,wed" */
static bool is_days(struct sv key)
{
    struct sv piece;
    if (!key.n)
        return false;
    while (sv_cut(&key, ',', &piece)) {
        size_t dash = sv_find_char(piece, '-', 0);
        int from = weekday_parse(sv_trim(sv_slice(piece, 0, dash == SIZE_MAX ? piece.n : dash)));
        int to = dash == SIZE_MAX ? from : weekday_parse(sv_trim(sv_slice(piece, dash + 1, piece.n)));
        if (from < 0 || to < from)
            return false;
    }
    return true;
}

static bool check_hours(const struct place *p, const struct field *f, const struct data *d)
{
    (void)f;
    if (d->kind != DATA_MAP)
        return wrong_type(p, d, "a map like {mon-thu: \"09:00-17:00\"}");
    bool ok = true;
    for (uint32_t i = 0; i < d->count; i++) {
        const struct data *key = &d->pairs[i].key, *v = &d->pairs[i].value;
        if (key->kind != DATA_STRING || !is_days(key->s))
            ok = diag_error(p->diags, span_of(p, key), "%.*s of %.*s: '%.*s' names no weekdays", SV_ARG(p->path), SV_ARG(p->e->ref),
                            SV_ARG(data_text(key)));
        if (v->kind == DATA_LIST)
            for (uint32_t j = 0; j < v->count; j++)
                ok &= check_span_of_hours(p, &v->items[j]);
        else
            ok &= check_span_of_hours(p, v);
    }
    return ok;
}

static bool check_leaders(const struct place *p, const struct field *f, const struct data *d)
{
    if (d->kind == DATA_STRING && sv_is(d->s, "byRole"))
        return true;
    if (d->kind != DATA_LIST)
        return wrong_type(p, d, "byRole or a list of users");
    bool ok = true;
    for (uint32_t i = 0; i < d->count; i++)
        ok &= check_ref(p, f, &d->items[i]);
    return ok;
}

static bool check_words(const struct place *p, const struct field *f, const struct data *d)
{
    (void)f;
    return is_text(p, d, "text");
}

static bool check_secret(const struct place *p, const struct field *f, const struct data *d)
{
    (void)f;
    return is_text(p, d, "env:NAME or file:PATH"); /* I15 looks at the value */
}

static bool lacks_field(const struct place *p, const struct field *f, struct span at)
{
    diag_error(p->diags, at, "%.*s of %.*s lacks '%s'%s%s%s", SV_ARG(p->path), SV_ARG(p->e->ref), f->name, f->rule ? " [" : "",
               f->rule ? f->rule : "", f->rule ? "]" : "");
    if (f->flags & FIELD_RECORDED)
        diag_hint(p->diags, "write it here, or record it: potlac set %.*s %s=VALUE --reason TEXT", SV_ARG(p->e->ref), f->name);
    return false;
}

static bool check_fields(struct place *p, const struct field *fields, const struct data *map);

static bool check_struct(const struct place *p, const struct field *f, const struct data *d)
{
    struct place in = *p;
    return d->kind == DATA_MAP ? check_fields(&in, f->fields, d) : wrong_type(p, d, "a map");
}

static bool (*const checks[FT_COUNT])(const struct place *, const struct field *, const struct data *) = {
    [FT_TEXT] = check_text,         [FT_INT] = check_int,         [FT_BOOL] = check_bool,       [FT_ANY] = check_any,
    [FT_MAP] = check_map,           [FT_STRUCT] = check_struct,   [FT_REF] = check_ref,         [FT_ENUM] = check_enum,
    [FT_DATE] = check_date,         [FT_LOCAL] = check_local,     [FT_UTC] = check_utc,         [FT_ZONE] = check_zone,
    [FT_DURATION] = check_duration, [FT_WEEKDAY] = check_weekday, [FT_TIME] = check_time,       [FT_HOURS] = check_hours,
    [FT_RITUAL] = check_words,      [FT_RAISER] = check_words,    [FT_LEADERS] = check_leaders, [FT_SECRET] = check_secret,
};

static bool check_value(const struct place *p, const struct field *f, const struct data *d)
{
    bool ok = true;
    if (f->flags & FIELD_LIST) {
        if (d->kind != DATA_LIST)
            return wrong_type(p, d, "a list");
        for (uint32_t i = 0; i < d->count; i++)
            ok &= checks[f->type](p, f, &d->items[i]);
        return ok;
    }
    if (f->flags & FIELD_MAP_OF) {
        if (d->kind != DATA_MAP)
            return wrong_type(p, d, "a map");
        for (uint32_t i = 0; i < d->count; i++)
            ok &= checks[f->type](p, f, &d->pairs[i].value);
        return ok;
    }
    if ((f->flags & FIELD_ONE) && d->kind == DATA_LIST)
        return diag_error(p->diags, span_of(p, d), "%.*s of %.*s: expected exactly one, found a list of %u%s%s%s", SV_ARG(p->path),
                          SV_ARG(p->e->ref), d->count, f->rule ? " [" : "", f->rule ? f->rule : "", f->rule ? "]" : "");
    return checks[f->type](p, f, d);
}

static bool unknown_field(const struct place *p, const struct field *fields, const struct data *key)
{
    struct sv names[64];
    size_t n = 0;
    for (const struct field *f = fields; f->name && n < 64; f++)
        names[n++] = sv_of(f->name);
    struct sv text = key->kind == DATA_STRING ? key->s : sv_of(data_kind_name(key->kind));
    struct sv near = near_names(p->diags->arena, text, names, n);
    diag_error(p->diags, span_of(p, key), "unknown field '%.*s' in %.*s of %.*s", SV_ARG(text), SV_ARG(p->path), SV_ARG(p->e->ref));
    if (key->kind == DATA_BOOL)
        diag_hint(p->diags, "YAML reads on, off, yes and no as truths: put the word in quotes");
    else if (near.n)
        diag_hint(p->diags, "did you mean %.*s?", SV_ARG(near));
    return false;
}

static const struct field *field_find(const struct field *fields, const struct data *key)
{
    for (const struct field *f = fields; f->name && key->kind == DATA_STRING; f++)
        if (sv_is(key->s, f->name))
            return f;
    return NULL;
}

static bool check_fields(struct place *p, const struct field *fields, const struct data *map)
{
    bool ok = true;
    uint64_t seen = 0;
    struct sv outer = p->path;
    for (uint32_t i = 0; map && i < map->count; i++) {
        const struct data *key = &map->pairs[i].key, *v = &map->pairs[i].value;
        const struct field *f = field_find(fields, key);
        if (!f) {
            /* The envelope has said it already where the key is output only. */
            if (is_own(p->e) && !(fields == metadata_fields && model_is_output(data_text(key))))
                ok = unknown_field(p, fields, key);
            continue;
        }
        /* "parent:" with nothing behind it is as good as no parent. */
        if (v->kind == DATA_NULL && !(f->flags & FIELD_REQUIRED))
            continue;
        seen |= UINT64_C(1) << (f - fields);
        char path[160];
        int n = snprintf(path, sizeof path, "%.*s.%s", SV_ARG(outer), f->name);
        p->path = sv_make(path, n < (int)sizeof path ? (size_t)n : sizeof path - 1);
        ok &= check_value(p, f, v);
        p->path = outer;
    }
    for (const struct field *f = fields; f->name; f++)
        if ((f->flags & FIELD_REQUIRED) && !(seen & UINT64_C(1) << (f - fields)))
            ok = lacks_field(p, f, map && !sv_is(outer, "spec") ? span_of(p, map) : entity_span(p->e, NULL));
    return ok;
}

bool schema_check(struct model *m, struct entity *e, struct diags *diags)
{
    struct place p = { m, diags, e, SV("metadata") };
    bool ok = check_fields(&p, metadata_fields, e->metadata);
    p.path = SV("spec");
    const struct data *spec = data_get(&e->doc->root, "spec");
    if (spec && spec->kind != DATA_MAP && spec->kind != DATA_NULL)
        return wrong_type(&p, spec, "a map");
    return check_fields(&p, model_kinds[e->kind].fields, e->spec) && ok;
}
