@notify { 'v1': tag => 't' } @notify { 'v2': tag => 't' }
notify { 'first': } -> Notify<| tag == 't' |> -> notify { 'last': }
notify { 'p': } -> Notify<| tag == 'none' |> -> notify { 'q': }
