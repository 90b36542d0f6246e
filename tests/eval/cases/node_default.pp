node 'other.example.com' { notify { 'other': } }
node /^(node\d)\.(.*)$/ { notify { "${0} ${1} ${2}": } $v = 'node' include c }
node default { notify { 'default': } }
class c { notify { "v ${v}": } }
notify { 'top': }
