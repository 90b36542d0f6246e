# A cycle of whole weeks: 'P1W', 'P4W'.
type Potlac::Every = Pattern[/\AP[1-9][0-9]?W\z/]
