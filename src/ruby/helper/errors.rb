# Exceptions: the names modules raise and rescue, and how they cross to the compile and back.
# SPDX-License-Identifier: Apache-2.0
module Puppet
  class Error < RuntimeError
    attr_accessor :original

    def initialize(message, original = nil)
      super(message)
      @original = original
    end
  end

  module ExternalFileError; end

  class ParseError < Error
    attr_accessor :file, :line, :pos

    def initialize(message, file = nil, line = nil, pos = nil, original = nil)
      super(message, original)
      @file, @line, @pos = file, line, pos
      @file = nil if file.is_a?(String) && file.empty?
    end

    def to_s
      place = []
      place << "file: #{@file}" if @file
      place << "line: #{@line}" if @line
      place << "column: #{@pos}" if @pos
      place.empty? ? super : "#{super} (#{place.join(', ')})"
    end
  end

  class ParseErrorWithIssue < ParseError; end
  # Has its place in the text already: passes through unchanged.
  class PreformattedError < ParseErrorWithIssue; end
  class ResourceError < Error; end
  class DevError < Error; end
  class MissingCommand < Error; end
  class ExecutionFailure < Error; end
  class DataBinding
    class LookupError < Error; end
  end
end

module Potlac
  module Errors
    # [text, placed]: placed texts are told as they are, others are blamed on the call.
    def self.describe(error)
      placed = error.is_a?(Puppet::PreformattedError) || (error.is_a?(Puppet::ParseError) && (error.file || error.line)) ? true : false
      text = case error
             when SystemExit then 'the Ruby code called exit'
             when SystemStackError then "#{error.message} (#{own_place(error)})"
             else error.message.to_s
             end
      text = text.dup.force_encoding(Encoding::UTF_8)
      text = text.scrub unless text.valid_encoding?
      [text, placed]
    end

    def self.own_place(error)
      (error.backtrace || []).find { |line| !line.start_with?(HELPER) } || 'no place known'
    end

    def self.from_compile(text, placed)
      (placed ? Puppet::PreformattedError : Puppet::ParseError).new(text)
    end
  end
end
