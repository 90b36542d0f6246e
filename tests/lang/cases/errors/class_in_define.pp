define a() { class b { } }
