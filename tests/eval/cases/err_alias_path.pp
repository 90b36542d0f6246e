file { 'foo': path => '/a' }
file { '/a': }
