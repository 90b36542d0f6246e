Notify { withpath => true }
notify { 'a': message => 'set' }
notify { 'b': message => [Notify['a']['message'], Notify['a']['withpath'], Notify['a']['name']] }
