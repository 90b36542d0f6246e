# Hosts that hand out streams: a large cache on disk, and a job that keeps it from filling up.
class streaming::role::playback (
  Streaming::Path $cache_root,
  Integer[1, 168] $keep_hours,
  Integer[1]      $cache_gb = $model['params']['cache_gb'],
) {
  class { 'streaming::services':
    settings => {
      'playback' => { 'cache' => $cache_root, 'cache_gb' => $cache_gb, 'keep_hours' => $keep_hours },
      'ingest'   => { 'scratch' => "${cache_root}/ingest", 'workers' => $facts['processors']['count'] * 2 },
    },
  }

  $kinds = ['audio', 'video', 'artwork']
  $kinds.each |$kind| {
    file { "${cache_root}/${kind}":
      ensure => directory,
      owner  => 'svc-playback',
      group  => 'nogroup',
      mode   => '0750',
    }
  }
  file { $cache_root:
    ensure => directory,
    mode   => '0755',
  }

  cron { 'forget old pieces':
    command => "find ${cache_root} -type f -mmin +${$keep_hours * 60} -delete",
    user    => 'svc-playback',
    minute  => streaming::minute('pieces'),
  }

  if 'ingest' in $model['deployments'] {
    file { "${cache_root}/ingest":
      ensure => directory,
      owner  => 'svc-ingest',
      group  => 'nogroup',
      mode   => '0700',
    }
    cron { 'forget unfinished masters':
      command => "find ${cache_root}/ingest -type f -mtime +3 -delete",
      user    => 'svc-ingest',
      hour    => 6,
      minute  => streaming::minute('masters'),
    }
  }
}
