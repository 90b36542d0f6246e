/* Multistatus by expat. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "people/dav_xml.h"

#include <dlfcn.h>
#include <expat.h>

#define ITEMS_MAX 100000
#define DEPTH_MAX 64

#define EXPAT_FUNCTIONS(X)                                                                                                                 \
    X(XML_ParserCreateNS)                                                                                                                  \
    X(XML_ParserFree)                                                                                                                      \
    X(XML_Parse)                                                                                                                           \
    X(XML_SetUserData)                                                                                                                     \
    X(XML_SetElementHandler)                                                                                                               \
    X(XML_SetCharacterDataHandler)                                                                                                         \
    X(XML_SetStartDoctypeDeclHandler)                                                                                                      \
    X(XML_StopParser)                                                                                                                      \
    X(XML_GetErrorCode)                                                                                                                    \
    X(XML_GetCurrentLineNumber)                                                                                                            \
    X(XML_ErrorString)

struct expat {
#define X(name) __typeof__(name) *name;
    EXPAT_FUNCTIONS(X)
#undef X
};

static bool load(struct expat *out, struct err *err)
{
    void *library = dlopen("libexpat.so.1", RTLD_NOW | RTLD_LOCAL); /* stays for good */
    if (!library)
        return err_set(err, "expat is not installed (Debian's package is libexpat1)");
