$x = Notify['gone']['message']
