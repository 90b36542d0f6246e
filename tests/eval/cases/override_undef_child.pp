class base { file { '/a': mode => '0644', owner => 'o' } }
class child inherits base { File['/a'] { mode => undef, group => 'g' } }
include child
