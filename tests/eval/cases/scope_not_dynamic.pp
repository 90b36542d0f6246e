class a { $v = 'mine' include b }
class b { notify { "v: ${v}": } }
$v = 'top'
include a
