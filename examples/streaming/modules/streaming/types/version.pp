# 4.2.0, also 4.2.0-rc1
type Streaming::Version = Pattern[/\A\d+\.\d+\.\d+(-[a-z0-9]+)?\z/]
