define d($v) { notify { "saw ${v}": } }
d { 'x': v => 1 }
D<| title == 'x' |> { v => 2 }
