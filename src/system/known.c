/* known: attributes of Puppet's other usual types, so that a compile can tell a misspelt one. They have no provider yet. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "system/internal.h"

#define ATTRS(...)                                                                                                                         \
    (const char *const[]) { __VA_ARGS__, NULL }

/* Sorted by name: found by bisection. */
static const struct type_info known[] = {
    { "anchor", ATTRS("name") },
    { "archive",
      ATTRS("ensure", "creates", "path", "filename", "extract", "extract_path", "target", "extract_command", "temp_dir", "extract_flags",
            "cleanup", "source", "url", "cookie", "checksum", "digest_string", "checksum_url", "digest_url", "checksum_type", "digest_type",
            "checksum_verify", "username", "password", "user", "group", "proxy_type", "proxy_server", "allow_insecure", "download_options",
            "provider"),
      "path" },
    { "augeas", ATTRS("returns", "name", "context", "onlyif", "changes", "root", "load_path", "force", "type_check", "lens", "incl",
                      "show_diff", "provider") },
    { "component", ATTRS("name") },
    { "concat_file",
      ATTRS("ensure", "path", "owner", "group", "mode", "tag", "order", "backup", "replace", "validate_cmd", "ensure_newline", "format",
            "force", "selinux_ignore_defaults", "selrange", "selrole", "seltype", "seluser", "show_diff"),
      "path", "path" },
    { "concat_fragment", ATTRS("name", "target", "content", "source", "order", "tag") },
    { "file_line", ATTRS("ensure", "line", "name", "match", "match_for_absence", "multiple", "after", "path", "replace",
                         "replace_all_matches_not_matching_line", "encoding", "append_on_no_match", "provider") },
    { "filebucket", ATTRS("name", "server", "port", "path") },
    { "host", ATTRS("ensure", "ip", "host_aliases", "comment", "target", "name", "provider") },
    { "ini_setting",
      ATTRS("ensure", "value", "name", "section", "setting", "force_new_section_creation", "path", "show_diff", "key_val_separator",
            "section_prefix", "section_suffix", "indent_char", "indent_width", "refreshonly", "provider") },
    { "ini_subsetting", ATTRS("ensure", "value", "name", "section", "setting", "subsetting", "subsetting_separator",
                              "subsetting_key_val_separator", "path", "show_diff", "key_val_separator", "quote_char", "use_exact_match",
                              "insert_type", "insert_value", "delete_if_empty", "provider") },
    { "k5login", ATTRS("ensure", "path", "principals", "mode", "selrange", "selrole", "seltype", "seluser", "provider"), "path", "path" },
    { "mailalias", ATTRS("ensure", "recipient", "file", "target", "name", "provider") },
    { "maillist", ATTRS("ensure", "name", "description", "mailserver", "webserver", "admin", "password", "provider") },
    { "mount", ATTRS("ensure", "device", "blockdevice", "fstype", "options", "pass", "atboot", "dump", "target", "name", "path", "remounts",
                     "provider") },
    { "nagios_command",
      ATTRS("ensure", "target", "name", "command_name", "command_line", "owner", "group", "mode", "use", "register", "poller_tag",
            "provider"),
      "command_name" },
    { "nagios_contact",
      ATTRS("ensure", "target", "name", "contact_name", "owner", "group", "mode", "use", "register", "address1", "address2", "address3",
            "address4", "address5", "address6", "alias", "can_submit_commands", "contactgroups", "email", "host_notification_commands",
            "host_notification_options", "host_notification_period", "host_notifications_enabled", "pager", "retain_nonstatus_information",
            "retain_status_information", "service_notification_commands", "service_notification_options", "service_notification_period",
            "service_notifications_enabled", "provider"),
      "contact_name" },
    { "nagios_contactgroup",
      ATTRS("ensure", "target", "name", "contactgroup_name", "owner", "group", "mode", "use", "register", "alias", "contactgroup_members",
            "members", "provider"),
      "contactgroup_name" },
    { "nagios_host",
      ATTRS("ensure", "target", "name", "host_name", "owner", "group", "mode", "use", "register", "action_url", "active_checks_enabled",
            "address", "alias", "business_impact", "check_command", "check_freshness", "check_interval", "check_period", "contact_groups",
            "contacts", "display_name", "event_handler", "event_handler_enabled", "failure_prediction_enabled", "first_notification_delay",
            "flap_detection_enabled", "flap_detection_options", "freshness_threshold", "high_flap_threshold", "hostgroups", "icon_image",
            "icon_image_alt", "initial_state", "low_flap_threshold", "max_check_attempts", "notes", "notes_url", "notification_interval",
            "notification_options", "notification_period", "notifications_enabled", "obsess_over_host", "parents", "passive_checks_enabled",
            "poller_tag", "process_perf_data", "realm", "retain_nonstatus_information", "retain_status_information", "retry_interval",
            "stalking_options", "statusmap_image", "vrml_image", "provider"),
      "host_name" },
    { "nagios_hostgroup",
      ATTRS("ensure", "target", "name", "hostgroup_name", "owner", "group", "mode", "use", "register", "action_url", "alias",
            "hostgroup_members", "members", "notes", "notes_url", "realm", "provider"),
      "hostgroup_name" },
    { "nagios_service",
      ATTRS("ensure", "target", "name", "_naginator_name", "owner", "group", "mode", "use", "register", "action_url",
            "active_checks_enabled", "business_impact", "check_command", "check_freshness", "check_interval", "check_period",
            "contact_groups", "contacts", "display_name", "event_handler", "event_handler_enabled", "failure_prediction_enabled",
            "first_notification_delay", "flap_detection_enabled", "flap_detection_options", "freshness_threshold", "high_flap_threshold",
            "host_name", "hostgroup_name", "icon_image", "icon_image_alt", "initial_state", "is_volatile", "low_flap_threshold",
            "max_check_attempts", "normal_check_interval", "notes", "notes_url", "notification_interval", "notification_options",
            "notification_period", "notifications_enabled", "obsess_over_service", "parallelize_check", "passive_checks_enabled",
            "poller_tag", "process_perf_data", "retain_nonstatus_information", "retain_status_information", "retry_check_interval",
            "retry_interval", "service_description", "servicegroups", "stalking_options", "provider"),
      "_naginator_name" },
    { "nagios_servicegroup",
      ATTRS("ensure", "target", "name", "servicegroup_name", "owner", "group", "mode", "use", "register", "action_url", "alias", "members",
            "notes", "notes_url", "servicegroup_members", "provider"),
      "servicegroup_name" },
    { "nagios_timeperiod",
      ATTRS("ensure", "target", "name", "timeperiod_name", "owner", "group", "mode", "use", "register", "alias", "exclude", "friday",
            "monday", "saturday", "sunday", "thursday", "tuesday", "wednesday", "provider"),
      "timeperiod_name" },
    { "resources", ATTRS("name", "purge", "unless_system_user", "unless_uid") },
    { "schedule", ATTRS("name", "range", "periodmatch", "period", "repeat", "weekday") },
    { "selboolean", ATTRS("value", "name", "persistent", "provider") },
    { "selmodule", ATTRS("ensure", "syncversion", "name", "selmoduledir", "selmodulepath", "provider") },
    { "ssh_authorized_key", ATTRS("ensure", "type", "key", "user", "target", "options", "name", "drop_privileges", "provider") },
    { "sshkey", ATTRS("ensure", "key", "host_aliases", "target", "type", "name", "provider") },
    { "stage", ATTRS("name") },
    { "tidy", ATTRS("path", "recurse", "max_files", "matches", "backup", "age", "size", "type", "rmdirs"), "path", "path" },
    { "vcsrepo",
      ATTRS("ensure", "revision", "path", "source", "fstype", "owner", "group", "user", "excludes", "force", "compression",
            "basic_auth_username", "basic_auth_password", "identity", "module", "remote", "configuration", "cvs_rsh", "depth", "branch",
            "p4config", "submodules", "conflict", "provider"),
      "path", "path" },
    { "whit", ATTRS("name") },
    { "yumrepo", ATTRS("ensure", "name", "target", "descr", "mirrorlist", "baseurl", "enabled", "gpgcheck", "payload_gpgcheck",
                       "repo_gpgcheck", "gpgkey", "mirrorlist_expire", "include", "exclude", "gpgcakey", "includepkgs", "enablegroups",
                       "failovermethod", "keepalive", "retries", "http_caching", "timeout", "metadata_expire", "protect", "priority",
                       "minrate", "throttle", "bandwidth", "cost", "proxy", "proxy_username", "proxy_password", "s3_enabled", "sslcacert",
                       "sslverify", "sslclientcert", "sslclientkey", "metalink", "skip_if_unavailable", "assumeyes", "deltarpm_percentage",
                       "deltarpm_metadata_percentage", "username", "password", "module_hotfixes", "provider") },
    { "zfs", ATTRS("ensure", "name", "aclinherit", "aclmode", "acltype", "atime", "canmount", "checksum", "compression", "copies", "dedup",
                   "devices", "exec", "logbias", "mountpoint", "nbmand", "overlay", "primarycache", "quota", "readonly", "recordsize",
                   "refquota", "refreservation", "relatime", "reservation", "secondarycache", "setuid", "shareiscsi", "sharenfs",
                   "sharesmb", "snapdir", "sync", "version", "volsize", "vscan", "xattr", "zoned", "provider") },
    { "zpool", ATTRS("ensure", "name", "pool", "disk", "mirror", "raidz", "spare", "log", "cache", "raid_parity", "ashift", "autoexpand",
                     "failmode", "provider") },
};

static int name_cmp(struct sv a, const char *b)
{
    for (size_t i = 0;; i++) {
        int x = i < a.n ? (unsigned char)a.p[i] : 0, y = (unsigned char)b[i];
        if (x >= 'A' && x <= 'Z')
            x += 'a' - 'A';
        if (x != y || x == 0)
            return x - y;
    }
}

const struct type_info *known_type(struct sv type)
{
    size_t lo = 0, hi = sizeof known / sizeof *known;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        int c = name_cmp(type, known[mid].name);
        if (c == 0)
            return &known[mid];
        if (c < 0)
            hi = mid;
        else
            lo = mid + 1;
    }
    return NULL;
}

bool type_is_passive(struct sv type)
{
    static const char *const passive[] = { "stage", "schedule", "filebucket", "whit", "component", "anchor" };
    for (size_t i = 0; i < sizeof passive / sizeof *passive; i++)
        if (sv_eq_nocase(type, sv_of(passive[i])))
            return true;
    return false;
}
