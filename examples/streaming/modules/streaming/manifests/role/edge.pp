# The front door: nginx before the gateway, one location for each service behind it.
class streaming::role::edge (
  Hash[String[1], Streaming::Upstream] $upstreams,
  Integer[256]                         $connections = $model['params']['connections'],
) {
  class { 'streaming::services':
    settings => { 'edge-gateway' => { 'connections' => $connections, 'upstreams' => $upstreams.size } },
  }

  file {
    default:
      ensure  => file,
      mode    => '0644',
      require => Package['nginx-light'],
      notify  => Exec['test the configuration of nginx'],
    ;
    '/etc/nginx/nginx.conf':
      content => epp('streaming/nginx.conf.epp', { 'connections' => $connections }),
    ;
    '/etc/nginx/conf.d/log.conf':
      source => 'puppet:///modules/streaming/nginx-log.conf',
  }

  $upstreams.each |$name, $upstream| {
    file { "/etc/nginx/conf.d/upstream-${name}.conf":
      ensure  => file,
      mode    => '0644',
      content => epp('streaming/upstream.conf.epp', { 'name' => $name } + $upstream),
      require => Package['nginx-light'],
      notify  => Exec['test the configuration of nginx'],
    }
  }

  # A configuration that nginx refuses must not stop the one that runs.
  exec { 'test the configuration of nginx':
    command     => '/usr/sbin/nginx -t -q',
    refreshonly => true,
  }
  ~> service { 'nginx':
    ensure  => running,
    enable  => true,
    restart => '/usr/sbin/nginx -s reload',
  }
}
