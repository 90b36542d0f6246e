# A wall time: '09:30'.
type Potlac::Time = Pattern[/\A([01][0-9]|2[0-3]):[0-5][0-9]\z/]
