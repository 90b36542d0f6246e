class c { notify { 'in c': } }
define d() { notify { "in ${title}": } }
d { 'x': noop => true }
class { 'c': noop => true }
