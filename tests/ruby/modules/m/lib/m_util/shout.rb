module MUtil
  def self.shout(text)
    "#{text.upcase}!"
  end
end
