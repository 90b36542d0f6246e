define a($title, $name) { }
