class bad::fine { notify { 'fine': } }
