class c(Integer[0, 10] $i, Array[String] $l = [], Optional[Enum['a', 'b']] $e = undef) { }
class { 'c': i => 11, l => ['x', 1], e => 'c' }
