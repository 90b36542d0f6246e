/* known: attributes of Puppet's other usual types, so that a compile can tell a misspelt one. They have no provider yet.
 * A type that neither Puppet nor Debian's modules for it bring is not here: as with Puppet, a module on the path must have it. */
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
    { "mailalias", ATTRS("ensure", "recipient", "file", "target", "name", "provider") },
    { "mount", ATTRS("ensure", "device", "blockdevice", "fstype", "options", "pass", "atboot", "dump", "target", "name", "path", "remounts",
                     "provider") },
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

const char *known_name(uint32_t i) { return i < sizeof known / sizeof *known ? known[i].name : NULL; }

bool type_is_passive(struct sv type)
{
    static const char *const passive[] = { "stage", "schedule", "filebucket", "whit", "component", "anchor" };
    for (size_t i = 0; i < sizeof passive / sizeof *passive; i++)
        if (sv_eq_nocase(type, sv_of(passive[i])))
            return true;
    return false;
}
