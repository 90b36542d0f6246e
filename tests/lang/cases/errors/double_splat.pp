file { "/x": * => $a, * => $b }
