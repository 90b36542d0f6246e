class a::b(
  Optional[String] $x = undef,
  Hash[String, Array[Integer, 1]] $y = { 'a' => [1] },
) inherits a {
  class c { $in = $x }
  define d($p) { $q = $p }
  $z = $y.map |$k, $v| { $w = $k $v + $w + $x }
  if $x { $late = 1 } else { $late = 2 }
  notice($late, $::top, $a::b, $outer)
}
node default { }
node 'x', web01.example.com, /re/, { $n = 1 }
function m::f(Integer $a, *$rest) >> Integer { return $a }
type M::T = Variant[String, Array[M::T],]
type M::O = { attributes => { x => Integer } }
type M::P = M::O { attributes => { y => Integer } }
type Runtime['ruby', 'X'] = Foo
