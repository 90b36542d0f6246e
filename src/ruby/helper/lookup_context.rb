# Puppet::LookupContext: what functions get that give data to lookups. What they keep is kept by the compile.
# SPDX-License-Identifier: Apache-2.0
module Puppet
  class LookupContext
    attr_reader :number

    def initialize(number)
      @number = number
    end

    def not_found
      ask('missed')
      throw :no_such_key
    end

    def explain
      ask('explain', yield.to_s) if ask('explaining')
      nil
    end

    def interpolate(value)
      ask('interpolate', value)
    end

    def cache(key, value)
      ask('cache', key, value)
      value
    end

    def cache_all(hash)
      ask('cache_all', hash)
    end

    def cache_has_key(key)
      ask('cache_has_key', key)
    end

    def cached_value(key)
      ask('cached_value', key)
    end

    def cached_entries(&block)
      pairs = ask('cached_entries')
      return pairs.each unless block

      pairs.each { |key, value| block.arity == 2 ? block.call(key, value) : block.call([key, value]) }
      nil
    end

    # What the block makes of a file's text stays in this process: it may be anything.
    def cached_file_data(path)
      path = path.to_s
      text = ask('cached_file_data', path)
      return text unless block_given?

      kept = self.class.files[path]
      return kept[1] if kept && kept[0] == text

      (self.class.files[path] = [text, yield(text)])[1]
    end

    def environment_name
      Potlac::Scope.instance.environment.to_s.to_sym
    end

    def module_name
      ask('module_name')
    end

    def self.files
      @files ||= {}
    end

    private

    def ask(*message)
      Potlac.ask('context', @number, message.shift, *message.map { |value| Potlac::Wire.encode(value) })
    end
  end

  module Pops
    module Lookup
      Context = Puppet::LookupContext
    end
  end
end
