class c($a = 1, $b = $a + 1, $c = "${b}!") { notify { "${a} ${b} ${c}": } }
include c
