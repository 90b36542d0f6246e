$x = 'outer'
[1, 2].each |$n| { $x = "inner ${n}" notify { $x: } }
notify { $x: }
