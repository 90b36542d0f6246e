Puppet::Functions.create_function(:plain) do
  def plain(a, b = 2, *rest)
    [a, b, rest.size]
  end
end
