# The scope of the call that is running, as templates and functions of the old API see it. It holds nothing: it asks the compile.
# SPDX-License-Identifier: Apache-2.0
module Potlac
  # What a request was given with it: values of variables that its code names, so that it need not ask.
  class Scope
    class << self
      attr_accessor :known
      # Did the request that runs use only what came with it?
      attr_accessor :alone

      def instance
        @instance ||= new
      end

      # Variables set by setvar, and those of classes, which never change once they are set.
      attr_reader :own, :qualified

      def new_compile
        @own = {}
        @qualified = {}
        nil
      end

      def enter
        outer = @known
        @known = nil
        @alone = true
        outer
      end

      # A request inside another was asked for by that one, which then was not alone.
      def leave(outer)
        @known = outer
        @alone = false
      end
    end
    new_compile
    @known = nil

    Environment = Struct.new(:name, :modulepath, :manifest) do
      alias_method :to_s, :name
      def full_modulepath
        modulepath
      end

      def module(name)
        Puppet::Module.find(name)
      end
    end

    include Puppet::Util

    def lookupvar(name, _options = nil)
      raise Puppet::ParseError, "Scope variable name #{name.inspect} is a #{name.class}, not a string" unless name.is_a?(String)

      own = Scope.own
      if own.key?(name)
        Scope.alone = false
        return own[name]
      end

      known = Scope.known
      return known[name] if known && known.key?(name)

      ask_variable(name)
    end

    def [](name, _options = nil)
      lookupvar(name)
    end

    def setvar(name, value, _options = nil)
      Scope.alone = false
      Scope.own[name] = value
    end
    alias []= setvar

    # Whoever catches :undefined_variable is not warned of a variable that is not there.
    def include?(name)
      catch(:undefined_variable) { return !lookupvar(name).nil? }
      false
    end

    def exist?(name)
      Scope.own.key?(name) || Potlac.ask('exists', name)
    end
    alias bound? exist?

    def to_hash(*)
      Variables.new(self)
    end

    def call_function(name, args, &block)
      Functions4.call_by_name(name, args, block)
    end

    def catalog
      Catalog.instance
    end

    def compiler
      self
    end

    def environment
      @environment ||= Environment.new(*Potlac.ask('environment'))
    end

    def known_resource_types
      self
    end

    def find_hostclass(name)
      Potlac.ask('defined', name) ? Resource.new('Class', name) : nil
    end
    alias hostclass find_hostclass

    def find_global_scope
      TopScope.instance
    end
    alias topscope find_global_scope
    alias top_scope find_global_scope

    def findresource(type, title = nil)
      type, title = Puppet::Resource.type_and_title(type, title)
      Potlac.ask('resource', type, title.to_s) ? Puppet::Resource.new(type, title.to_s) : nil
    end

    def undef_as(other, value)
      value.nil? || value == :undef ? other : value
    end

    def module_name
      lookupvar('module_name')
    end

    def tags
      Potlac.ask('tags')
    end

    def to_s
      Potlac.ask('scope_text')
    end

    Puppet::LEVELS.each { |level| define_method(level) { |text| Puppet.send(level, text) } }

    # function_NAME([arguments]): of the old API, loaded at first call; else any other function.
    def method_missing(method, *args, &block)
      name = method.to_s[/\Afunction_(.+)/, 1]
      return super unless name
      return send(method, *args, &block) if Functions3.find(name)
      return super unless Potlac.ask('function?', name)

      Functions4.call_by_name(name, args[0] || [], block)
    end

    def respond_to_missing?(method, all = false)
      name = method.to_s[/\Afunction_(.+)/, 1]
      name ? Functions3.find(name) || Potlac.ask('function?', name) : super
    end

    # Common in templates, and needs nothing of the compile.
    def function_versioncmp(args)
      Puppet::Util::Package.versioncmp(*args)
    end

    private

    ALWAYS_THERE = /\A(?:module_name|caller_module_name|\d+)\z/

    def missing(shown, why)
      throw(:undefined_variable, why.empty? ? nil : why) unless ALWAYS_THERE.match?(shown)
    rescue UncaughtThrowError
      Potlac.ask('missing', shown, why)
    end

    def ask_variable(name)
      Scope.alone = false
      cached = Scope.qualified[name]
      return cached unless cached.nil?

      value, shown, why = Potlac.ask('variable', name)
      return missing(shown, why) if shown

      Scope.qualified[name] = value if name.include?('::') && !value.nil?
      value
    end
  end

  # The outermost scope, which closures of functions in the new API see.
  class TopScope < Scope
    def lookupvar(name, _options = nil)
      ask_variable(name.include?('::') ? name : "::#{name}")
    end

    private

    def missing(shown, why)
      super(shown.count(':') == 2 ? shown.delete_prefix('::') : shown, why)
    end
  end

  # All variables, asked for one by one until somebody wants the list.
  class Variables
    def initialize(scope)
      @scope = scope
    end

    def [](name)
      catch(:undefined_variable) { return @scope.lookupvar(name.to_s) }
      nil
    end

    def key?(name)
      !self[name].nil?
    end
    alias has_key? key?
    alias include? key?
    alias member? key?

    def fetch(name, *default)
      value = self[name]
      return value unless value.nil?

      block_given? ? yield(name) : default.fetch(0)
    end

    def to_hash
      @all ||= Potlac.ask('variables').merge(Scope.own)
    end
    alias to_h to_hash

    def method_missing(name, *args, &block)
      to_hash.respond_to?(name) ? to_hash.send(name, *args, &block) : super
    end

    def respond_to_missing?(name, all = false)
      {}.respond_to?(name) || super
    end
  end

  class Catalog
    def self.instance
      @instance ||= new
    end

    def classes
      Potlac.ask('classes')
    end

    def tags
      Potlac.ask('catalog_tags')
    end

    def resource(type, title = nil)
      Scope.instance.findresource(type, title)
    end
  end
end

Puppet::Parser::Scope = Potlac::Scope
