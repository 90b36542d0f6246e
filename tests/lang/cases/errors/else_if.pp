if $x { } else if $y { }
