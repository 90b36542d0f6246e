# The quick chat before a key meeting: how long, how early before the meeting at most ('PT2H'), and how late ('PT15M').
type Potlac::Chat = Struct[{
  Optional['minutes'] => Integer[5, 120],
  Optional['before']  => Potlac::Duration,
  Optional['latest']  => Potlac::Duration,
}]
