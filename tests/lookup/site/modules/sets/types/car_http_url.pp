type Sets::Car_http_URL = Pattern[/^http/]
