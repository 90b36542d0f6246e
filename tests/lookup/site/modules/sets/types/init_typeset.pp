# A set of the module's own name: Sets::Car
type Sets = TypeSet[{
  pcore_version => '1.0.0',
  version       => '1.0.0',
  types         => {
    Car => Object[{ attributes => { reg => String } }],
    Reg => Pattern[/^[A-Z]+$/],
  },
}]
