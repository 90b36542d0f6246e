# Where requests below a path go.
type Streaming::Upstream = Struct[{ port => Streaming::Port, path => Pattern[/\A\//] }]
