define d($v) { notify { "d ${title} ${v} ${::later}": } }
d { 'x': v => 1 }
$later = 'set'
notify { 'last': }
