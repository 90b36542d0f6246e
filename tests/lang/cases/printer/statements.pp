include foo
include foo, bar::baz
notice "x"
$x = 1; notice $x
require Foo['x']
notice (1)
  + 2
foo(1)
(2)
[1, 2].each |$i| { notice $i }
fail('x') |$a| { }
realize File['/a'], File['/b']
$y = notice
return
