if $x { } elseif $y { }
