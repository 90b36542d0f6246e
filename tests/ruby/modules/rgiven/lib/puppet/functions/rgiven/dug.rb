Puppet::Functions.create_function(:'rgiven::dug') do
  dispatch :dug do
    param 'Array[Variant[String, Numeric]]', :segments
    param 'Hash', :options
    param 'Puppet::LookupContext', :context
  end

  def dug(segments, options, context)
    context.not_found unless segments[0] == 'rgiven::deep'
    context.explain { "asked for #{segments}" }
    { 'segments' => segments, 'options' => options, 'module' => context.module_name, 'environment' => context.environment_name.to_s }
  end
end
