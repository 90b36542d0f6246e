notify { 'v': message => [Integer('0x1F'), Integer('10', 2), Float('1.5'), Boolean('yes'), String(42, '%x'), Array({ 'a' => 1 })] }
