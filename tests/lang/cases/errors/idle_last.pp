class a { $x }
