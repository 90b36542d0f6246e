# Calls that are put off travel in the catalog; objects do too.
type Car = Object[{attributes => {reg => String, make => {type => String, value => 'Volvo'}, of => Optional[Car]}}]
function now_known() >> String { 'x' }
class typed(String $text, Integer $later) {
  notify { 'typed': message => [$text, $later] }
}
class { 'typed': text => Deferred('now_known', []), later => Deferred('join', [[1]]) }
notify { 'a': message => Deferred('foo', [1, 'a', Sensitive('x')]) }
notify { 'b': message => Deferred('$facts', ['os', 'name']) }
notify { 'c': message => { 'x' => [Deferred('foo', [Deferred('bar')])] } }
notify { 'd': message => Sensitive(Deferred('foo')) }
notify { 'e': message => "x ${Deferred('foo')}" }
notify { 'f': message => [Car('abc'), Car('abc', 'Saab', Car({ reg => 'def' }))] }
