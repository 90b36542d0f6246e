class c($a = 'default', Optional[String] $b = undef) { notify { "a ${a}": } }
class { 'c': a => undef }
define d($x = 'dx') { notify { "x ${x}": } }
d { 'u': x => undef }
file { '/u': mode => undef, owner => 'o' }
