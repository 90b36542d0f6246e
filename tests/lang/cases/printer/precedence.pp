$a = 1 + 2 * 3 - 4 << 1 == 5 and !$b or $c in $d =~ /x/
$e = -$f[0] + -1 * *$g.h
$i = $j ? { 1 => 2, default => 3 } + 4
$k = $l and $m ? x => y + 1
$n = $o == 1 ? { true => a } == b
$p = $q = [$r, [$s]] = 1
!$t.u(1) -> V['w'] ~> x { 'y': } <- Z <| |>
