file { "/x": tag +> "a" }
