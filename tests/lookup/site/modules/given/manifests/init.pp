class given($hashed, $file, $uri = 'default', $nowhere = 'default') { }
