/* outliers_facts: which facts differ by nature. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "store/outliers_internal.h"

/* Paths of facts, '*' for any one step; what is below them differs too. Names are facter's. */
static const char *const natural[] = {
    "networking",
    "ssh",
    "system_uptime",
    "load_averages",
    "trusted",
    "clientcert",
    "hostname",
    "fqdn",
    "domain",
    "interfaces",
    "clientnoop",
    "ipaddress",
    "ipaddress6",
    "macaddress",
    "netmask",
    "netmask6",
    "network",
    "network6",
    "scope6",
    "identity",
    "dhcp_servers",
    "timestamp",
    "uptime",
    "uptime_days",
    "uptime_hours",
    "uptime_seconds",
    "serialnumber",
    "boardserialnumber",
    "boardassettag",
    "chassisassettag",
    "uuid",
    "memoryfree",
    "memoryfree_mb",
    "swapfree",
    "swapfree_mb",
    "ec2_metadata",
    "ec2_userdata",
    "az_metadata",
    "gce",
    "hypervisors",
    "memory.*.available",
    "memory.*.available_bytes",
    "memory.*.used",
    "memory.*.used_bytes",
    "memory.*.capacity",
    "mountpoints.*.available",
    "mountpoints.*.available_bytes",
    "mountpoints.*.used",
    "mountpoints.*.used_bytes",
    "mountpoints.*.capacity",
    "dmi.product.serial_number",
    "dmi.product.uuid",
    "dmi.board.serial_number",
    "dmi.board.asset_tag",
    "dmi.chassis.asset_tag",
    "disks.*.serial",
    "disks.*.serial_number",
    "disks.*.wwn",
    "partitions.*.uuid",
    "partitions.*.partuuid",
    "zpool_guid",
};
/* Flat facts of older facters that end in an interface's or a key's name. */
static const char *const natural_starts[] = { "ipaddress_", "ipaddress6_", "macaddress_", "netmask_", "netmask6_",   "network_",
                                              "network6_",  "ssh",         "sp_",         "ec2_",     "blockdevice_" };

static bool path_matches(struct sv path, struct sv pattern)
{
    struct sv step, want;
    while (sv_cut(&pattern, '.', &want))
        if (!sv_cut(&path, '.', &step) || !(sv_is(want, "*") || sv_eq(want, step)))
            return false;
    return true;
}

bool fact_differs_by_nature(struct sv path)
{
    for (size_t i = 0; i < sizeof natural / sizeof *natural; i++)
        if (path_matches(path, sv_of(natural[i])))
            return true;
    for (size_t i = 0; i < sizeof natural_starts / sizeof *natural_starts; i++)
        if (sv_starts(path, sv_of(natural_starts[i])))
            return true;
    return false;
}
