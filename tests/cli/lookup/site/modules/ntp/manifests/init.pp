# Its parameters are what the lookups ask for.
class ntp(Array[String] $servers, Integer $port = 123) {
}
