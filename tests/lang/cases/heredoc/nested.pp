$x = @("OUTER")
    before ${ @("INNER") } after
      inner ${deep}
      | INNER
    ${f("a ${b
      }")}
    | OUTER
$y = "${ @(IN) }"
 text
 | IN
