require 'puppet/parameter/boolean'

Puppet::Type.newtype(:m_role) do
  desc 'A type whose titles hold two parameters: "user@group".'
  ensurable

  newparam(:name, namevar: true)

  %i[user group].each do |part|
    newparam(part) do
      isnamevar
    end
  end

  newparam(:strict, boolean: true, parent: Puppet::Parameter::Boolean)

  def self.title_patterns
    word = /[a-z]+/
    [
      [/\A(#{word})@(#{word})\z/, [[:user], [:group, ->(text) { text.upcase }]]],
      [/\A(#{word})\z/, [[:name]]]
    ]
  end
end
