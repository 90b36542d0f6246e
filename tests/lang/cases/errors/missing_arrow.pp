file { "/x":
  ensure file,
}
