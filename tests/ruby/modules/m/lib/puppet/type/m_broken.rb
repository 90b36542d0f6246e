Puppet::Type.newtype(:m_broken) do
  newparam(:name, namevar: true)

  def self.title_patterns
    raise 'no patterns today'
  end
end
