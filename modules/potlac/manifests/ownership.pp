# Deploys the checkups of a service's two system owners, one from dev and one from ops, as a series of calendar events.
#
# Where the same two own several services of the model, they meet once for up to four of them, 15 minutes for each, the most important tier
# first; what finds no room is talked about a week later. When an owner changes, old and new owners meet for a handover within ten working days.
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
#   class { 'potlac::ownership':
#     ownership => 'systemownership:default/search-index',
#     owners    => ['user:default/eva', 'user:default/mats'],
#     zone      => 'Europe/Stockholm',
#     every     => 'P4W',
#   }
class potlac::ownership (
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
  # of the model: which ownership of the same two people has the meeting, and for which services
  $shared = potlac::checkup_of($ownership)
  $merged = $shared =~ Hash and $shared['services'].length > 1

  if $owners.unique.length < 2 {
    warning("${ownership} needs two owners who meet")
  } elsif !$merged or $shared['at'] == $ownership {
    $cycle = $merged ? {
      true    => { 'minutes' => $shared['minutes'], 'every' => $shared['every'], 'phase' => $shared['phase'] },
      default => { 'minutes' => $minutes, 'every' => $every },
    }
    $about = $merged ? { true => $shared['services'].join(', '), default => $label }
    $agenda = $merged ? { true => 'their services', default => 'the service' }
    potlac::ritual { "${ownership}/checkup":
      kind        => 'checkup',
      attendees   => $owners.unique.sort,
      zone        => $zone,
      wanted      => $cycle + {
        'weekday' => $weekday,
        'time'    => $time,
      }.filter |$key, $value| { $value =~ NotUndef },
      summary     => "${about}: checkup",
      description => "What changed around ${agenda} since the last one: potlac agenda ${ownership}",
      location    => $location,
    }
  }

  potlac::handovers($ownership).each |$event| {
    calendar_event { $event['title']:
      ensure      => present,
      kind        => 'checkup',
      zone        => $event['zone'],
      start       => $event['start'],
      minutes     => $event['minutes'],
      attendees   => $event['attendees'],
      summary     => "${label}: handover",
      description => "Old and new owners: what is open, what is fragile, what only one of them knows. potlac agenda ${ownership}",
      location    => $location,
    }
  }
}
