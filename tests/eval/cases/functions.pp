$top = 'seen'
function g($a, $b = "${a}!", *$rest) { "${a} ${b} ${rest} ${top}" }
notify { 'v': message => [g(1), g(1, 2), g(1, 2, 3, 4), g(*['x', 'y'])] }
