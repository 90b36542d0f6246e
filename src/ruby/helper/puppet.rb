# The parts of Puppet's own library that functions and templates of modules call.
# SPDX-License-Identifier: Apache-2.0
module Kernel
  # Texts are not translated.
  def _(text)
    text
  end

  def n_(one, many, count)
    count == 1 ? one : many
  end
  private :_, :n_
end

module Puppet
  LEVELS = %i[debug info notice warning err alert emerg crit].freeze

  LEVELS.each do |level|
    define_singleton_method(level) { |text = nil, &block| Potlac.ask('log', level.to_s, (text || block&.call).to_s) }
  end

  class << self
    def version
      '7.23.0'
    end

    # Settings that code asks for; others are unknown.
    def [](name)
      { strict: :warning, strict_variables: false, vardir: '/var/lib/puppet', confdir: '/etc/puppet', codedir: '/etc/puppet/code',
        environment: Potlac::Scope.instance.environment.to_s, tasks: false }[name.to_sym]
    end

    def settings
      self
    end

    def features
      @features ||= Features.new
    end

    def lookup(name)
      return Potlac::TopScope.instance if name == :global_scope
      return Potlac::Scope.instance.environment if %i[current_environment root_environment].include?(name)

      block_given? ? yield : nil
    end

    def deprecation_warning(text, _key = nil)
      warning(text)
    end

    def warn_once(_kind, key, text, *_place)
      @warned ||= {}
      warning(text) unless @warned[key]
      @warned[key] = true
    end
  end

  class Features
    def method_missing(name, *)
      return super unless name.to_s.end_with?('?')

      begin
        require name.to_s.chomp('?')
        true
      rescue LoadError
        false
      end
    end

    def respond_to_missing?(name, all = false)
      name.to_s.end_with?('?') || super
    end
  end

  module FileSystem
    def self.exist?(path)
      File.exist?(path)
    end

    def self.read(path, **options)
      File.read(path, **options)
    end

    def self.read_preserve_line_endings(path)
      File.read(path, encoding: 'bom|utf-8')
    end
  end

  class Module
    attr_reader :name, :path

    def self.find(name, _environment = nil)
      path = Potlac.ask('module', name.to_s)
      path && new(name.to_s, path)
    end

    def initialize(name, path)
      @name = name
      @path = path
    end
  end

  module Parser
    module Files
      def self.find_template(name, _environment = nil)
        Potlac.ask('file', 'templates', name)
      end

      def self.find_file(name, _environment = nil)
        Potlac.ask('file', 'files', name)
      end
    end
  end

  module Util
    ABSOLUTE = {
      posix: %r{\A/},
      windows: %r{\A(?:(?:[A-Za-z]:[\\/])|(?:[\\/][\\/][^\\/]+[\\/][^\\/]+)|(?:[\\/][\\/]\?[\\/][^\\/]+))}
    }.freeze

    module_function

    def absolute_path?(path, platform = nil)
      ABSOLUTE.fetch((platform || :posix).to_sym).match?(path.to_s)
    end

    def deterministic_rand(seed, max)
      deterministic_rand_int(seed, max).to_s
    end

    def deterministic_rand_int(seed, max)
      Random.new(seed).rand(max)
    end

    def symbolizehash(hash)
      hash.transform_keys { |k| k.respond_to?(:to_sym) ? k.to_sym : k }
    end

    def which(name)
      return (File.executable?(name) ? name : nil) if name.to_s.start_with?('/')

      ENV.fetch('PATH', '').split(':').map { |dir| File.join(dir, name.to_s) }.find { |f| File.file?(f) && File.executable?(f) }
    end

    def self.logmethods(into)
      LEVELS.each { |level| into.send(:define_method, level) { |text| Puppet.send(level, text) } }
    end

    module Package
      module_function

      # The first parts that differ decide: '-' is before '.', that before all else; numbers compare as numbers.
      def versioncmp(left, right, _ignore_trailing = false)
        left, right = left.to_s, right.to_s
        x, y = parts(left).zip(parts(right)).find { |p, q| p != q }
        return left <=> right if x.nil? || y.nil?
        return rank(x) <=> rank(y) unless rank(x) == rank(y)

        whole?(x) && whole?(y) ? x.to_i <=> y.to_i : x.upcase <=> y.upcase
      end

      def parts(version)
        version.scan(/\d+|[^-.\d]+|[-.]/)
      end

      def rank(part)
        '-.'.index(part) || 2
      end

      # A leading zero makes it text.
      def whole?(part)
        part.match?(/\A[1-9]\d*\z/)
      end
    end

    module Json
      class ParseError < StandardError; end

      def self.load(text, options = {})
        JSON.parse(text, options)
      rescue JSON::ParserError => e
        raise ParseError, e.message
      end

      def self.dump(value, options = {})
        options[:pretty] ? JSON.pretty_generate(value) : JSON.generate(value)
      end
    end

    module Execution
      class ProcessOutput < String
        attr_reader :exitstatus

        def initialize(text, status)
          super(text)
          @exitstatus = status
        end
      end

      def self.execute(command, options = {})
        require 'open3'
        text, status = Open3.capture2e(*command)
        if options.fetch(:failonfail, false) && !status.success?
          raise Puppet::ExecutionFailure, "Execution of '#{Array(command).join(' ')}' returned #{status.exitstatus}: #{text.strip}"
        end

        ProcessOutput.new(text, status.exitstatus)
      end
    end
  end
end

# Facts are those of the node that is compiled.
module Facter
  def self.value(name)
    facts = Potlac::TopScope.instance.lookupvar('facts')
    name.to_s.split('.').reduce(facts) { |at, key| at.is_a?(Hash) ? at[key] : nil }
  end

  def self.fact(name)
    found = value(name)
    Struct.new(:value).new(found) unless found.nil?
  end

  class << self
    alias [] fact

    def version
      value('facterversion') || '4.3.0'
    end

    def to_hash
      Potlac::TopScope.instance.lookupvar('facts')
    end
  end
end
