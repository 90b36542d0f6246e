$x = 'abc
def
