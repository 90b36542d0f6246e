# How often and how long the leaders of a Potlac meet, and when: a day and a time, or the days among which a slot is looked for.
type Potlac::Sync = Struct[{
  Optional['minutes']  => Integer[5, 240],
  Optional['every']    => Potlac::Every,
  Optional['earliest'] => Potlac::Weekday,
  Optional['latest']   => Potlac::Weekday,
  Optional['weekday']  => Potlac::Weekday,
  Optional['time']     => Potlac::Time,
}]
