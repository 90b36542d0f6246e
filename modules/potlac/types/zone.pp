# An IANA time zone: 'Europe/Stockholm'.
type Potlac::Zone = Pattern[/\A[A-Za-z0-9_+-]+(\/[A-Za-z0-9_+-]+)*\z/]
