type M::Port = Integer[1, 65535]
type M::Tree = Variant[Integer, Array[M::Tree]]
define d(M::Port $p, M::Tree $t = [1, [2, [3]]]) { notify { "${title} ${p} ${t}": } }
d { 'x': p => 80 }
notify { 'm': message => [80 =~ M::Port, 0 =~ M::Port, [1, ['a']] =~ M::Tree] }
