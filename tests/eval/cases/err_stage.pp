class first { }
class { 'first': stage => nosuch }
