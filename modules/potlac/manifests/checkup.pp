# Deploys the checkups of a service's two system owners, one from dev and one from ops, as a series of calendar events.
#
# @param ownership
#   Reference of the ownership. The identities of the events hang on it.
# @param owners
#   The two owners.
# @param zone
#   The time zone whose wall clock the checkups keep.
# @param label
#   The service's name, shown in calendars.
# @param every
#   How often they meet.
# @param minutes
#   How long.
# @param weekday
#   The day, where it is agreed on; else a slot is found.
# @param time
#   The time of day, where it is agreed on.
# @param location
#   Where they meet.
#
# @example
#   class { 'potlac::checkup':
#     ownership => 'systemownership:default/search-index',
#     owners    => ['user:default/eva', 'user:default/mats'],
#     zone      => 'Europe/Stockholm',
#     every     => 'P4W',
#   }
class potlac::checkup (
  Potlac::Ref               $ownership,
  Array[Potlac::User]       $owners,
  Potlac::Zone              $zone,
  String[1]                 $label    = $ownership,
  Potlac::Every             $every    = 'P4W',
  Integer[5, 240]           $minutes  = 45,
  Optional[Potlac::Weekday] $weekday  = undef,
  Optional[Potlac::Time]    $time     = undef,
  Optional[String[1]]       $location = undef,
) {
  if $owners.unique.length < 2 {
    warning("${ownership} needs two owners who meet")
  } else {
    potlac::ritual { "${ownership}/checkup":
      kind        => 'checkup',
      attendees   => $owners.unique.sort,
      zone        => $zone,
      wanted      => {
        'minutes' => $minutes,
        'every'   => $every,
        'weekday' => $weekday,
        'time'    => $time,
      }.filter |$key, $value| { $value =~ NotUndef },
      summary     => "${label}: checkup",
      description => "What changed around the service since the last one: potlac agenda ${ownership}",
      location    => $location,
    }
  }
}
