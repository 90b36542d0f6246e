/* kinds: the tables of kinds, their fields and the relations that follow from fields. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "model/internal.h"

/* One field a line: clang-format would pack them. */
/* clang-format off */
#define REQ        FIELD_REQUIRED
#define LIST       FIELD_LIST
#define MAPOF      FIELD_MAP_OF
#define ONE        FIELD_ONE
#define RECORDED   FIELD_RECORDED
#define RELATES(r) .relates = (r) + 1
#define END { NULL }

#define OWNER "group|user"
#define USER  "user|person"

const struct field metadata_fields[] = {
    { "name", FT_TEXT, REQ },
    { "namespace", FT_TEXT },
    { "title", FT_TEXT },
    { "description", FT_TEXT },
    { "labels", FT_MAP },
    { "annotations", FT_MAP },
    { "tags", FT_TEXT, LIST },
    { "links", FT_MAP, LIST },
    END,
};

/* Backstage's own kinds. Fields that are not here are kept as they are. */
static const struct field domain_fields[] = {
    { "type", FT_TEXT },
    { "owner", FT_REF, REQ, OWNER, RELATES(REL_OWNED_BY) },
    { "subdomainOf", FT_REF, 0, "domain", RELATES(REL_PART_OF) },
    END,
};
static const struct field system_fields[] = {
    { "type", FT_TEXT },
    { "owner", FT_REF, REQ, OWNER, RELATES(REL_OWNED_BY) },
    { "domain", FT_REF, 0, "domain", RELATES(REL_PART_OF) },
    END,
};
static const struct field component_fields[] = {
    { "type", FT_TEXT, REQ },
    { "lifecycle", FT_TEXT, REQ },
    { "owner", FT_REF, REQ, OWNER, RELATES(REL_OWNED_BY) },
    { "system", FT_REF, 0, "system", RELATES(REL_PART_OF) },
    { "subcomponentOf", FT_REF, 0, "component", RELATES(REL_PART_OF) },
    { "providesApis", FT_REF, LIST, "api", RELATES(REL_PROVIDES_API) },
    { "consumesApis", FT_REF, LIST, "api", RELATES(REL_CONSUMES_API) },
    { "dependsOn", FT_REF, LIST, "component|resource|*", RELATES(REL_DEPENDS_ON) },
    { "dependencyOf", FT_REF, LIST, "component|resource|*", RELATES(REL_DEPENDENCY_OF) },
    END,
};
static const struct field api_fields[] = {
    { "type", FT_TEXT, REQ },
    { "lifecycle", FT_TEXT, REQ },
    { "owner", FT_REF, REQ, OWNER, RELATES(REL_OWNED_BY) },
    { "system", FT_REF, 0, "system", RELATES(REL_PART_OF) },
    { "definition", FT_TEXT, REQ },
    END,
};
static const struct field resource_fields[] = {
    { "type", FT_TEXT, REQ },
    { "owner", FT_REF, REQ, OWNER, RELATES(REL_OWNED_BY) },
    { "system", FT_REF, 0, "system", RELATES(REL_PART_OF) },
    { "dependsOn", FT_REF, LIST, "component|resource|*", RELATES(REL_DEPENDS_ON) },
    { "dependencyOf", FT_REF, LIST, "component|resource|*", RELATES(REL_DEPENDENCY_OF) },
    END,
};
static const struct field group_fields[] = {
    { "type", FT_TEXT, REQ },
    { "profile", FT_MAP },
    { "parent", FT_REF, 0, "group", RELATES(REL_CHILD_OF) },
    { "children", FT_REF, LIST, "group", RELATES(REL_PARENT_OF) },
    { "members", FT_REF, LIST, "user", RELATES(REL_HAS_MEMBER) },
    END,
};
static const struct field user_fields[] = {
    { "profile", FT_MAP },
    { "memberOf", FT_REF, LIST, "group", RELATES(REL_MEMBER_OF) },
    END,
};
static const struct field location_fields[] = {
    { "type", FT_TEXT },
    { "target", FT_TEXT },
    { "targets", FT_TEXT, LIST },
    { "presence", FT_TEXT },
    END,
};
static const struct field template_fields[] = {
    { "type", FT_TEXT, REQ },
    { "owner", FT_REF, 0, OWNER, RELATES(REL_OWNED_BY) },
    END,
};

