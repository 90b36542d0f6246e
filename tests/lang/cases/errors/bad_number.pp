$x = 12ab
