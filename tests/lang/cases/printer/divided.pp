# A slash that divides as long as no other follows.
$a = undef / "a\/b${1}"
$b = 'a\/b'
