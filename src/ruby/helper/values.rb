# Values of the Puppet language that Ruby has no class for.
# SPDX-License-Identifier: Apache-2.0
module Puppet
  module Pops
    MAX_INTEGER = 2**63 - 1
    MIN_INTEGER = -(2**63)

    module Types
      # A type, known by its text; what it accepts is decided by the compile.
      class PAnyType
        def initialize(text)
          @text = text
        end

        def to_s
          @text
        end
        alias inspect to_s
        alias name to_s

        def ==(other)
          other.is_a?(PAnyType) && other.to_s == @text
        end
        alias eql? ==

        def hash
          @text.hash
        end

        def instance?(value, _guard = nil)
          Potlac.ask('instance', @text, Potlac::Wire.encode(value))
        end

        def assignable?(other, _guard = nil)
          Potlac.ask('assignable', @text, other.to_s)
        end
      end

      class PCatalogEntryType < PAnyType; end

      class PClassType < PCatalogEntryType
        attr_reader :class_name

        def initialize(text, class_name)
          super(text)
          @class_name = class_name
        end
      end

      class PResourceType < PCatalogEntryType
        attr_reader :type_name, :title

        def initialize(text, type_name, title)
          super(text)
          @type_name = type_name
          @title = title
        end
      end

      class PSensitiveType
        class Sensitive
          def initialize(value)
            @value = value
          end

          def unwrap
            @value
          end

          def to_s
            'Sensitive [value redacted]'
          end

          def inspect
            "#<#{self}>"
          end

          def ==(other)
            other.is_a?(Sensitive) && other.hash == hash
          end
          alias eql? ==

          def hash
            @value.hash
          end
        end
      end

      class PBinaryType
        class Binary
          attr_reader :binary_buffer

          def self.from_base64(text)
            new(text.unpack1('m'))
          end

          def self.from_binary_string(bytes)
            new(bytes)
          end

          def initialize(bytes)
            @binary_buffer = bytes.b.freeze
          end

          def to_s
            [@binary_buffer].pack('m0')
          end
          alias relaxed_to_s to_s

          def length
            @binary_buffer.bytesize
          end

          def ==(other)
            other.is_a?(Binary) && other.binary_buffer == @binary_buffer
          end
          alias eql? ==

          def hash
            @binary_buffer.hash
          end
        end
      end

      # Versions, times and the like, kept as the text the language prints.
      class Text
        attr_reader :kind

        KINDS = {}

        def self.make(kind, text)
          KINDS.fetch(kind, Text).new(kind, text)
        end

        def initialize(kind, text)
          @kind = kind
          @text = text
        end

        def to_s
          @text
        end
        alias inspect to_s

        def ==(other)
          other.is_a?(Text) && other.kind == kind && other.to_s == @text
        end
        alias eql? ==

        def hash
          @text.hash
        end
      end

      def self.from_wire(text, type, title)
        return PAnyType.new(text) unless type
        return PClassType.new(text, title) if type == 'Class'

        PResourceType.new(text, type, title)
      end

      # The pattern in the language's own words: options are written into it.
      def self.regexp_source(regexp)
        return regexp.source if (regexp.options & 7).zero?

        "(?#{'m' if regexp.options & 4 != 0}#{'i' if regexp.options & 1 != 0}#{'x' if regexp.options & 2 != 0}:#{regexp.source})"
      end

      class InferredType < PAnyType
        attr_reader :value

        def initialize(value)
          @value = value
          super(Potlac.ask('infer', Potlac::Wire.encode(value)).to_s)
        end
      end

      class TypeCalculator
        def self.singleton
          @singleton ||= new
        end

        class << self
          alias instance singleton
        end

        %i[instance? infer infer_set assignable? generalize].each do |name|
          define_singleton_method(name) { |*args| singleton.send(name, *args) }
        end

        def instance?(type, value)
          type.instance?(value)
        end

        def infer(value)
          InferredType.new(value)
        end
        alias infer_set infer

        def assignable?(type, other)
          type.assignable?(other)
        end

        def generalize(type)
          type
        end
      end

      class TypeParser
        def self.singleton
          @singleton ||= new
        end

        def parse(text, _loader = nil)
          Potlac.ask('type', text)
        end
      end

      class TypeMismatchDescriber
        def self.singleton
          @singleton ||= new
        end

        def describe_mismatch(name, expected, actual)
          value = actual.is_a?(InferredType) ? actual.value : actual
          Potlac.ask('mismatch', name, expected.to_s, Potlac::Wire.encode(value))
        end
      end

      class TypeAsserter
        def self.assert_instance_of(subject, type, value, nil_ok = false)
          return value if (nil_ok && value.nil?) || type.instance?(value)

          subject = yield if block_given?
          raise ArgumentError, TypeMismatchDescriber.singleton.describe_mismatch(subject.to_s, type, value)
        end
      end

      module Iterable
        def self.asserted_iterable(caller, value)
          return value if value.respond_to?(:each)
          return value.times if value.is_a?(Integer) && value >= 0
          return value.each_char if value.is_a?(String)

          raise ArgumentError, "#{caller.class}(): wrong argument type (#{value.class}; is not Iterable."
        end
      end
    end

    module PuppetStack
      def self.stacktrace
        []
      end

      def self.top_of_stack
        []
      end
    end
  end

  # A reference to a resource, as functions of the old API get it.
  class Resource
    attr_reader :type, :title

    def self.type_and_title(type, title)
      return [type.to_s, title] if title
      return [Regexp.last_match(1), Regexp.last_match(2)] if type.to_s =~ /\A([^\[\]]+)\[(.+)\]\z/m

      raise ArgumentError, "No title provided and \"#{type}\" is not a valid resource reference"
    end

    def initialize(type, title = nil)
      type, title = self.class.type_and_title(type, title)
      @type = type.split('::').map(&:capitalize).join('::')
      @title = title
    end

    def ref
      "#{@type}[#{@title}]"
    end
    alias to_s ref
    alias to_ref ref

    def inspect
      "#{ref}{}"
    end

    def type_text
      "#{@type}['#{@title.to_s.gsub(/[\\']/) { |c| "\\#{c}" }}']"
    end

    def ==(other)
      other.is_a?(Resource) && other.ref == ref
    end
    alias eql? ==

    def hash
      ref.hash
    end
  end
end
