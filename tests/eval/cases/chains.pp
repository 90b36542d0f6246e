notify { ['a', 'b', 'c', 'd']: }
Notify['a'] -> Notify['b'] ~> [Notify['c'], Notify['d']]
Notify['a'] <- Notify['d']
$none = []
Notify['b'] -> $none
file { '/x': } -> notify { 'after': }
