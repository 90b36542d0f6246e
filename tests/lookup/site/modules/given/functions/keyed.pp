# given::file: the text of the file and how often it was asked; given::raw: not interpolated; given::cooked: it is.
function given::keyed(Variant[String, Numeric] $key, Hash $options, Puppet::LookupContext $context) {
  $calls = $context.cached_value('calls').lest || { 0 } + 1
  $context.cache('calls', $calls)
  case $key {
    'given::file': { $context.cached_file_data($options['path']) |$text| { "${text.strip} ${options['path'].split('/')[-1]}" } }
    'given::calls': { "${calls} ${options['path'].split('/')[-1]}" }
    'given::raw': { '%{facts.os.family}' }
    'given::cooked': { $context.interpolate(['%{facts.os.family}', { 'k' => "%{lookup('given::fixed')}" }]) }
    'given::entries': {
      $context.cache_all({ 'a' => 1, 'b' => 2 })
      $pairs = $context.cached_entries.map |$pair| { "${pair[0]}" }
      [$pairs, $context.cache_has_key('a'), $context.cache_has_key('z'), $context.cached_value('z') =~ Undef]
    }
    'given::inner': { lookup('given::fixed') }
    'given::wrong': { $context.nothing_like_that() }
    'given::fails': { fail("no luck with ${key}") }
    default: { $context.not_found }
  }
}
