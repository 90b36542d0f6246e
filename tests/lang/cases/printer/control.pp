if $a { 1 } elsif $b { f(2) } else { }
unless $c { f(1) } else { f(2) }
case $d { 'a', /b/, Integer: { f() } default: { } }
$e = if $f { 1 } else { 2 }
$g = case $h { 1: { 2 } }
$i = { type => 1, 'a' => function, b => type, if($x){c} => 1 }
$j = [type, function, *$k,]
f(a => 1, b => 2, $c, d => 3)
F[a => 1, 2]
type($x)
$l = $m.type.f[1](2) |$n| >> String { 'x' }
if File <| |> { } { }
