class base { $x = 'from base' file { '/a': mode => '0644' } }
class child inherits base { File['/a'] { mode => '0600' } notify { "x: ${x}": } }
include child
