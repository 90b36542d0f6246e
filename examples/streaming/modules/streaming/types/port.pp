# A port that needs no root.
type Streaming::Port = Integer[1024, 65535]
