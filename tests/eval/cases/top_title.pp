function f() { "${title} [${module_name}]" }
[1].each |$x| { notify { "${title} ${name} [${module_name}] [${caller_module_name}]": } }
notify { f(): }
node default { notify { "${title} ${name} [${module_name}]": } }
