# Says what Ruby got.
Puppet::Functions.create_function(:'m::what') do
  dispatch :what do
    param 'Any', :value
  end

  def what(value)
    case value
    when Puppet::Pops::Types::PSensitiveType::Sensitive then "Sensitive of #{value.unwrap.inspect}"
    when Regexp, Hash, Array, String, Symbol, nil, true, false, Integer, Float then value.inspect
    else value.to_s
    end
  end
end
