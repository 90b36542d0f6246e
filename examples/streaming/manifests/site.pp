# What every host gets, and what its role in the model adds. $model comes from model/: the host's cluster, site, role and deployments.
File {
  owner => 'root',
  group => 'root',
}

node default {
  include streaming::base
  include "streaming::role::${model['role']}"
}
