define inner($n) { notify { "inner ${title} ${n}": } }
define outer() { inner { "${title}-1": n => 1 } inner { "${title}-2": n => 2 } }
outer { ['x', 'y']: }
inner { 'top': n => 0 }
