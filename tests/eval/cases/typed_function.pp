function f(Integer $x, String *$rest) >> Array { [$x, $rest] }
notify { 'v': message => [f(1), f(1, 'a', 'b')] }
