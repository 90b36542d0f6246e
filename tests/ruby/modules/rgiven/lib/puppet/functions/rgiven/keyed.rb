Puppet::Functions.create_function(:'rgiven::keyed') do
  dispatch :keyed do
    param 'Variant[String, Numeric]', :key
    param 'Hash', :options
    param 'Puppet::LookupContext', :context
  end

  def keyed(key, options, context)
    calls = context.cache('calls', (context.cached_value('calls') || 0) + 1)
    name = File.basename(options['path'])
    case key
    when 'rgiven::file' then context.cached_file_data(options['path']) { |text| "#{text.strip} #{name}" }
    when 'rgiven::calls' then "#{calls} #{name}"
    when 'rgiven::raw' then '%{facts.os.family}'
    when 'rgiven::cooked' then context.interpolate(['%{facts.os.family}', { 'k' => "%{lookup('rgiven::fixed')}" }])
    when 'rgiven::entries' then entries(context)
    when 'rgiven::inner' then call_function('lookup', 'rgiven::fixed')
    when 'rgiven::fails' then raise ArgumentError, "no luck with #{key}"
    when 'rgiven::rescued'
      begin
        context.not_found
      rescue StandardError
        'a mistake'
      end
    else context.not_found
    end
  end

  def entries(context)
    context.cache_all({ 'a' => 1, 'b' => 2 })
    pairs = []
    context.cached_entries { |pair| pairs << pair[0] }
    context.cached_entries { |key, value| pairs << value if key == 'b' }
    [pairs, context.cache_has_key('a'), context.cache_has_key('z'), context.cached_value('z').nil?, context.cached_entries.to_a.size]
  end
end
