file { 'foo': path => '/a' }
notify { 'n': require => File['/a/'] }
