# A local time of one day: '2027-03-18T13:00:00'.
type Potlac::Start = Pattern[/\A[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?\z/]
