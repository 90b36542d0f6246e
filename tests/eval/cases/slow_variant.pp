notify { "known all the same":
  message => "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab" =~ Variant[Pattern[/\A(a|aa)+\z/], String],
}
