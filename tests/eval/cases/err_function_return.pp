function f($x) >> Integer { $x }
$y = f('a')
