class c(Nosuch::Type $x) { }
class { 'c': x => 1 }
