notify { 'v': message => "${File['/a']} ${Class['Foo::Bar']} ${Integer[1, default]} ${Resource['file', '/b']} ${Variant[Integer, String]} ${File}" }
$same = [Integer == Integer[default, default], Integer[1, 2] < Integer, String =~ Type]
notify { 's': message => $same }
