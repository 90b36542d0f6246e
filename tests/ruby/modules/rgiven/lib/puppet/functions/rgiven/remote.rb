Puppet::Functions.create_function(:'rgiven::remote') do
  dispatch :remote do
    param 'String', :key
    param 'Hash', :options
    param 'Puppet::LookupContext', :context
  end

  def remote(key, options, context)
    key == 'rgiven::uri' || (key == 'rgiven::second' && options['uri'].include?('b.')) ? options : context.not_found
  end
end
