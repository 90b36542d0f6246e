class c { } define d() { }
$before = defined(Notify['a'])
notify { 'a': } @notify { 'v': }
$x = undef
notify { 'r': message => [$before, defined(Notify['a']), defined(Notify['v']), defined('c'), defined('d'), defined('file'), defined('nosuch'), defined('$x'), defined('$y'), defined(Class['c'])] }
