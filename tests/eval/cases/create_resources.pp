create_resources('notify', { 'a' => { 'message' => 1 }, 'b' => {} })
create_resources('@notify', { 'virtual' => {} })
class c($p) { notify { "c ${p}": } }
create_resources('class', { 'c' => { 'p' => 9 } })
