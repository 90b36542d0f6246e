function now_known() >> String { 'x' }
class typed(Integer $number) { }
class { 'typed': number => Deferred('now_known', []) }
