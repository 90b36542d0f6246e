# One service at one version: its package, account, settings, unit and log rotation.
#
# @param version  what the model says runs here
# @param port     what it listens on
# @param memory   megabytes it may use
# @param settings what its role adds
define streaming::service (
  Streaming::Version      $version,
  Streaming::Port         $port   = lookup('streaming::ports')[$title],
  Integer[64]             $memory = streaming::megabytes(lookup('streaming::memory_percent')[$title]),
  Hash[String[1], Scalar] $settings = {},
) {
  include streaming::base

  $etc = "${streaming::base::root}/services/${title}"

  user { "svc-${title}":
    ensure => present,
    system => true,
    gid    => lookup('streaming::service_group'),
    home   => "/var/lib/${title}",
    shell  => '/usr/sbin/nologin',
  }

  package { "streaming-${title}":
    ensure => $version,
  }

  file { $etc:
    ensure => directory,
    mode   => '0755',
  }

  file { "${etc}/settings.yaml":
    ensure  => file,
    mode    => '0644',
    content => epp('streaming/settings.yaml.epp', {
      'service'  => $title,
      'version'  => $version,
      'port'     => $port,
      'memory'   => $memory,
      'settings' => $settings,
    }),
  }

  file { "/etc/default/${title}":
    ensure  => file,
    mode    => '0644',
    content => @("END"),
      # Read by the unit of ${title} and by service-check.
      PORT=${port}
      MEMORY_MB=${memory}
      SETTINGS=${etc}/settings.yaml
      | END
  }

  file { "/etc/logrotate.d/${title}":
    ensure  => file,
    mode    => '0644',
    content => epp('streaming/logrotate.epp', { 'service' => $title, 'days' => 14 }),
  }

  service { $title:
    ensure => running,
    enable => true,
  }

  Package["streaming-${title}"]
  -> [File["${etc}/settings.yaml"], File["/etc/default/${title}"]]
  ~> Service[$title]

  User["svc-${title}"] -> Package["streaming-${title}"]

  cron { "check ${title}":
    command => "/usr/local/sbin/service-check ${title}",
    minute  => '*/5',
    require => File['/usr/local/sbin/service-check'],
  }
}
