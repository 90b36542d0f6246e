class a {
  define b (Nope::Type $x) { }
}
