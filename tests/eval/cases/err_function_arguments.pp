function g($a) { $a }
$x = g(1, 2)
