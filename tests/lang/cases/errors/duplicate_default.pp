case $x { default: { } default: { } }
$y = $x ? { default => 1, default => 2 }
