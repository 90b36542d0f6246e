# Hosts beside the databases: accounts, invoices, titles, and their backups.
class streaming::role::core (
  Hash[String[1], Hash] $stores,
  Integer[0, 23]        $backup_hour = $model['params']['backup_hour'],
) {
  class { 'streaming::services':
    settings => {
      'catalogue' => { 'mode' => 'primary' },
      'billing'   => { 'currency' => 'SEK' },
    },
  }

  user { 'backup-streaming':
    ensure => present,
    system => true,
    home   => '/srv/backup',
    shell  => '/usr/sbin/nologin',
  }

  file { ['/srv/backup', "${streaming::base::root}/stores"]:
    ensure => directory,
    mode   => '0750',
  }

  $stores.each |$name, $store| {
    file { "${streaming::base::root}/stores/${name}.conf":
      ensure  => file,
      mode    => '0640',
      content => "host=${store['host']}\ndbname=${name}\nkeep_days=${store['keep_days']}\n",
    }

    file { "/srv/backup/${name}":
      ensure => directory,
      owner  => 'backup-streaming',
      mode   => '0700',
    }

    cron { "back up ${name}":
      command => "pg_dump --host=${store['host']} ${name} | gzip > /srv/backup/${name}/$(date +\\%F).sql.gz",
      user    => 'backup-streaming',
      hour    => $backup_hour,
      minute  => streaming::minute($name),
    }

    cron { "forget old backups of ${name}":
      command => "find /srv/backup/${name} -type f -mtime +${store['keep_days']} -delete",
      user    => 'backup-streaming',
      hour    => $backup_hour + 1,
      minute  => 0,
    }
  }
}
