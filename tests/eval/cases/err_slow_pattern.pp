notify { 'no answer' : message => 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab' =~ Pattern[/\A(a|aa)+\z/] }
