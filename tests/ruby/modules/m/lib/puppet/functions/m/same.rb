# Gives back what it gets: values must cross unchanged, there and back.
Puppet::Functions.create_function(:'m::same') do
  dispatch :same do
    param 'Any', :value
  end

  def same(value)
    value
  end
end
