# Messages, and values inside them: JSON as it is, and {"__p": kind, "v": ...} for what JSON has no word for.
# SPDX-License-Identifier: Apache-2.0
module Potlac
  module Wire
    MARK = '__p'.freeze
    INT64 = (-(2**63)..(2**63 - 1)).freeze

    @in = $stdin.dup.binmode
    @out = $stdout.dup.binmode
    @out.sync = true
    [@in, @out].each { |io| io.close_on_exec = true }
    $stdin.reopen(File::NULL)
    $stdout.reopen($stderr)

    def self.read
      head = @in.read(4)
      exit!(0) unless head && head.bytesize == 4
      text = @in.read(head.unpack1('N'))
      exit!(0) unless text
      text.force_encoding(Encoding::UTF_8)
      @marked = text.include?('"__p"')
      JSON.parse(text, max_nesting: false)
    end

    # A part of the message that was read last, as values.
    def self.values(part)
      @marked ? decode(part) : part
    end

    def self.write(message)
      text = JSON.generate(message, max_nesting: 0)
      @out.write([text.bytesize].pack('N') << text.b)
    end

    def self.decode(value)
      case value
      when Array then value.map { |v| decode(v) }
      when Hash
        return decode_marked(value) if value.key?(MARK)

        value.transform_values { |v| decode(v) }
      else value
      end
    end

    def self.decode_marked(value)
      inner = value['v']
      case value[MARK]
      when 'hash' then inner.to_h { |k, v| [decode(k), decode(v)] }
      when 'bytes' then inner.unpack1('m0').force_encoding(Encoding::UTF_8)
      when 'default' then :default
      when 'context' then Puppet::LookupContext.new(inner)
      when 'sensitive' then Puppet::Pops::Types::PSensitiveType::Sensitive.new(decode(inner))
      when 'regexp' then Regexp.new(inner)
      when 'binary' then Puppet::Pops::Types::PBinaryType::Binary.new(inner.unpack1('m0'))
      when 'float' then { 'NaN' => Float::NAN, 'inf' => Float::INFINITY, '-inf' => -Float::INFINITY }.fetch(inner)
      when 'type' then Puppet::Pops::Types.from_wire(inner, *value.values_at('kind', 'shown', 'type', 'title'))
      when 'deep' then raise ArgumentError, 'a value is nested too deep to be handed to Ruby'
      when 'text' then Texts.make(value['kind'], inner)
      when 'object' then Puppet::Pops::Types.instance(value['type'], decode(inner), decode(value['constants']), value['text'])
      else raise "unknown value kind '#{value[MARK]}'"
      end
    end

    def self.encode(value)
      case value
      when nil, true, false then value
      when String then encode_string(value)
      when Integer then INT64.cover?(value) ? value : raise(Puppet::Error, big_message(value))
      when Float then value.finite? ? value : { MARK => 'float', 'v' => value.nan? ? 'NaN' : value.positive? ? 'inf' : '-inf' }
      when Array then value.map { |v| encode(v) }
      when Hash then encode_hash(value)
      when Symbol then encode_symbol(value)
      else encode_other(value)
      end
    end

    def self.big_message(value)
      "Use of a Ruby Integer outside of Puppet Integer #{value.positive? ? 'max' : 'min'} range, got '0x#{value.to_s(16)}'"
    end

    def self.encode_string(value)
      text = value.encoding == Encoding::UTF_8 || value.encoding == Encoding::US_ASCII ? value : value.dup.force_encoding(Encoding::UTF_8)
      text = value.encode(Encoding::UTF_8) if value.encoding != Encoding::BINARY && !text.valid_encoding? && value.valid_encoding?
      return text.to_str if text.valid_encoding?

      { MARK => 'bytes', 'v' => [value].pack('m0') }
    end

    def self.encode_symbol(value)
      return nil if value == :undef

      value == :default ? { MARK => 'default' } : value.to_s
    end

    def self.encode_hash(value)
      if value.each_key.all? { |k| k.is_a?(String) && k != MARK && k.encoding == Encoding::UTF_8 && k.valid_encoding? }
        value.transform_values { |v| encode(v) }
      else
        { MARK => 'hash', 'v' => value.map { |k, v| [encode(k), encode(v)] } }
      end
    end

    def self.encode_other(value)
      types = Puppet::Pops::Types
      case value
      when types::PSensitiveType::Sensitive then { MARK => 'sensitive', 'v' => encode(value.unwrap) }
      when types::PBinaryType::Binary then { MARK => 'binary', 'v' => [value.binary_buffer].pack('m0') }
      when Regexp then { MARK => 'regexp', 'v' => types.regexp_source(value) }
      when types::Instance then { MARK => 'object', 'type' => value.type_name, 'v' => encode(value.fields) }
      when types::PAnyType then { MARK => 'type', 'v' => value.text }
      when Puppet::Resource then { MARK => 'type', 'v' => value.type_text }
      when Puppet::LookupContext then { MARK => 'context', 'v' => value.number }
      when Scope, TopScope then nil
      else
        kind = Texts.kind_of(value)
        kind ? { MARK => 'text', 'kind' => kind, 'v' => value.respond_to?(:nsecs) ? value.nsecs : value.to_s } : encode_foreign(value)
      end
    end

    # Sets and other things that are lists or texts at heart; the rest as it would be printed.
    def self.encode_foreign(value)
      return encode(value.to_f) if value.is_a?(Numeric)
      return encode(value.to_hash) if value.respond_to?(:to_hash)
      return encode(value.to_ary) if value.respond_to?(:to_ary)
      return encode(value.to_a) if value.is_a?(Enumerable)

      encode_string(value.to_s)
    end
  end
end
