$r = [1, 'str', [1, 'a'], { 'k' => 5 }, undef].map |$v| { case $v { Integer: { 'int' } String: { 'string' } [1, /A/i]: { 'array' } Hash[String, Integer]: { 'hash' } undef: { 'undef' } default: { 'other' } } }
notify { 'r': message => $r }
