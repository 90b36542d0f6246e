# Puppet::Type: just so much of resource types that their title patterns can be asked for. Parameters and what they do are not looked at.
# SPDX-License-Identifier: Apache-2.0
module Puppet
  class Parameter
    class Boolean < Parameter; end
    class PackageOptions < Parameter; end
  end

  class Property < Parameter
    class Boolean < Property; end
    class Ensure < Property; end
    class KeyValue < Property; end
    class List < Property; end
    class OrderedList < List; end
  end

  class Type
    # newparam, newproperty, autorequire, ensurable ... : not looked at.
    module Ignores
      def method_missing(*)
        nil
      end

      def respond_to_missing?(*)
        true
      end
    end

    @types = {}

    class << self
      def newtype(name, _options = {}, &block)
        made = Class.new(Type) { extend Ignores }
        Type.const_set(name.to_s.split('_').map(&:capitalize).join('_'), made)
        Type.all[name.to_sym] = made
        made.class_eval(&block)
        made
      end

      def type(name)
        Type.all[name.to_sym]
      end

      def all
        @types
      end
    end
  end
end

module Potlac
  module Types
    # What the title gives by the first pattern that matches; nil where none does; [message] where the type's own code fails, as it would
    # with all of Puppet around it. text comes the first time only.
    def self.title(name, path, text, title)
      failure = text && load(name, path, text)
      return [failure] if failure

      type = Puppet::Type.type(name) || raise(Puppet::Error, "#{path} defines no type '#{name}'")
      by_pattern(type, title)
    end

    # Why the file cannot be read: it needs what is not there. What is Puppet's may only be missing here.
    def self.load(name, path, text)
      Puppet::Type.all.delete(name.to_sym)
      TOPLEVEL_BINDING.eval(text, path)
      nil
    rescue LoadError => e
      raise if e.path.to_s.start_with?('puppet', 'facter')

      "Could not autoload puppet/type/#{name}: #{e.message}"
    end

    def self.by_pattern(type, title)
      type.title_patterns.each do |pattern, names|
        found = pattern.match(title)
        return names.zip(found.captures).to_h { |(key, change), part| [key.to_s, change ? change.call(part) : part] } if found
      end
      nil
    rescue NameError # may be of Puppet's, and not stood in for
      raise
    rescue StandardError => e
      [e.message]
    end
  end
end
