function declare($n) { notify { $n: } }
class c { declare('from class') }
include c
