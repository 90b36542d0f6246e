# Puppet::Functions: the function API of Puppet 4 and later. Signatures are matched by the compile; here only methods are called.
# SPDX-License-Identifier: Apache-2.0
module Puppet
  module Functions
    # One dispatch block: parameter types as text, and how arguments become those of the method.
    class Builder
      INJECTED = { scope_param: :scope, cache_param: :cache, compiler_param: :scope, script_compiler_param: :scope,
                   pal_compiler_param: :scope }.freeze

      attr_reader :method_name, :names, :returns

      def initialize(method_name, mismatch, &block)
        @method_name = method_name
        @mismatch = mismatch
        @types, @names, @injected = [], [], []
        @min = @max = 0
        instance_eval(&block)
      end

      def mismatch?
        @mismatch
      end

      def param(type, name)
        add(type, name)
        raise ArgumentError, 'A required parameter cannot be added after an optional parameter' if @min != @max

        @min += 1
        @max += 1
      end
      alias required_param param

      def optional_param(type, name)
        add(type, name)
        @max += 1
      end

      def repeated_param(type, name)
        add(type, name)
        @max = :default
      end
      alias optional_repeated_param repeated_param

      def required_repeated_param(type, name)
        add(type, name)
        raise ArgumentError, 'A required repeated parameter cannot be added after an optional parameter' if @min != @max

        @min += 1
        @max = :default
      end

      def block_param(*type_and_name)
        raise ArgumentError, 'Attempt to redefine block' if @block
        raise ArgumentError, "block_param accepts max 2 arguments (type, name), got #{type_and_name.size}." if type_and_name.size > 2

        @block = type_and_name.size == 2 ? type_and_name[0].to_s : 'Callable'
        @block_name = type_and_name.last || :block
      end
      alias required_block_param block_param

      def optional_block_param(*type_and_name)
        block_param(*type_and_name)
        @block = "Optional[#{@block}]"
      end

      def return_type(type)
        unless type.is_a?(String) || type.is_a?(Puppet::Pops::Types::PAnyType)
          raise ArgumentError, "Argument to 'return_type' must be a String reference to a Puppet Data Type. Got #{type.class}"
        end
        @returns = type.is_a?(String) ? type : type.text
      end

      INJECTED.each { |word, what| define_method(word) { @injected << [@names.size, what] } }

      # "Callable[String, Integer, 1, 2, Callable[1, 1]]", types of the function itself written out.
      def signature(local_types)
        parts = @types.dup
        parts << @min << @max if @min != @max || @min.zero?
        parts << @block if @block
        local_types.reduce("Callable[#{parts.join(', ')}]") { |text, (name, type)| text.gsub(/\b#{name}\b(?!::)/) { type } }
      end

      def all_names
        (@names + [@block_name].compact).join(' ')
      end

      def invoke(instance, args, block)
        given = args.dup
        @injected.reverse_each { |at, what| given.insert([at, given.size].min, what == :scope ? Potlac::Scope.instance : {}) }
        instance.send(@method_name, *given, &block)
      end

      private

      def add(type, name)
        raise ArgumentError, 'Parameters cannot be added after a block parameter' if @block
        raise ArgumentError, 'Parameters cannot be added after a repeated parameter' if @max == :default
        raise ArgumentError, "Parameter name argument must be a Symbol. Got #{name.class}" if name.is_a?(String)
        unless type.is_a?(String) || type.is_a?(Puppet::Pops::Types::PAnyType)
          raise ArgumentError, "Parameter 'type' must be a String reference to a Puppet Data Type. Got #{type.class}"
        end

        @types << (type.is_a?(String) ? type : type.text)
        @names << name
      end
    end

    # Without a dispatch block the method of the function's own name takes what it takes.
    class Default
      attr_reader :names, :returns

      def initialize(klass, simple_name)
        unless klass.method_defined?(simple_name)
          raise ArgumentError, "Function Creation Error, cannot create a default dispatcher for function '#{klass.name}', " \
                               'no method with this name found'
        end
        @method_name = simple_name
        kinds = klass.instance_method(simple_name).parameters
        @names = kinds.map { |_, name| name.to_s }
        @min = kinds.count { |kind, _| kind == :req }
        @max = kinds.any? { |kind, _| kind == :rest } ? 'default' : @min + kinds.count { |kind, _| kind == :opt }
      end

      def mismatch?
        false
      end

      def signature(_local_types)
        "Callable[Any, #{@min}, #{@max}]"
      end

      def all_names
        @names.join(' ')
      end

      def invoke(instance, args, block)
        instance.send(@method_name, *args, &block)
      end
    end

    # `type 'Name = Definition'` inside local_types.
    class LocalTypes
      attr_reader :all

      def initialize
        @all = {}
      end

      def type(text)
        name, definition = text.split('=', 2).map(&:strip)
        raise ArgumentError, "Expected a type alias assignment on the form 'AliasType = T', got '#{text}'." unless definition

        @all[name] = definition
      end
    end

    class Function
      class << self
        attr_accessor :func_name
        attr_reader :loader

        alias name func_name

        def dispatches
          @dispatches ||= []
        end

        def dispatch(method_name, &block)
          dispatches << Builder.new(method_name, false, &block)
        end

        def argument_mismatch(method_name, &block)
          dispatches << Builder.new(method_name, true, &block)
        end

        def local_types(&block)
          types = LocalTypes.new
          types.instance_eval(&block)
          @types = types.all
          @types.each { |type, text| define_method("type_#{type}") { Potlac.ask('type', text) } }
        end

        def types
          @types || {}
        end

        def dispatcher
          Dispatcher.new(self)
        end

        # Code that brings its own call() decides itself what fits.
        def open?
          instance_method(:call).owner != Function
        end
      end

      def closure_scope
        Potlac::TopScope.instance
      end

      def loader
        self.class.loader
      end

      def call(_scope, *args, &block)
        self.class.dispatcher.dispatch(self, nil, args, &block)
      end

      def call_function(name, *args, &block)
        Potlac::Functions4.call_by_name(name, args, block, "Function #{self.class.name}(): ")
      end

      def call_function_with_scope(_scope, name, *args, &block)
        call_function(name, *args, &block)
      end
    end

    class InternalFunction < Function; end

    class Dispatcher
      def initialize(klass)
        @klass = klass
      end

      def dispatch(instance, _scope, args, &block)
        at = Potlac.ask('dispatch', @klass.func_name, Potlac::Wire.encode(args))
        @klass.dispatches[at].invoke(instance, args, block)
      end
    end

    def self.create_function(name, base = Function, &block)
      klass = Class.new(base)
      klass.func_name = name.to_s
      klass.class_eval(&block)
      klass.dispatches << Default.new(klass, klass.func_name.split('::').last) if klass.dispatches.empty?
      klass
    rescue StandardError => e
      raise ArgumentError, "Function Load Error for function '#{name}': #{e.message}"
    end
  end

  module Pops
    module Functions
      Function = Puppet::Functions::Function
    end
  end
end

module Potlac
  module Functions4
    @classes = {}
    @instances = {} # of this compile

    def self.new_compile
      @instances = {}
    end

    def self.load(name, path, text)
      klass = Sandbox.run(text, path)
      unless klass.is_a?(Class) && klass <= Puppet::Functions::Function
        raise ArgumentError, "The code loaded from #{path} does not seem to be a Puppet 4x API function - no create_function call."
      end
      unless klass.func_name == name
        raise ArgumentError, "The code loaded from #{path} produced mis-matched name, expected '#{name}', got #{klass.func_name}"
      end

      @classes[name] = klass
      rows = klass.dispatches.map do |d|
        { 'signature' => d.signature(klass.types), 'names' => d.all_names, 'returns' => d.returns && klass.types.fetch(d.returns, d.returns),
          'method' => d.respond_to?(:method_name) ? d.method_name.to_s : name.split('::').last }
      end
      { 'open' => klass.open?, 'rows' => rows }
    end

    def self.call(name, dispatch, args, with_block)
      klass = @classes.fetch(name)
      instance = @instances[name] ||= klass.new
      block = with_block ? proc { |*given| Potlac.ask('yield', Wire.encode(given)) } : nil
      return instance.call(Scope.instance, *args, &block) if dispatch.negative?

      row = klass.dispatches[dispatch]
      result = catch(:next) { row.invoke(instance, args, block) }
      raise ArgumentError, "'#{klass.func_name}' #{result}" if row.mismatch?

      result
    end

    # A function by its name, whatever it is written in. caller_text: put before the message that there is none.
    def self.call_by_name(name, args, block, caller_text = '')
      raise ArgumentError, "call_function('#{name}'): a Ruby block cannot be passed on to a function" if block

      Potlac.ask('call', name.to_s, Wire.encode(args), caller_text)
    end
  end

  # Where the text of a module's file is evaluated.
  module Sandbox
    def self.run(text, path)
      eval(text.dup.force_encoding(Encoding::UTF_8), clean, path, 1) # rubocop:disable Security/Eval: that is the job
    end

    def self.clean
      loader_injected_arg = nil
      loader_injected_arg.itself
      binding
    end
  end
end
