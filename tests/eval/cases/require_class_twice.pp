class a { } class b { }
class c { require a require b require a notify { 'c': require => Class['a'] } }
include c
