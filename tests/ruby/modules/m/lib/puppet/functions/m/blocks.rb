Puppet::Functions.create_function(:'m::blocks') do
  dispatch :run do
    param 'Array', :list
    block_param 'Callable[1, 1]', :block
  end

  dispatch :without do
    param 'Integer', :n
    optional_block_param 'Callable[2, 2]', :block
  end

  def run(list)
    list.map { |v| yield(v) }
  end

  def without(n)
    block_given? ? yield(n, n + 1) : n
  end
end
