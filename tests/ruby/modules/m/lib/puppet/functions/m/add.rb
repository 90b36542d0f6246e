# Two dispatches, an optional and a repeated parameter, a checked result.
Puppet::Functions.create_function(:'m::add') do
  dispatch :numbers do
    param 'Integer', :a
    optional_param 'Integer', :b
    return_type 'Integer'
  end

  dispatch :texts do
    param 'String[1]', :first
    repeated_param 'String', :rest
    return_type 'String[1, 5]'
  end

  def numbers(a, b = 10)
    a + b
  end

  def texts(first, *rest)
    first + rest.join
  end
end