/* Machines. */
static const struct field host_fields[] = {
    { "fqdn", FT_TEXT, REQ },
    { "site", FT_TEXT },
    { "cluster", FT_REF, ONE, "cluster", RELATES(REL_HOSTS), .rule = "I12" },
    { "status", FT_ENUM, RECORDED, "active|planned|staged|draining|failed|retired" },
    { "platform", FT_TEXT },
    { "address", FT_TEXT, LIST },
    { "owner", FT_REF, 0, OWNER, RELATES(REL_OWNED_BY) },
    { "role", FT_TEXT },
    { "params", FT_MAP },
    END,
};
static const struct field puppet_fields[] = {
    { "role", FT_TEXT },
    { "params", FT_MAP },
    { "classes", FT_MAP },
    END,
};
static const struct field cluster_fields[] = {
    { "site", FT_TEXT, REQ },
    { "environment", FT_TEXT },
    { "puppet", FT_STRUCT, 0, NULL, puppet_fields },
    { "minHosts", FT_INT },
    { "owner", FT_REF, 0, OWNER, RELATES(REL_OWNED_BY) },
    END,
};
static const struct field health_fields[] = {
    { "http", FT_TEXT },
    { "status", FT_INT },
    { "tcp", FT_TEXT },
    { "command", FT_TEXT, LIST },
    { "timeout", FT_DURATION },
    END,
};
static const struct field deployment_fields[] = {
    { "service", FT_REF, REQ, "component", RELATES(REL_DEPLOYS) },
    { "cluster", FT_REF, REQ | ONE, "cluster", RELATES(REL_RUNS_ON), .rule = "I12" },
    { "version", FT_TEXT, REQ | RECORDED },
    { "params", FT_MAP },
    { "classes", FT_MAP },
    { "health", FT_STRUCT, LIST, NULL, health_fields },
    END,
};

