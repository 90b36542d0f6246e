$a = @("END")
  a ${b}
  c
  |- END
$b = 1
