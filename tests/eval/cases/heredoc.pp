$n = 'you'
$t = @("END")
  hello ${n}
    more
  | END
notify { 'a': message => $t }
