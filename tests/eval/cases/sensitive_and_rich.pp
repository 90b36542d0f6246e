notify { 'a': message => /re/ }
notify { 'b': message => [default, undef, { 'k' => File['/x'] }] }
notify { 'c': message => Class['c'] }
