$list = ['b', /^c/]
$r = ['a', 'b', 'cat', 'dog'].map |$v| { case $v { 'a': { 1 } *$list: { 2 } default: { 3 } } }
notify { 'r': message => $r }
