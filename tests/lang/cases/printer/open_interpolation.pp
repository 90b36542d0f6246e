$bND = 1
$a = @("END")
  a ${bND
  END
$b = @("END")
  ${bND.foo
  END
