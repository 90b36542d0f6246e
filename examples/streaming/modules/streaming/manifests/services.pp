# All services that the model deploys on this host's cluster.
class streaming::services (
  Hash[String[1], Hash[String[1], Scalar]] $settings = {},
) {
  include streaming::base

  file { '/usr/local/sbin/service-check':
    ensure => file,
    mode   => '0755',
    source => 'puppet:///modules/streaming/service-check',
  }

  $model['deployments'].each |$name, $version| {
    streaming::service { $name:
      version  => $version,
      settings => $settings[$name].lest || { {} },
    }
  }
}
