define m::d() { notify { "${title}|${name}|${module_name}": } }
m::d { 'Some Title': }
