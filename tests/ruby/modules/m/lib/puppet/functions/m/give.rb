# Values that only Ruby can make.
Puppet::Functions.create_function(:'m::give') do
  dispatch :give do
    param 'String', :what
  end

  def give(what)
    case what
    when 'symbol' then :word
    when 'undef' then [:undef, nil]
    when 'default' then :default
    when 'big' then 2**63
    when 'most' then 2**63 - 1
    when 'regexp' then /a.b/i
    when 'latin' then "caf\xe9".dup.force_encoding('ISO-8859-1')
    when 'sensitive' then Puppet::Pops::Types::PSensitiveType::Sensitive.new('x')
    when 'mixed' then { 1 => 'one', 'a' => { nil => 2.5 } }
    when 'raise' then raise ArgumentError, 'not this one'
    when 'parse_error' then raise Puppet::ParseError, 'not this either'
    when 'placed' then raise Puppet::ParseError.new('with a place', '/x.pp', 7)
    when 'nil' then nil.upcase
    end
  end
end
