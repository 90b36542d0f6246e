if 'abc-42' =~ /(\w+)-(\d+)/ { notify { "in ${1} ${2}": } }
notify { "out [${1}]": }
$r = 'foo9' ? { /(\d)/ => "got ${1}", default => 'none' }
notify { $r: }
case 'X' { 'x': { notify { 'no case': } } default: { notify { 'never': } } }
