class b { file { '/b': } }
class a { File { mode => '0640' } include b file { '/a': } file { '/own': mode => undef } }
include a
file { '/outside': }
