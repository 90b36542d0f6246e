$x = undef
$y = $x['a']
