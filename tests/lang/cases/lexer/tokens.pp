# comment, then every kind of token
class foo::bar(Integer[1, 2] $x = 0x1F, *$rest) inherits ::base { }
$a = $x ? { /re\/x/ => 010, default => 1.5e-3 } / 2
$b = $a[0] + [1] [2]
(1)
f (2) .g |$i| { @foo { 'x': a +> b, * => $h } }
@@File <| a != 'x' |> -> Foo <<| |>> ~> B <- C <~ D
foo-bar _baz foo::_x ::Foo $::a::b $1
"a $b ${c} ${d[1]} ${$e.f} ${if} $ \$x ${'n' + "x${y}z"} \u0041\u{1F600}\q" 'it\'s \n \\'
/* many
lines */ 1 << 2 >> 3 <= 4 >= 5 == 6 != 7 =~ 8 !~ 9 and or in ! - * % += -=
