# Hosts of the index: a folder for each shard, and a snapshot every night.
class streaming::role::index (
  Integer[0, 23] $snapshot_hour,
  Integer[1, 64] $shards = $model['params']['shards'],
) {
  class { 'streaming::services':
    settings => {
      'search-index' => { 'shards' => $shards, 'root' => '/srv/index' },
      'catalogue'    => { 'mode' => 'replica' },
      'recommender'  => { 'neighbours' => 200 },
    },
  }

  file { ['/srv/index', '/srv/index/snapshots']:
    ensure => directory,
    mode   => '0755',
  }

  Integer[1, $shards].each |$number| {
    file { sprintf('/srv/index/shard-%02d', $number):
      ensure => directory,
      owner  => 'svc-search-index',
      group  => 'nogroup',
      mode   => '0750',
    }
  }

  file { '/usr/local/sbin/index-snapshot':
    ensure => file,
    mode   => '0755',
    source => 'puppet:///modules/streaming/index-snapshot',
  }
  -> cron { 'index snapshot':
    command => '/usr/local/sbin/index-snapshot /srv/index',
    user    => 'svc-search-index',
    hour    => $snapshot_hour,
    minute  => streaming::minute('snapshot'),
  }

  notify { "${facts['networking']['hostname']} holds ${shards} shards": }
}
