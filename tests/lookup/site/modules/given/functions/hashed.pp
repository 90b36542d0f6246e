function given::hashed(Hash $options, Puppet::LookupContext $context) {
  $answer = {
    'given::hashed'  => [$options, '%{facts.os.name}'],
    'given::both'    => 'hash',
    'given::list'    => [1],
    'lookup_options' => { 'given::list' => { 'merge' => 'unique' } },
  }
  $answer
}
