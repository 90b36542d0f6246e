Puppet::Functions.create_function(:'m::rescued') do
  dispatch :rescued do
    param 'String', :text
  end

  def rescued(text)
    call_function('fail', text)
  rescue StandardError => e
    "rescued: #{e.message}"
  end
end
