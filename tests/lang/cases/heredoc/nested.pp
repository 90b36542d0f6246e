$x = @("OUTER")
    before ${ @("INNER") } after
      inner ${deep}
      | INNER
    ${f("a ${b}",
      1)}
    | OUTER
$y = "${ @(IN) }"
 text
 | IN
