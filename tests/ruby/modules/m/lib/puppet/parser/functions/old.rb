module Puppet::Parser::Functions
  newfunction(:old, :type => :rvalue, :arity => -2, :doc => 'Says what it got, and what it sees.') do |args|
    return 'early' if args[0] == 'early'

    raise Puppet::ParseError, 'old(): no' if args[0] == 'fail'

    "#{args.inspect} #{lookupvar('seen').inspect} #{lookupvar('nowhere').inspect}"
  end
end
