# The helper process: runs what modules wrote in Ruby (ERB templates, functions) for a compile in the process that started it.
# SPDX-License-Identifier: Apache-2.0
#
# Standard input and output carry messages: a length of four bytes, then JSON (wire.rb). A request is answered by ["ok", value, alone,
# own] or ["err", text, placed]; before that, Ruby code may ask back (a variable, a native function), and while it waits for that answer
# it may be handed a further request. alone: did nothing but the request decide on the value? own: variables that Ruby code set, where
# it has. ["new"], another compile begins, has no answer. Standard output of the code that runs here goes to standard error.
require 'json'

module Potlac
  HELPER = __dir__
end

%w[wire values texts errors puppet scope functions4 functions3 template types lookup_context load].each { |name| require_relative name }

module Potlac
  # Requests by name; each gets the rest of the message.
  HANDLERS = {
    'init' => lambda { |libs| Load.init(libs) },
    'load4' => lambda { |name, path, text| Functions4.load(name, path, text) },
    'load3' => lambda { |name, path, text| Functions3.load(name, path, text) },
    'call4' => lambda { |name, dispatch, args, block| Functions4.call(name, dispatch, args, block) },
    'call3' => lambda { |name, args| Functions3.call(name, args) },
    'title' => lambda { |name, path, text, title| Types.title(name, path, text, title) },
    'erb' => lambda { |id, path, name, text, vars| Template.render(id, path, name, text, vars) },
  }.freeze

  def self.answer(message)
    handler = HANDLERS.fetch(message.shift)
    outer = Scope.enter
    begin
      value = catch(:no_such_key) { handler.call(*Wire.values(message)) }
      Wire.write(['ok', Wire.encode(value), Scope.alone, *(Scope.own.empty? ? [] : [Scope.own.keys])])
    ensure
      Scope.leave(outer)
    end
  rescue NoMemoryError
    Wire.write(['fatal', 'it used more memory than it may'])
    exit!(1)
  rescue Exception => e # rubocop:disable Lint/RescueException: whatever the code does must not end the helper
    text, placed = Errors.describe(e)
    Wire.write(['err', text, placed])
  end

  # Handles requests until an answer comes; then gives its value.
  def self.wait
    loop do
      message = Wire.read
      case message[0]
      when 'ok' then return Wire.values(message[1])
      when 'err' then raise Errors.from_compile(message[1], message[2])
      when 'new' then Load.new_compile
      else answer(message)
      end
    end
  end

  # Asks the compile that waits for this process.
  def self.ask(*message)
    Scope.alone = false
    Wire.write(message)
    wait
  end
end

Potlac.wait
