# Deploys a Potlac: the weekly sync of a team's leaders, a longer one every few weeks, one-on-ones between each pair of them, and what prepares
# their key meetings, as calendar events.
#
# This class and its parameters are all it takes; another team's Potlac is the same class with other values. Nobody creates
# or moves events by hand: when a role changes hands, the sync goes on with its new attendee, the one-on-ones of the one who
# left end, and those of the one who came begin.
#
# @param potlac
#   Reference of the Potlac. The identities of its events hang on it: a Potlac that is renamed starts new events.
# @param leaders
#   Who leads: product owner, team lead, agile coach. One person with two roles is named once.
# @param zone
#   The time zone whose wall clock the meetings keep.
# @param label
#   The name shown in calendars.
# @param sync
#   The sync: minutes, every ('P1W'), and either weekday and time, or earliest and latest weekday among which a slot is found that suits
#   everybody's hours, holidays and other meetings, in the weeks of changing clocks too.
# @param one_on_ones
#   One-on-ones: minutes, and the most a leader may have in a week. Left out: none.
# @param retrospective
#   A longer sync that takes the place of the sync every few weeks: minutes (60), every ('P4W'). Left out: none.
# @param bridge
#   A meeting of one delegate of this Potlac with one of another, to which it once belonged: to, minutes (30). How often, and whose turn it is,
#   the model says. Left out: none.
# @param key_meetings
#   Meetings with others that are prepared together, by reference, with the parameters of potlac::key_meeting.
# @param quick_chat
#   How they chat before key meetings: see potlac::key_meeting.
# @param mock
#   How they rehearse special ones: see potlac::key_meeting.
# @param location
#   Where they meet: a room, or the address of a call.
#
# @example
#   class { 'potlac::team':
#     potlac      => 'potlac:default/search',
#     leaders     => ['user:default/eva', 'user:default/ines', 'user:default/li'],
#     zone        => 'Europe/Stockholm',
#     sync        => { 'weekday' => 'wed', 'time' => '10:00' },
#     one_on_ones => { 'max_per_week' => 2 },
#   }
class potlac::team (
  Potlac::Ref                     $potlac,
  Array[Potlac::User]             $leaders,
  Potlac::Zone                    $zone,
  String[1]                       $label         = $potlac,
  Potlac::Sync                    $sync          = {},
  Optional[Potlac::Oneonones]     $one_on_ones   = undef,
  Optional[Potlac::Retrospective] $retrospective = undef,
  Optional[Potlac::Bridge]        $bridge        = undef,
  Hash[Potlac::Ref, Hash]         $key_meetings  = {},
  Potlac::Chat                    $quick_chat    = {},
  Potlac::Mock                    $mock          = {},
  Optional[String[1]]             $location      = undef,
) {
  $all = $leaders.unique.sort

  if $all.length < 2 {
    warning("${potlac} has fewer than two leaders, so there is nobody to meet")
  } else {
    potlac::ritual { "${potlac}/sync":
      kind        => 'sync',
      attendees   => $all,
      zone        => $zone,
      wanted      => { 'minutes' => 30, 'every' => 'P1W', 'sync' => true } + $sync,
      summary     => "${label}: weekly sync",
      description => "Each brings at least one topic. What happened since the last time: potlac agenda ${potlac}",
      location    => $location,
    }

    if $retrospective {
      potlac::ritual { "${potlac}/retrospective":
        kind        => 'sync',
        attendees   => $all,
        zone        => $zone,
        wanted      => $sync.filter |$key, $value| { $key in ['earliest', 'latest', 'weekday', 'time'] } + { 'minutes' => 60, 'every' => 'P4W' } + $retrospective,
        summary     => "${label}: retrospective",
        description => "In place of this week's sync: what to keep, what to change. What happened: potlac agenda ${potlac}",
        location    => $location,
      }
    }

    if $bridge {
      $bridge_minutes = $bridge['minutes'] ? { undef => 30, default => $bridge['minutes'] }
      potlac::bridges($potlac).each |$pair| {
        potlac::ritual { "${potlac}/bridge/${pair['leaders'].join('/')}":
          kind        => 'sync',
          attendees   => $pair['leaders'],
          zone        => $zone,
          wanted      => { 'minutes' => $bridge_minutes, 'every' => $pair['every'], 'phase' => $pair['phase'] },
          summary     => "${label}: bridge",
          description => "Delegates of ${potlac} and ${bridge['to']}: what one plans that the other should know.",
          location    => $location,
        }
      }
    }

    if $one_on_ones {
      $pair_minutes = $one_on_ones['minutes'] ? { undef => 30, default => $one_on_ones['minutes'] }
      $max_per_week = $one_on_ones['max_per_week'] ? { undef => 2, default => $one_on_ones['max_per_week'] }
      potlac::pairs($all, $max_per_week, $potlac).each |$pair| {
        potlac::ritual { "${potlac}/one-on-one/${pair['leaders'].join('/')}":
          kind        => 'one-on-one',
          attendees   => $pair['leaders'],
          zone        => $zone,
          wanted      => {
            'minutes' => $pair_minutes,
            'every'   => $pair['every'],
            'phase'   => $pair['phase'],
          },
          summary     => "One-on-one: ${pair['names'].join(' and ')}",
          description => "Leaders of ${label}",
          location    => $location,
        }
      }
    }

    $key_meetings.each |$meeting, $own| {
      potlac::key_meeting { $meeting:
        potlac     => $potlac,
        leaders    => $all,
        quick_chat => $quick_chat,
        mock       => $mock,
        location   => $location,
        *          => $own,
      }
    }
  }
}
