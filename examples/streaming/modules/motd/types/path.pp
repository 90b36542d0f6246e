# An absolute path.
type Motd::Path = Pattern[/\A\/[^\0]*\z/]
