# How long one-on-ones take, and how many of them a leader may have in a week.
type Potlac::Oneonones = Struct[{
  Optional['minutes']      => Integer[5, 240],
  Optional['max_per_week'] => Integer[1, 20],
}]
