$x = 1.foo 1.2.3 08 0x 1.5e 12ab 0 0.5 007 1e5 ::Foo::bar A::b a:: 
