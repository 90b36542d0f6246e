$n = 1
notice("${n-020}x")
notice("${_a-b.foo}")
