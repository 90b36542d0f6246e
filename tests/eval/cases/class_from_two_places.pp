class shared { notify { 's': } }
class a { contain shared } class b { contain shared }
include a, b
