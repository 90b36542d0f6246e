class m($one, $os, $dflt, $secret, $from_env = 'code', $nil_env = 'code', $none = 'code') {
  notice("${one} ${os} ${dflt} ${secret} ${from_env} ${nil_env} ${none}")
}
