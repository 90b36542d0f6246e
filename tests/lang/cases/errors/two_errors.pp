class a {
  $x = )
}
class b {
  $y = ]
}
