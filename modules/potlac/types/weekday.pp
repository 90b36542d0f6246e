# A day of the week.
type Potlac::Weekday = Enum['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
