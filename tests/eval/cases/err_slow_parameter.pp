define d(Array[Variant[Integer, Pattern[/\A(a|aa)+\z/]]] $x) { }
d { "a": x => [1, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"] }
