file { "/x" ensure => file }
