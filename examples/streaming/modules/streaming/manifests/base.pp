# What every host has: tools, time, logs, people who may log in, kernel settings, and a file that says what the host is.
class streaming::base (
  Streaming::Path           $root,
  Array[String[1], 1]       $ntp_servers,
  Array[String[1]]          $packages,
  Hash[String[1], Scalar]   $sysctl,
  Hash[String[1], Hash]     $admins,
  String[1]                 $chrony_config,
  String[1]                 $chrony_service,
  Optional[String[1]]       $log_host = undef,
) {
  package { $packages.unique.sort:
    ensure => installed,
  }

  file { [$root, "${root}/services"]:
    ensure => directory,
    mode   => '0755',
  }

  file { "${root}/node.yaml":
    ensure  => file,
    mode    => '0644',
    content => epp('streaming/node.yaml.epp'),
  }

  class { 'motd':
    lines => {
      'site'     => $model['site'],
      'cluster'  => $model['cluster'],
      'role'     => $model['role'],
      'services' => $model['deployments'].keys.sort.join(', '),
    },
  }

  # Time
  file { $chrony_config:
    ensure  => file,
    mode    => '0644',
    content => epp('streaming/chrony.conf.epp', { 'servers' => $ntp_servers }),
    require => Package['chrony'],
  }
  ~> service { $chrony_service:
    ensure => running,
    enable => true,
  }

  # Logs
  if $log_host {
    file { '/etc/rsyslog.d/60-forward.conf':
      ensure  => file,
      mode    => '0644',
      content => "*.info @@${log_host}:6514\n",
      require => Package['rsyslog'],
      notify  => Service['rsyslog'],
    }
  }
  service { 'rsyslog':
    ensure => running,
    enable => true,
  }

  # Kernel settings: one file, loaded when it changes
  file { '/etc/sysctl.d/60-streaming.conf':
    ensure  => file,
    mode    => '0644',
    content => $sysctl.keys.sort.map |$name| { "${name} = ${sysctl[$name]}\n" }.join,
  }
  ~> exec { 'load kernel settings':
    command     => '/sbin/sysctl --quiet --system',
    refreshonly => true,
  }

  # Who may log in
  group { 'operators':
    ensure => present,
    gid    => 2000,
  }
  $admins.each |$name, $about| {
    user { $name:
      ensure     => present,
      gid        => 'operators',
      home       => "/home/${name}",
      managehome => true,
      shell      => '/bin/bash',
      *          => $about,
    }
  }
  file { '/etc/sudoers.d/operators':
    ensure => file,
    mode   => '0440',
    source => 'puppet:///modules/streaming/sudoers',
  }

  cron { 'forget old core dumps':
    command => 'find /var/crash -type f -mtime +14 -delete',
    hour    => 5,
    minute  => streaming::minute('core dumps'),
  }
}
