file { "/x": ensure => }
