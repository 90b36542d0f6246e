notify { "${facts['os']['name']} ${osfamily} ${::kernel} ${trusted['certname']} ${environment} ${facts['nosuch']}|": }
