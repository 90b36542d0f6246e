# Puppet::Parser::Functions: the old function API. Functions become methods of the scope.
# SPDX-License-Identifier: Apache-2.0
module Puppet
  module Parser
    module Functions
      @all = {}

      class << self
        def newfunction(name, options = {}, &block)
          name = name.to_sym
          kind = options[:type] || :statement
          raise Puppet::DevError, "Invalid statement type #{kind.inspect}" unless %i[statement rvalue].include?(kind)

          arity = options[:arity] || -1
          define(name, arity, kind, block)
          @all[name] = { arity: arity, type: kind, name: "function_#{name}" }
        end

        def get(name)
          @all[name.to_sym]
        end

        # The name of the method, loaded if need be; false.
        def function(name, _environment = nil)
          Potlac::Functions3.find(name.to_s) ? "function_#{name}" : false
        end

        def rvalue?(name, _environment = nil)
          get(name) ? get(name)[:type] == :rvalue : false
        end

        def arity(name, _environment = nil)
          get(name) ? get(name)[:arity] : -1
        end

        def autoloader
          self
        end

        def load(name, _environment = nil)
          Potlac::Functions3.find(name.to_s)
        end

        def loaded?(name)
          @all.key?(name.to_sym)
        end

        def environment_module(_environment = nil)
          Potlac::Scope
        end

        private

        def define(name, arity, kind, block)
          scope = Potlac::Scope
          scope.send(:define_method, "real_function_#{name}", &block)
          scope.send(:define_method, "function_#{name}") do |*args|
            scope.alone = false
            given = args[0]
            unless given.is_a?(Array)
              raise ArgumentError, 'custom functions must be called with a single array that contains the arguments. ' \
                                   'For example, function_example([1]) instead of function_example(1)'
            end
            Functions.check_count(name, arity, given.size)
            result = send("real_function_#{name}", given)
            kind == :rvalue ? result : nil
          end
        end
      end

      def self.check_count(name, arity, count)
        if arity >= 0 && count != arity
          raise ArgumentError, "#{name}(): Wrong number of arguments given (#{count} for #{arity})"
        elsif arity.negative? && count < -arity - 1
          raise ArgumentError, "#{name}(): Wrong number of arguments given (#{count} for minimum #{-arity - 1})"
        end
      end
    end
  end
end

module Potlac
  module Functions3
    @missing = {}

    # Is there such a function of the old API? Loads it at first need.
    def self.find(name)
      return true if Puppet::Parser::Functions.get(name)
      return false if @missing[name]

      found = Potlac.ask('function3', name)
      load(name, *found) if found
      @missing[name] = true unless found
      found ? true : false
    end

    def self.load(name, path, text)
      already = Puppet::Parser::Functions.get(name)
      Sandbox3.run(text, path) unless already
      info = Puppet::Parser::Functions.get(name)
      unless info
        raise ArgumentError, "The code loaded from #{path} does not seem to be a Puppet 3x API function - no 'newfunction' call."
      end

      { 'arity' => info[:arity] }
    end

    def self.call(name, args)
      Scope.instance.send("function_#{name}", args.map { |v| argument(v, '') })
    end

    # The old API knows no undef at the top, and no values that came later.
    def self.argument(value, undef_value)
      case value
      when nil then undef_value
      when Array then value.map { |v| argument(v, nil) }
      when Hash then value.to_h { |k, v| [argument(k, nil), argument(v, nil)] }
      when Regexp then value.inspect
      when Puppet::Pops::Types::PBinaryType::Binary, *Texts::CLASSES.values then value.to_s
      when Puppet::Pops::Types::PClassType then Puppet::Resource.new('class', value.class_name.to_s)
      when Puppet::Pops::Types::PResourceType then Puppet::Resource.new(value.type_name.to_s, value.title.to_s)
      else value
      end
    end
  end

  # Old functions are written inside `module Puppet::Parser::Functions` or call it by its name.
  module Sandbox3
    def self.run(text, path)
      eval(text.dup.force_encoding(Encoding::UTF_8), TOPLEVEL_BINDING.dup, path, 1) # rubocop:disable Security/Eval: that is the job
    end
  end
end
