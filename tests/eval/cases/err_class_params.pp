class c($a, $b) { }
class { 'c': b => 1, z => 2 }
