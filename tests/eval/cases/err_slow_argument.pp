function f(Optional[Pattern[/\A(a|aa)+\z/]] $x) { }
f('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab')
