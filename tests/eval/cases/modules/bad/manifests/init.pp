# For cases: reading this file fails, as nobody knows the type of a parameter in it.
class bad { notify { 'bad': } }
define bad::define (Nope::Type $x) { }