/* People. */
static const struct field person_calendar_fields[] = {
    { "target", FT_REF, REQ, "calendartarget" },
    { "path", FT_TEXT },
    END,
};
static const struct field person_fields[] = {
    { "timezone", FT_ZONE, REQ },
    { "hours", FT_HOURS },
    { "holidays", FT_REF, LIST, "holidaycalendar" },
    { "maxMeetingMinutesPerDay", FT_INT },
    { "calendar", FT_STRUCT, 0, NULL, person_calendar_fields },
    { "busy", FT_TEXT, LIST },
    { "from", FT_DATE },
    { "until", FT_DATE },
    END,
};
static const struct field absence_fields[] = {
    { "person", FT_REF, REQ | ONE, USER, .rule = "I13" },
    { "from", FT_DATE, REQ },
    { "to", FT_DATE, REQ },
    { "reason", FT_TEXT },
    { "delegate", FT_REF, MAPOF, USER },
    END,
};
static const struct field holiday_fields[] = {
    { "date", FT_DATE, REQ },
    { "name", FT_TEXT },
    END,
};
static const struct field holiday_calendar_fields[] = {
    { "days", FT_STRUCT, REQ | LIST, NULL, holiday_fields },
    END,
};
static const struct field role_assignment_fields[] = {
    { "person", FT_REF, REQ | ONE, USER },
    { "group", FT_REF, REQ | ONE, "group", RELATES(REL_HOLDS_ROLE), .subject = "person" },
    { "role", FT_ENUM, REQ, "product-owner|team-lead|agile-coach|dev|ops" },
    { "from", FT_DATE },
    { "until", FT_DATE },
    END,
};
static const struct field checkup_plan_fields[] = {
    { "every", FT_DURATION, REQ },
    { "minutes", FT_INT },
    { "zone", FT_ZONE },
    END,
};
static const struct field system_ownership_fields[] = {
    { "service", FT_REF, REQ | ONE, "component", .rule = "I03" },
    { "dev", FT_REF, REQ | ONE, USER, RELATES(REL_DEV_OWNED_BY), .subject = "service", .rule = "I03" },
    { "ops", FT_REF, REQ | ONE, USER, RELATES(REL_OPS_OWNED_BY), .subject = "service", .rule = "I03" },
    { "checkup", FT_STRUCT, 0, NULL, checkup_plan_fields },
    END,
};
static const struct field product_fields[] = {
    { "productOwner", FT_REF, REQ, USER },
    { "goLive", FT_DATE },
    { "affects", FT_REF, LIST, "component|api|resource|system|domain", RELATES(REL_AFFECTS) },
    { "state", FT_ENUM, RECORDED, "planned|building|live|dropped" },
    END,
};
static const struct field context_fields[] = {
    { "about", FT_REF, REQ, "product|*", RELATES(REL_CONTEXT_FOR) },
    { "author", FT_REF, REQ, USER },
    { "audience", FT_REF, LIST, "potlac|group|user|person" },
    { "validUntil", FT_DATE, RECORDED },
    { "text", FT_TEXT, REQ },
    END,
};
static const struct field sync_fields[] = {
    { "every", FT_DURATION },
    { "minutes", FT_INT },
    { "topicsPerLeader", FT_INT },
    { "earliest", FT_WEEKDAY },
    { "latest", FT_WEEKDAY },
    { "weekday", FT_WEEKDAY },
    { "time", FT_TIME },
    { "outsideHours", FT_ENUM, 0, "never|rotate" },
    END,
};
static const struct field retrospective_fields[] = {
    { "every", FT_DURATION },
    { "minutes", FT_INT },
    END,
};
static const struct field bridge_fields[] = {
    { "to", FT_REF, REQ, "potlac" },
    { "every", FT_DURATION },
    { "minutes", FT_INT },
    END,
};
static const struct field one_on_one_fields[] = {
    { "minutes", FT_INT },
    { "maxPerLeaderPerWeek", FT_INT },
    { "maxGapWeeks", FT_INT },
    END,
};
static const struct field quick_chat_fields[] = {
    { "minutes", FT_INT },
    { "before", FT_DURATION },
    { "latest", FT_DURATION },
    END,
};
static const struct field mock_fields[] = {
    { "minutes", FT_INT },
    { "leadDays", FT_INT, LIST },
    END,
};
static const struct field split_fields[] = {
    { "maxLeaders", FT_INT },
    END,
};
static const struct field potlac_fields[] = {
    { "group", FT_REF, REQ | ONE, "group" },
    { "leaders", FT_LEADERS, 0, USER },
    { "anchorZone", FT_ZONE, REQ | ONE, .rule = "I10" },
    { "sync", FT_STRUCT, 0, NULL, sync_fields },
    { "retrospective", FT_STRUCT, 0, NULL, retrospective_fields },
    { "bridge", FT_STRUCT, 0, NULL, bridge_fields },
    { "oneOnOnes", FT_STRUCT, 0, NULL, one_on_one_fields },
    { "quickChat", FT_STRUCT, 0, NULL, quick_chat_fields },
    { "mock", FT_STRUCT, 0, NULL, mock_fields },
    { "split", FT_STRUCT, 0, NULL, split_fields },
    { "recipe", FT_REF, 0, "recipe" },
    { "params", FT_MAP },
    END,
};
static const struct field key_meeting_fields[] = {
    { "start", FT_LOCAL, REQ },
    { "zone", FT_ZONE, REQ | ONE, .rule = "I10" },
    { "minutes", FT_INT, REQ },
    { "special", FT_BOOL },
    { "goal", FT_TEXT },
    { "place", FT_TEXT },
    { "presenters", FT_REF, REQ | LIST, USER },
    { "potlac", FT_REF, REQ | ONE, "potlac", RELATES(REL_PREPARED_BY) },
    END,
};
static const struct field topic_fields[] = {
    { "for", FT_RITUAL, REQ },
    { "raisedBy", FT_RAISER, REQ, USER },
    { "title", FT_TEXT, REQ },
    { "text", FT_TEXT },
    { "due", FT_DATE },
    { "about", FT_REF, LIST, "component|*", RELATES(REL_DISCUSSES) },
    { "state", FT_ENUM, RECORDED, "open|closed|carried|dropped" },
    END,
};
static const struct field checkup_fields[] = {
    { "ownership", FT_REF, REQ, "systemownership" },
    { "heldAt", FT_UTC, REQ },
    { "attended", FT_REF, REQ | LIST, USER },
    { "baseSnapshot", FT_TEXT },
    { "topics", FT_MAP },
    END,
};
static const struct field slot_fields[] = {
    { "start", FT_LOCAL, REQ },
    { "zone", FT_ZONE, REQ },
    END,
};
static const struct field meeting_fields[] = {
    { "ritual", FT_RITUAL, REQ },
    { "slot", FT_STRUCT, REQ, NULL, slot_fields },
    { "attendees", FT_REF, LIST, USER },
    { "state", FT_ENUM, REQ, "planned|held|missed|cancelled|skipped" },
    { "reason", FT_TEXT },
    END,
};
static const struct field backlog_item_fields[] = {
    { "service", FT_REF, REQ, "component", RELATES(REL_DISCUSSES) },
    { "title", FT_TEXT },
    { "opsRank", FT_INT, REQ | RECORDED },
    { "dev", FT_REF, RECORDED, USER },
    { "ops", FT_REF, RECORDED, USER },
    { "state", FT_ENUM, REQ | RECORDED, "todo|doing|done|dropped" },
    END,
};
static const struct field calendar_target_fields[] = {
    { "type", FT_ENUM, REQ, "caldav|ics" },
    { "url", FT_TEXT },
    { "scheduling", FT_ENUM, 0, "auto|server|none" },
    { "quirks", FT_TEXT, LIST },
    { "secret", FT_SECRET },
    { "userEdits", FT_ENUM, 0, "keep|revert" },
    END,
};
static const struct field recipe_fields[] = {
    { "params", FT_MAP },
    { "declares", FT_TEXT, LIST },
    { "checks", FT_TEXT, LIST },
    END,
};
static const struct field check_fields[] = {
    { "on", FT_TEXT, REQ },
    { "when", FT_TEXT },
    { "expr", FT_TEXT, REQ },
    { "level", FT_ENUM, 0, "bronze|silver|gold" },
    { "explain", FT_TEXT },
    { "mend", FT_TEXT },
    END,
};
/* clang-format on */

