# Strings that are interpolated, next to text and alone.
$a = "${'x'}"
$b = "a${'b'}c${''}${$a}"
$c = @("END")
  a$${'b'}c
  | END
