unless false { notify { 'unless': } } else { notify { 'never': } }
$x = [!undef, !'', !0, !'false', (1 and undef), (undef or 'a')]
notify { 'b': message => $x }
