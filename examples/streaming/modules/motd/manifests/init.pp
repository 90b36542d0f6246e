# What one reads on logging in.
#
# @param path    where it is kept
# @param contact whom to ask
# @param lines   shown as "name: value"
# @param notice  a line that stands out
class motd (
  Motd::Path             $path,
  String[1]              $contact,
  Hash[String[1], Scalar] $lines = {},
  Optional[String[1]]    $notice = undef,
) {
  file { $path:
    ensure  => file,
    mode    => '0644',
    content => epp('motd/motd.epp', {
      'title'   => $facts['networking']['fqdn'],
      'contact' => $contact,
      'lines'   => $lines,
      'notice'  => $notice,
    }),
  }
}
