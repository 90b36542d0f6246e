notify { 'a': message => 'x', withpath => true }
Notify<| title == 'a' |> { message => undef }
