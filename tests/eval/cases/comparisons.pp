notify { 'v': message => ['10' == 10, 1 == 1.0, 'ABC' == 'abc', ['A'] == ['a'], { 'A' => 1 } == { 'a' => 1 }, undef == '', 'B' in ['a', 'b'], 'b' in 'ABC', 'b' in ['ab'], 'a' < 'B'] }
