# A full reference to a person: 'user:default/eva'.
type Potlac::User = Pattern[/\Auser:[a-z0-9][a-z0-9_.-]*\/[a-z0-9][a-z0-9_.-]*\z/]
