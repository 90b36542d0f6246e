define d {
  notify { "${name} ${title}": }
  if $title =~ Integer { notify { 'int': } }
}
create_resources('d', { 5 => {}, 'x' => {} })
D['5'] -> D['x']
