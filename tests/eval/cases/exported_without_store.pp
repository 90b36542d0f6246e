@@notify { 'e': }
@@file { '/e': ensure => file }
Notify<<| |>>
notify { 'n': }
