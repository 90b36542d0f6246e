# The same name as in another module path: one must never be seen by the other.
Puppet::Functions.create_function(:'m::add') do
  def add(*args)
    "elsewhere #{args.size}"
  end
end
