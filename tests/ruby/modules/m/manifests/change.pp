# The template adds to the list, and the parameter changes with it.
define m::change(Array $list = [1]) {
  notice(template('m/change.erb'))
  notice($list)
}
