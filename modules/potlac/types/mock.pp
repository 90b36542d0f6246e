# The rehearsal of a special meeting: the longest it may take, and how many working days before the meeting, at least and at most.
type Potlac::Mock = Struct[{
  Optional['minutes']   => Integer[5, 480],
  Optional['lead_days'] => Array[Integer[1, 20], 2, 2],
}]
