class half::mid (Nope::Mid $x = 1) { }
