if $x { class a { } }
