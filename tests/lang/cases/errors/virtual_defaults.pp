@File { mode => "0" }
