# A longer sync: how often, and how long.
type Potlac::Retrospective = Struct[{
  Optional['minutes'] => Integer[5, 480],
  Optional['every']   => Potlac::Every,
}]
