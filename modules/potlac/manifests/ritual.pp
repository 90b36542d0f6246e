# One ritual of people who meet again and again. Where weekday and time are not given, a slot is found that suits all attendees;
# where there is none, a warning says who is in the way, and nobody is invited outside their hours.
#
# @param kind
#   What it is.
# @param attendees
#   Who meets.
# @param zone
#   The time zone whose wall clock it keeps.
# @param wanted
#   What potlac::slot is asked for: minutes, every, phase, weekday, time, earliest, latest, sync.
# @param summary
#   Title in calendars.
# @param description
#   Text in calendars.
# @param location
#   Where they meet.
define potlac::ritual (
  Enum['sync', 'one-on-one', 'checkup'] $kind,
  Array[Potlac::User, 2]                $attendees,
  Potlac::Zone                          $zone,
  Hash[String, Data]                    $wanted,
  String[1]                             $summary,
  String                                $description = '',
  Optional[String[1]]                   $location    = undef,
) {
  $slot = potlac::slot($title, $attendees, $wanted + { 'zone' => $zone })

  if $slot {
    calendar_event { $title:
      ensure      => present,
      kind        => $kind,
      zone        => $zone,
      weekday     => $slot['weekday'],
      start_time  => $slot['time'],
      phase       => $slot['phase'],
      skip        => $slot['skip'],
      moves       => $slot['moves'],
      every       => $slot['every'],
      minutes     => $slot['minutes'],
      attendees   => $attendees,
      private     => $kind == 'one-on-one',
      summary     => $summary,
      description => $description,
      location    => $location,
    }
  }
}
