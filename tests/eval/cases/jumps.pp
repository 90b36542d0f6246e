function f($x) { [1, 2, 3].each |$n| { if $n == $x { return("found ${n}") } } 'nothing' }
$m = [1, 2, 3, 4].map |$n| { if $n == 2 { next('two') } if $n == 4 { break() } $n * 10 }
class c { notify { 'before': } return() notify { 'after': } }
include c
notify { 'v': message => [f(2), f(9), $m] }
