$raw = @(END)
  keep \n $x
  | END
$dedent = @(END)
    four
   three
     five
    | END
$chomp = @(END)
  no break at the end
  |- END
$interp = @("END":json/L)
  { "a": "${x}", "b": "$y", \
    "c": ${z[1]} }
  | END
$escapes = @("END"/tn$)
  tab\tx \$no \n \q
  | END
$all = @(END/)
  \ttab\s\u0041\\ \L
  END
f(@(ONE), 'x', @("TWO"), @( THREE ))
  first ${no}
  | ONE
second ${yes}
- TWO
  THREE
$same_line = @(END).upcase
text END
$empty = @(END)
END
