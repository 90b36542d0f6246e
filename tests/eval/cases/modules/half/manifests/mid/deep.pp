class half::mid::deep { notify { 'deep': } }
