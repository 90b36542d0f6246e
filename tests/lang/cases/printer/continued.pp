# Statements that would go on with the one before, were it not for a semicolon.
$x = 1;
-$x <- Notify[a];
-notify { "a": };
foo.bar; /a/.foo
foo.type /a/.foo
