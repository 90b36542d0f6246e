define m::d (M::Port $port) {
  notify { m::text($title, $port): }
}
