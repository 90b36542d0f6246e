class a { contain settings include settings }
include a
class b inherits settings { notify { 'x': } }
include b
Class['settings'] -> Notify['x']
