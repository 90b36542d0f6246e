class a(Enum["x",] $p) {}
