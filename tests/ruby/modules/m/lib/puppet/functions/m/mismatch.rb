Puppet::Functions.create_function(:'m::mismatch') do
  dispatch :good do
    param 'Integer', :n
  end

  argument_mismatch :bad do
    param 'Any', :n
  end

  def good(n)
    n
  end

  def bad(n)
    "wants a number and no #{n.class}"
  end
end
