# A length of time: 'PT15M', 'PT2H', 'P1D'.
type Potlac::Duration = Pattern[/\AP([1-9][0-9]*D)?(T([1-9][0-9]*H)?([1-9][0-9]*M)?)?\z/]
