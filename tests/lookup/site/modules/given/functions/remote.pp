function given::remote(String $key, Hash $options, Puppet::LookupContext $context) {
  if $key == 'given::uri' or ($key == 'given::second' and $options['uri'] =~ /b/) { $options } else { $context.not_found() }
}
