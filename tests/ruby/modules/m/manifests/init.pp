class m {
  $value = 'of m'
  $local = 'here'
  $nothing = undef
  $list = [1, 2]
  notice(template('m/vars.erb'))
}
