class a::B { }
class Foo { }
