# An absolute path.
type Streaming::Path = Pattern[/\A\/[^\0]*\z/]
