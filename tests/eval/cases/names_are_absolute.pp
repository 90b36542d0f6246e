class foo::bar { include baz notify { 'foo::bar': } }
class baz { notify { 'top baz': } }
class foo::baz { notify { 'foo baz': } }
include foo::bar
