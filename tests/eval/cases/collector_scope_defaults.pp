class a { file { '/x': mode => '0644', owner => 'was' } }
class b { File { mode => '0600' } File<| title == '/x' |> { owner => 'now' } }
include a
include b
