$more = { 'mode' => '0600', 'owner' => 'me' }
file {
  default: ensure => file, mode => '0644';
  ['/a', ['/b']]: ;
  '/c': * => $more;
}
file { []: }
Resource['notify'] { 'by type': }
