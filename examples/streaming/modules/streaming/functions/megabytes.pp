# So many percent of this host's memory, in whole megabytes, rounded down to 64.
function streaming::megabytes(Integer[1, 100] $percent) >> Integer[64] {
  $total = $facts['memory']['system']['total_bytes'] / 1048576
  $share = $total * $percent / 100
  [64, $share - $share % 64].max
}
