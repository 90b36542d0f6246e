# A module for cases that need one: a class, a define, a function and a type that are loaded at first need.
class m (M::Port $port = 80) {
  m::d { "d-${port}": port => $port }
}
