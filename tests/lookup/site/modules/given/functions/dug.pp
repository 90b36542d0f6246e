# given::deep.a.0: digs itself; all else is not there.
function given::dug(Array[Variant[String, Numeric]] $segments, Hash $options, Puppet::LookupContext $context) {
  if $segments[0] == 'given::deep' {
    $context.explain || { "asked for ${segments}" }
    $answer = { 'segments' => $segments, 'options' => $options, 'module' => $context.module_name, 'environment' => "${context.environment_name}" }
    $answer
  } else {
    given::give_up($context)
  }
}
