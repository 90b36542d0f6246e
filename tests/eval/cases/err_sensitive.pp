class c(String $p) { }
class { 'c': p => Sensitive('secret') }
