@notify { 'v': } @notify { 'w': } @notify { 'x': }
realize(Notify['v'])
Notify<| title == 'w' |>
