Puppet::Functions.create_function(:'rgiven::hashed') do
  dispatch :hashed do
    param 'Hash', :options
    param 'Puppet::LookupContext', :context
  end

  def hashed(options, _context)
    { 'rgiven::hashed' => [options, '%{facts.os.name}'], 'rgiven::both' => 'hash', 'rgiven::list' => [1] }
  end
end
