class a($p = 'a') { $v = "v of ${p}" }
class b($q = $v) inherits a { notify { "b sees ${v} ${q} ${a::v}": } }
class c inherits b { notify { "c sees ${v} ${q}": } }
include c
