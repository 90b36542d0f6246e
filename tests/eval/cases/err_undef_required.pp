class c(String $a) { }
class { 'c': a => undef }