const struct kind_info model_kinds[KIND_COUNT] = {
    [KIND_DOMAIN] = { "Domain", "domain", true, domain_fields },
    [KIND_SYSTEM] = { "System", "system", true, system_fields },
    [KIND_COMPONENT] = { "Component", "component", true, component_fields },
    [KIND_API] = { "API", "api", true, api_fields },
    [KIND_RESOURCE] = { "Resource", "resource", true, resource_fields },
    [KIND_GROUP] = { "Group", "group", true, group_fields },
    [KIND_USER] = { "User", "user", true, user_fields },
    [KIND_LOCATION] = { "Location", "location", true, location_fields },
    [KIND_TEMPLATE] = { "Template", "template", true, template_fields },
    [KIND_HOST] = { "Host", "host", false, host_fields },
    [KIND_CLUSTER] = { "Cluster", "cluster", false, cluster_fields },
    [KIND_DEPLOYMENT] = { "Deployment", "deployment", false, deployment_fields },
    [KIND_PERSON] = { "Person", "person", false, person_fields },
    [KIND_ABSENCE] = { "Absence", "absence", false, absence_fields },
    [KIND_HOLIDAY_CALENDAR] = { "HolidayCalendar", "holidaycalendar", false, holiday_calendar_fields },
    [KIND_ROLE_ASSIGNMENT] = { "RoleAssignment", "roleassignment", false, role_assignment_fields },
    [KIND_SYSTEM_OWNERSHIP] = { "SystemOwnership", "systemownership", false, system_ownership_fields },
    [KIND_PRODUCT] = { "Product", "product", false, product_fields },
    [KIND_CONTEXT] = { "Context", "context", false, context_fields },
    [KIND_POTLAC] = { "Potlac", "potlac", false, potlac_fields },
    [KIND_KEY_MEETING] = { "KeyMeeting", "keymeeting", false, key_meeting_fields },
    [KIND_TOPIC] = { "Topic", "topic", false, topic_fields },
    [KIND_CHECKUP] = { "Checkup", "checkup", false, checkup_fields },
    [KIND_MEETING] = { "Meeting", "meeting", false, meeting_fields },
    [KIND_BACKLOG_ITEM] = { "BacklogItem", "backlogitem", false, backlog_item_fields },
    [KIND_CALENDAR_TARGET] = { "CalendarTarget", "calendartarget", false, calendar_target_fields },
    [KIND_RECIPE] = { "Recipe", "recipe", false, recipe_fields },
    [KIND_CHECK] = { "Check", "check", false, check_fields },
};

static const struct {
    const char *name;
    enum relation inverse;
} relations[REL_COUNT] = {
#define X(rel, name, inverse) [rel] = { name, inverse },
    MODEL_RELATIONS(X)
#undef X
};

const char *model_kind_name(enum model_kind k) { return k < KIND_COUNT ? model_kinds[k].name : "?"; }
bool model_kind_own(enum model_kind k) { return k < KIND_COUNT && !model_kinds[k].backstage; }
const char *relation_name(enum relation r) { return r < REL_COUNT ? relations[r].name : "?"; }
enum relation relation_inverse(enum relation r) { return r < REL_COUNT ? relations[r].inverse : REL_COUNT; }

enum model_kind kind_find(struct sv name, bool nocase)
{
    for (int k = 0; k < KIND_COUNT; k++)
        if (nocase ? sv_eq_nocase(name, sv_of(model_kinds[k].name)) : sv_is(name, model_kinds[k].name))
            return (enum model_kind)k;
    return KIND_COUNT;
}
