# A minute of the hour for a job, the same on each run and another on each host, so that forty hosts do not start at once.
function streaming::minute(String[1] $job) >> Integer[0, 59] {
  fqdn_rand(60, $job) + 0
}
