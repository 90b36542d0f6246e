/* ruby_value: see ruby_value.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "types/ruby_value.h"

#include "types/text.h"
#include "types/type.h"
#include "types/uri.h"

#define INSPECT_DEPTH 400 /* deeper parts are "..." */

const char *ruby_class(struct value v)
{
    switch ((enum value_kind)v.kind) {
    case V_STRING:
        return "String";
    case V_INT:
        return "Integer";
    case V_FLOAT:
        return "Float";
    case V_ARRAY:
        return "Array";
    case V_HASH:
        return "Hash";
    case V_UNSET:
    case V_UNDEF:
        return "NilClass";
    case V_BOOL:
        return v.b ? "TrueClass" : "FalseClass";
    case V_DEFAULT:
        return "Symbol";
    case V_REGEXP:
        return "Regexp";
    case V_SENSITIVE:
        return "Puppet::Pops::Types::PSensitiveType::Sensitive";
    case V_TYPE:
        return v.t->kind == T_RESOURCE || v.t->kind == T_CLASS ? "Puppet::Resource" : "Puppet::Pops::Types::PAnyType";
    case V_BINARY:
        return "Puppet::Pops::Types::PBinaryType::Binary";
    case V_TIMESTAMP:
        return "Puppet::Pops::Time::Timestamp";
    case V_TIMESPAN:
        return "Puppet::Pops::Time::Timespan";
    case V_SEMVER:
        return "SemanticPuppet::Version";
    case V_SEMVER_RANGE:
        return "SemanticPuppet::VersionRange";
    case V_URI:
        return uri_ruby_class(value_sv(v));
    default:
        return "Object";
    }
}

static void inspect(struct strbuf *out, struct value v, unsigned depth)
{
    if (depth > INSPECT_DEPTH) {
        strbuf_adds(out, "...");
        return;
    }
    if (v.kind <= V_UNDEF) {
        strbuf_adds(out, "nil");
    } else if (v.kind == V_STRING) {
        text_inspect(out, value_sv(v));
    } else if (v.kind == V_DEFAULT) {
        strbuf_adds(out, ":default");
    } else if (v.kind == V_ARRAY) {
        strbuf_addc(out, '[');
        for (uint32_t i = 0; i < v.n; i++) {
            strbuf_adds(out, i ? ", " : "");
            inspect(out, v.items[i], depth + 1);
        }
        strbuf_addc(out, ']');
    } else if (v.kind == V_HASH) {
        strbuf_addc(out, '{');
        for (uint32_t i = 0; i < v.h->count; i++) {
            strbuf_adds(out, i ? ", " : "");
            inspect(out, v.h->pairs[i].key, depth + 1);
            strbuf_adds(out, "=>");
            inspect(out, v.h->pairs[i].value, depth + 1);
        }
        strbuf_addc(out, '}');
    } else {
        value_print(out, v);
    }
}

void ruby_inspect(struct strbuf *out, struct value v) { inspect(out, v, 0); }

struct sv ruby_inspected(struct arena *a, struct value v)
{
    struct strbuf out = STRBUF_IN(a);
    inspect(&out, v, 0);
    return strbuf_sv(&out);
}

struct sv ruby_text(struct arena *a, struct value v)
{
    return v.kind == V_ARRAY || v.kind == V_HASH ? ruby_inspected(a, v) : value_text(a, v);
}
