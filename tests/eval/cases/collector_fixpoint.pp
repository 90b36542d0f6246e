define outer() {
  @notify { "inner ${title}": tag => 'pick' }
  Notify<| tag == 'pick' |>
}
outer { 'a': }
@notify { 'unpicked': }
