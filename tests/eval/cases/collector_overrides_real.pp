class c { notify { 'a': message => 'was' } }
include c
Notify<| title == 'a' |> { message => 'now' }
