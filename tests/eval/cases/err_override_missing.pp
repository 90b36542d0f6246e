File['/nope'] { mode => '0644' }
