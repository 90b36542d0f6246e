class c(Variant[String, Sensitive[String]] $p) { notify { 'n': message => $p } file { '/s': content => Sensitive('x') } }
class { 'c': p => Sensitive('secret') }
notify { "text: ${Sensitive('hidden')}": }
