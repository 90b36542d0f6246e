class c($p = 'default') { notify { "c ${p}": } }
include c
class { 'c': p => 'given' }
