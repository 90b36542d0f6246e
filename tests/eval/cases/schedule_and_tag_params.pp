define d() { notify { "in ${title}": } }
d { 'x': tag => ['given'], loglevel => 'info' }
