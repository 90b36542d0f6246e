$x = nosuch(1)
