$x.each(1,) |$y| { }
