type M::Port = Integer[1, 65535]
define d(M::Port $p) { }
d { 'x': p => 0 }
