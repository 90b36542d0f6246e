file { '/before': }
File { mode => '0600' }
file { '/after': }