#define X(name)                                                                                                                            \
    if (!(out->name = (__typeof__(out->name))dlsym(library, #name)))                                                                       \
        return err_set(err, "expat is too old: it has no " #name);
    EXPAT_FUNCTIONS(X)
#undef X
    return true;
}

struct reader {
    struct arena *arena;
    struct expat lib;
    XML_Parser parser;
    struct dav_list list;
    struct dav_item item;
    struct strbuf text; /* of the element that is open */
    unsigned depth;
    bool in_response, in_propstat, found_multistatus;
    bool is_collection;
    const char *wrong;
    /* of a propstat: they count where its status is 200 */
    struct sv etag, data, status;
    const char *condition; /* looked for by dav_xml_names */
    bool named;
};

#define DAV_NS    "DAV:|"
#define CALDAV_NS "urn:ietf:params:xml:ns:caldav|"

static const char *local_name(const char *name)
{
    const char *bar = strrchr(name, '|');
    return bar ? bar + 1 : name;
}

static void stop(struct reader *r, const char *why)
{
    r->wrong = why;
    r->lib.XML_StopParser(r->parser, XML_FALSE);
}

static void XMLCALL on_doctype(void *ctx, const XML_Char *name, const XML_Char *system_id, const XML_Char *public_id, int internal)
{
    (void)name, (void)system_id, (void)public_id, (void)internal;
    stop(ctx, "it declares a document type, and entities are not followed");
}

static void XMLCALL on_start(void *ctx, const XML_Char *name, const XML_Char **attributes)
{
    struct reader *r = ctx;
    (void)attributes;
    if (++r->depth > DEPTH_MAX) {
        stop(r, "it is nested too deeply");
        return;
    }
    strbuf_reset(&r->text);
    r->named = r->named || (r->condition && strcmp(local_name(name), r->condition) == 0);
    if (strcmp(name, DAV_NS "multistatus") == 0) {
        r->found_multistatus = true;
    } else if (strcmp(name, DAV_NS "response") == 0) {
        r->in_response = true, r->is_collection = false;
        r->item = (struct dav_item){ 0 };
        r->status = SV_NONE;
    } else if (strcmp(name, DAV_NS "propstat") == 0) {
        r->in_propstat = true;
        r->etag = r->data = r->status = SV_NONE;
    } else if (strcmp(name, DAV_NS "collection") == 0) {
        r->is_collection = true;
    }
}

static struct sv taken(struct reader *r) { return arena_dup(r->arena, sv_trim(strbuf_sv(&r->text))); }

static bool is_status(struct sv status, const char *code) { return sv_find(status, sv_of(code), 0) != SIZE_MAX; }

static void end_response(struct reader *r)
{
    r->in_response = false;
    if (!r->item.href.n || r->is_collection)
        return;
    r->item.gone = r->item.gone || is_status(r->status, " 404");
    if (r->list.count == ITEMS_MAX) {
        stop(r, "it has too many objects");
        return;
    }
    ARENA_PUSH(r->arena, r->list.items, r->list.count, r->list.cap, r->item);
}

static void XMLCALL on_end(void *ctx, const XML_Char *name)
{
    struct reader *r = ctx;
    r->depth--;
    if (strcmp(name, DAV_NS "href") == 0 && r->in_response && !r->in_propstat && !r->item.href.n) {
        r->item.href = taken(r);
    } else if (strcmp(name, DAV_NS "getetag") == 0 && r->in_propstat) {
        r->etag = taken(r);
    } else if (strcmp(name, CALDAV_NS "calendar-data") == 0 && r->in_propstat) {
        r->data = arena_dup(r->arena, strbuf_sv(&r->text));
    } else if (strcmp(name, DAV_NS "status") == 0) {
        r->status = taken(r);
    } else if (strcmp(name, DAV_NS "sync-token") == 0 && !r->in_response) {
        r->list.token = taken(r);
    } else if (strcmp(name, DAV_NS "propstat") == 0) {
        if (!r->status.n || is_status(r->status, " 200"))
            r->item.etag = r->etag.n ? r->etag : r->item.etag, r->item.data = r->data.n ? r->data : r->item.data;
        r->in_propstat = false;
        r->status = SV_NONE;
    } else if (strcmp(name, DAV_NS "response") == 0) {
        end_response(r);
    }
    strbuf_reset(&r->text);
}

static void XMLCALL on_text(void *ctx, const XML_Char *text, int n)
{
    struct reader *r = ctx;
    strbuf_add(&r->text, sv_make(text, (size_t)n));
}

static bool parse(struct reader *r, struct sv text, struct err *err)
{
    if (!load(&r->lib, err))
        return false;
    const struct expat *lib = &r->lib;
    r->parser = lib->XML_ParserCreateNS(NULL, '|');
    if (!r->parser)
        return err_set(err, "expat cannot be started");
    lib->XML_SetUserData(r->parser, r);
    lib->XML_SetElementHandler(r->parser, on_start, on_end);
    lib->XML_SetCharacterDataHandler(r->parser, on_text);
    lib->XML_SetStartDoctypeDeclHandler(r->parser, on_doctype);
    bool ok = text.n <= INT32_MAX && lib->XML_Parse(r->parser, text.p, (int)text.n, 1) != XML_STATUS_ERROR;
    if (!ok)
        err_set(err, "its answer is no XML that can be used: line %lu: %s", (unsigned long)lib->XML_GetCurrentLineNumber(r->parser),
                r->wrong ? r->wrong : lib->XML_ErrorString(lib->XML_GetErrorCode(r->parser)));
    lib->XML_ParserFree(r->parser);
    strbuf_release(&r->text);
    return ok;
}

bool dav_xml_read(struct arena *a, struct sv text, struct dav_list *out_l, struct err *err)
{
    struct reader r = { .arena = a, .text = STRBUF_HEAP };
    if (!parse(&r, text, err))
        return false;
    if (!r.found_multistatus)
        return err_set(err, "its answer is XML, but not what a calendar server answers");
    *out_l = r.list;
    return true;
}

bool dav_xml_names(struct arena *a, struct sv text, const char *condition)
{
    struct reader r = { .arena = a, .text = STRBUF_HEAP, .condition = condition };
    return text.n && parse(&r, text, NULL) && r.named;
}

void dav_xml_escape(struct strbuf *out, struct sv text)
{
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (c == '<' || c == '>' || c == '&' || c == '"')
            strbuf_addf(out, "&#%d;", c);
        else if ((unsigned char)c >= 0x20)
            strbuf_addc(out, c);
    }
}
