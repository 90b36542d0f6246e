class c($p = 'default') { notify { "c ${p}": } }
class { 'c': p => 'given' }
include c
