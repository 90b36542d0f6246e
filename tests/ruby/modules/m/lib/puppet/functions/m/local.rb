Puppet::Functions.create_function(:'m::local') do
  local_types do
    type 'Colour = Enum[red, green]'
  end

  dispatch :local do
    param 'Colour', :colour
  end

  def local(colour)
    "it is #{colour}"
  end
end
