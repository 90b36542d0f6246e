class base { notify { 'a': tag => 'x', require => Notify['r'] } notify { ['r', 's']: } }
class child inherits base { Notify['a'] { tag +> 'y', require +> Notify['s'] } }
include child
