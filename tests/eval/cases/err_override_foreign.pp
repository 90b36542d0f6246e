class base { file { '/a': mode => '0644' } }
class other { File['/a'] { mode => '0600' } }
include base
include other
