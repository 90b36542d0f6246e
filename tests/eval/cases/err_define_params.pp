define d($a) { }
d { 'x': z => 2 }
