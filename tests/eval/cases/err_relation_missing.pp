notify { 'a': before => Notify['gone'] }
