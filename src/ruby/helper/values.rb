# Values of the Puppet language that Ruby has no class for.
# SPDX-License-Identifier: Apache-2.0
module Puppet
  module Pops
    MAX_INTEGER = 2**63 - 1
    MIN_INTEGER = -(2**63)

    module Types
      # A type, known by its text; what it accepts is decided by the compile. shown: where it says more by itself.
      class PAnyType
        attr_reader :text
        alias name text

        def initialize(text, shown = nil)
          @text = text
          @shown = shown
        end

        def to_s
          @shown || @text
        end
        alias inspect to_s

        def ==(other)
          other.is_a?(PAnyType) && other.text == @text
        end
        alias eql? ==

        def hash
          @text.hash
        end

        def instance?(value, _guard = nil)
          Potlac.ask('instance', @text, Potlac::Wire.encode(value))
        end

        def assignable?(other, _guard = nil)
          Potlac.ask('assignable', @text, other.text)
        end

        # A new instance, as the function new makes it.
        def create(*args)
          Potlac.ask('call', 'new', Potlac::Wire.encode([self, *args]), '')
        end

        def from_hash(hash)
          create(hash)
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

      class PSensitiveType < PAnyType
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

      class PBinaryType < PAnyType
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

      # An instance of an object type: its attributes are methods.
      class Instance
        attr_reader :type_name, :fields

        def initialize(type_name, fields, constants = {}, text = nil)
          @type_name = type_name
          @fields = fields
          @constants = constants
          @text = text
        end

        def to_s
          @text || "#{@type_name}(#{@fields})"
        end
        alias inspect to_s

        def _pcore_init_hash
          @fields
        end
        alias to_instance_hash _pcore_init_hash

        def _pcore_type
          Potlac.ask('type', @type_name)
        end

        def ==(other)
          other.is_a?(Instance) && other.type_name == @type_name && other.fields == @fields
        end
        alias eql? ==

        def hash
          @fields.hash
        end

        def method_missing(name, *args)
          key = name == :message && @type_name == 'Error' ? 'msg' : name.to_s
          return @fields[key] if args.empty? && @fields.key?(key)

          args.empty? && @constants.key?(key) ? @constants[key] : super
        end

        def respond_to_missing?(name, all = false)
          @fields.key?(name.to_s) || @constants.key?(name.to_s) || super
        end
      end

      def self.instance(type_name, *rest)
        (type_name == 'Error' ? DataTypes::Error : Instance).new(type_name, *rest)
      end

      class TypeFactory
        # TypeFactory.deferred.create('name', [arguments]); integer, string, any ...: the types without parameters.
        NAMES = %w[any array binary boolean callable data default deferred enum error float hash integer numeric optional regexp
                   rich_data scalar sem_ver semver sensitive string timespan timestamp type undef uri variant].freeze

        NAMES.each do |name|
          type = { 'semver' => 'SemVer', 'uri' => 'URI' }.fetch(name) { name.split('_').map(&:capitalize).join }
          define_singleton_method(name) { Potlac.ask('type', type) }
        end
      end

      # PIntegerType and the like: code asks what kind of type it has.
      def self.kind_class(kind)
        name = :"P#{kind}Type"
        const_defined?(name, false) ? const_get(name, false) : const_set(name, Class.new(PAnyType))
      end

      def self.const_missing(name)
        name.to_s.match?(/\AP[A-Z]\w*Type\z/) ? const_set(name, Class.new(PAnyType)) : super
      end

      def self.from_wire(text, kind, shown, type, title)
        return kind_class(kind).new(text, shown) unless type
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
          Potlac.ask('mismatch', name, expected.text, Potlac::Wire.encode(value))
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

  module DataTypes
    class Error < Pops::Types::Instance; end
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
