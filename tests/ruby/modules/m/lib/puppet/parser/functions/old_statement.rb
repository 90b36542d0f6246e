Puppet::Parser::Functions.newfunction(:old_statement, type: :statement, arity: 1) do |args|
  function_notice(["statement #{args[0]}"])
  function_old(['nested'])
end
