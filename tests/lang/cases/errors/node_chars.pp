node "a b" { }
