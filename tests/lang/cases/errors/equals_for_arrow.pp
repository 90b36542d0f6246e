file { "/x": ensure = file }
