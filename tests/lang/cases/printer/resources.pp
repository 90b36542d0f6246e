file { '/a': ensure => file, mode => '0644'; ['/b', '/c']: * => $h; default: owner => root, }
@user { 'u': uid => 1 }
@@host { 'h': ip => '::1' }
File { mode => '0644' }
File['/a'] { owner +> 'x', if => 1 }
Resource['file'] { mode => 1 }
Resource['file', '/x'] { mode => 1 }
class { 'a': b => c }
$type { 'x': }
User <| title == 'u' and (tag != "x" or uid == 1) |> { gid => 1 }
Host <<| |>>
a { 'x': } -> b { 'y': } { 'z': }
