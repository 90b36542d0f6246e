class c($a = $b, $b = 2) { }
include c
