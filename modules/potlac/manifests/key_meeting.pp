# Prepares a meeting with others that leaders hold outside their Potlac: a quick chat of all leaders shortly before it, and, where the
# meeting is special, a rehearsal some working days earlier. Both are events that move with the meeting, and go where it goes.
#
# Where no time suits the presenters and one other leader, a warning says that the chat goes by message; where the meeting was declared too
# late for a rehearsal, the rehearsal is left out and the chat takes 20 minutes. Two meetings within half an hour share one chat.
#
# @param potlac
#   Reference of the Potlac that prepares. The identities of the events hang on it and on the title: the meeting's reference.
# @param leaders
#   Who leads that Potlac.
# @param presenters
#   Who presents.
# @param start
#   When the meeting begins, on the wall clock of its zone.
# @param zone
#   The meeting's time zone.
# @param minutes
#   How long the meeting takes.
# @param special
#   Whether it deserves a rehearsal.
# @param label
#   The meeting's name, shown in calendars.
# @param goal
#   What is to be reached in it.
# @param quick_chat
#   The chat: minutes (10), and the time before the meeting within which it lies: before ('PT2H') and latest ('PT15M').
# @param mock
#   The rehearsal: the most minutes it takes (60; never more than the meeting), and lead_days, the fewest and the most working days before the
#   meeting ([1, 3]).
# @param location
#   Where they meet.
#
# @example
#   potlac::key_meeting { 'keymeeting:default/q2-steering':
#     potlac     => 'potlac:default/search',
#     leaders    => ['user:default/eva', 'user:default/ines', 'user:default/li'],
#     presenters => ['user:default/eva'],
#     start      => '2027-03-18T13:00:00',
#     zone       => 'Europe/London',
#     special    => true,
#     goal       => 'Get the budget for rebuilding the index',
#   }
define potlac::key_meeting (
  Potlac::Ref            $potlac,
  Array[Potlac::User]    $leaders,
  Array[Potlac::User, 1] $presenters,
  Potlac::Start          $start,
  Potlac::Zone           $zone,
  Integer[5, 1440]       $minutes    = 60,
  Boolean                $special    = false,
  String[1]              $label      = $title,
  Optional[String[1]]    $goal       = undef,
  Potlac::Chat           $quick_chat = {},
  Potlac::Mock           $mock       = {},
  Optional[String[1]]    $location   = undef,
) {
  $wanted = {
    'potlac'       => $potlac,
    'leaders'      => $leaders.unique.sort,
    'presenters'   => $presenters.unique,
    'start'        => $start,
    'zone'         => $zone,
    'minutes'      => $minutes,
    'special'      => $special,
    'chat_minutes' => $quick_chat['minutes'],
    'before'       => $quick_chat['before'],
    'latest'       => $quick_chat['latest'],
    'mock_minutes' => $mock['minutes'],
    'lead_days'    => $mock['lead_days'],
  }.filter |$key, $value| { $value =~ NotUndef }

  $aim = $goal ? { undef => '', default => "Goal: ${goal}. " }

  potlac::prepare($title, $wanted).each |$event| {
    $text = $event['kind'] ? {
      'mock'  => "${aim}${event['audience']} plays the audience. What should change becomes a topic of the presenters.",
      default => "${aim}Is that realistic, yes or no from each? Feedback at the last minute. Who says what?",
    }
    $what = $event['kind'] ? { 'mock' => 'rehearsal', default => 'quick chat' }
    calendar_event { $event['title']:
      ensure      => present,
      kind        => $event['kind'],
      zone        => $event['zone'],
      start       => $event['start'],
      minutes     => $event['minutes'],
      attendees   => $event['attendees'],
      private     => false,
      summary     => "${label}: ${what}",
      description => $text,
      location    => $location,
    }
  }
}
