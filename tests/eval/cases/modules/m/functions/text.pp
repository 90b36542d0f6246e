function m::text(String $name, M::Port $port) >> String {
  "${name} at ${port}"
}
