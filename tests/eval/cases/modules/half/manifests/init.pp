class half { notify { 'half': } }
