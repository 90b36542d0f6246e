# Ends of heredocs: a tag before a blank that is no ASCII, a carriage return alone, and a regexp over two lines.
$a = @(X)
END 
X
$b = @(X)
ab
- X
$c = @(X) =~ /a
ab
X
b/
