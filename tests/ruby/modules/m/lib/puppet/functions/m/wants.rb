require 'm_util/shout'
Puppet::Functions.create_function(:'m::wants') do
  dispatch :wants do
    param 'String', :text
  end

  def wants(text)
    MUtil.shout(text) + Digest::MD5.hexdigest(text)[0, 4] + Base64.strict_encode64(text)
  end
end
