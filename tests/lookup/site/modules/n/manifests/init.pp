class n($needed) { }
