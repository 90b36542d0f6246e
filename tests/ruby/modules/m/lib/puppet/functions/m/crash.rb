Puppet::Functions.create_function(:'m::crash') do
  dispatch :crash do
    param 'String', :how
  end

  def crash(how)
    case how
    when 'kill' then Process.kill(:KILL, Process.pid)
    when 'segv' then Process.kill(:SEGV, Process.pid)
    when 'exit' then exit(3)
    when 'exit!' then exit!(4)
    when 'spin' then loop {}
    when 'ask' then loop { call_function('m::same', 1) }
    when 'hog' then Array.new(64) { 'x' * (32 << 20) }.size
    when 'deep' then crash_deeper(0)
    when 'print' then puts('not a message'); $stdout.flush; 'printed'
    end
  end

  def crash_deeper(n)
    crash_deeper(n + 1) + 1
  end
end
