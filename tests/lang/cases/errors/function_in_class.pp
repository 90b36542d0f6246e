class a { notice(1) function b() { } }
