class e inherits nosuch { }
class { 'e': }
