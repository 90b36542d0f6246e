# A meeting of one delegate each of two Potlacs that once were one: to which one, and how long.
type Potlac::Bridge = Struct[{
  'to'                => Potlac::Ref,
  Optional['minutes'] => Integer[5, 240],
}]
