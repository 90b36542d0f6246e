Puppet::Functions.create_function(:'m::scoped', Puppet::Functions::InternalFunction) do
  dispatch :scoped do
    scope_param
    param 'String', :name
  end

  def scoped(scope, name)
    [scope[name], closure_scope[name]]
  end
end
