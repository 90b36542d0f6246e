/* health: for load balancers and monitors: does this server work, and does it reach the store? */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"
#include "server/handlers.h"

static bool read_schema(void *ctx, struct store *s, struct err *err)
{
    int version = store_schema_version(s);
    *(int *)ctx = version;
    return version > 0 || err_set(err, "the store does not answer");
}

void health_get(struct server_call *call)
{
    struct strbuf out = STRBUF_IN(call->arena);
    struct json_out j = json_to(&out, false);
    int schema = 0;
    bool reachable = database_ask(call->database, read_schema, &schema, &call->err);
    json_open(&j, '{');
    json_kstr(&j, "status", reachable ? SV("ok") : SV("unavailable"));
    json_kstr(&j, "version", SV(POTLAC_VERSION));
    json_key(&j, SV("store"));
    json_open(&j, '{');
    json_kbool(&j, "reachable", reachable);
    if (reachable)
        json_kint(&j, "schema", schema);
    json_close(&j, '}');
    json_close(&j, '}');
    strbuf_addc(&out, '\n');
    http_answer(call->response, reachable ? 200 : 503, "application/json", strbuf_sv(&out));
    http_set(call->response, "Cache-Control", SV("no-store"));
}
