file { default: ensure => file; "/x": }
$x = default + 1
class { a => 1 }
