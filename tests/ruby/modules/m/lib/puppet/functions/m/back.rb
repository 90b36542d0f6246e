# Calls functions of all kinds by their names.
Puppet::Functions.create_function(:'m::back') do
  dispatch :back do
    param 'String', :name
    repeated_param 'Any', :args
  end

  def back(name, *args)
    call_function(name, *args)
  end
end
