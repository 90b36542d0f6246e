class a::b { tag('extra') notify { 'n': tag => ['Mine', 'two::parts'] } file { '/no/tag': } }
include a::b
notify { 't': message => tagged('a::b') }
