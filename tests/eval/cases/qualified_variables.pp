class a { $x = 1 if true { $y = 2 } }
notify { "before: ${a::x}": }
include a
notify { "after: ${a::x} ${::a::y}": }
