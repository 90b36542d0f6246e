@notify { 'a': message => ['x', 'y'], tag => 'One' }
@notify { 'b': message => 'x' }
@notify { 'c': }
Notify<| message == 'x' and title != 'b' |>
@user { 'u': uid => 100 } @user { 'w': uid => '100' }
User<| uid == 100 or title == 'nobody' |>
