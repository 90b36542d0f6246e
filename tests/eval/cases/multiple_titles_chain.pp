notify { ['a', 'b']: } -> notify { ['c', 'd']: } ~> Notify <| title == 'e' |>
@notify { 'e': }
