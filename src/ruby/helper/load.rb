# What surrounds the code of modules: where `require` finds their files, and what it finds of Puppet's own.
# SPDX-License-Identifier: Apache-2.0
module Potlac
  module Load
    # Files of Puppet that are stood in for here, so that nothing of it need be installed.
    OWN = %w[
      puppet puppet/error puppet/functions puppet/parser puppet/parser/functions puppet/parser/scope puppet/parser/templatewrapper
      puppet/parameter puppet/parameter/boolean puppet/parser/files puppet/pops puppet/property puppet/property/boolean
      puppet/property/ensure puppet/property/keyvalue puppet/property/list puppet/property/ordered_list puppet/resource puppet/type
      puppet/util puppet/util/package puppet/util/json puppet/util/execution
      puppet/util/errors puppet/version puppet/module puppet/file_system facter
    ].freeze

    # Of Ruby's own library, what is loaded wherever Puppet runs, so that code takes it as given: read when it is first named.
    AT_FIRST_USE = {
      Base64: 'base64', BigDecimal: 'bigdecimal', CGI: 'cgi', Date: 'date', DateTime: 'date', Digest: 'digest', Etc: 'etc',
      FileUtils: 'fileutils', IPAddr: 'ipaddr',
      OpenSSL: 'openssl', Open3: 'open3', OpenStruct: 'ostruct', Pathname: 'pathname',
      Psych: 'psych', SecureRandom: 'securerandom', Set: 'set', Shellwords: 'shellwords', Socket: 'socket', StringIO: 'stringio',
      Tempfile: 'tempfile', Timeout: 'timeout', URI: 'uri', YAML: 'yaml', Zlib: 'zlib'
    }.freeze

    def self.init(libs)
      libs.each { |dir| $LOAD_PATH.push(dir) unless $LOAD_PATH.include?(dir) }
      AT_FIRST_USE.each { |name, file| Object.autoload(name, file) unless Object.const_defined?(name, false) }
      nil
    end

    def self.new_compile
      Scope.new_compile
      Functions4.new_compile
      nil
    end

    def self.own?(name)
      OWN.include?(name.sub(/\.rb\z/, ''))
    end

    # Gems are looked for only by code that asks for one: reading their index costs more than most compiles.
    def self.with_gems
      return false if @with_gems

      @with_gems = true
      Gem.singleton_class.class_eval { %i[const_missing method_missing respond_to_missing?].each { |name| remove_method(name) } }
      Kernel.send(:potlac_require, 'rubygems')
      true
    rescue LoadError
      false
    end

    def self.explain(error, name)
      return error unless name.start_with?('puppet/', 'facter/') || name == 'hiera'

      needed = (caller_locations || []).map(&:path).find { |p| p && !p.start_with?(HELPER, '<internal:') }
      LoadError.new("#{error.message}: it belongs to Puppet, which is not installed here, and #{needed || 'this code'} needs it")
    end
  end
end

class Object
  # YAML brings its own, once somebody wants it.
  def to_yaml(*args)
    require 'yaml'
    Object.instance_method(:to_yaml).bind(self).call(*args)
  end
end

module Kernel
  alias potlac_require require
  private :potlac_require

  def require(name)
    return false if name.is_a?(String) && Potlac::Load.own?(name)

    potlac_require(name)
  rescue LoadError => e
    raise unless e.path == name
    raise Potlac::Load.explain(e, name.to_s) unless Potlac::Load.with_gems

    begin
      potlac_require(name)
    rescue LoadError => again
      raise Potlac::Load.explain(again, name.to_s)
    end
  end
  private :require

  class << self
    alias potlac_require require
  end
end

# Module code compares versions with it. Whatever else it is asked for, it becomes the whole of it.
module Gem
  autoload :Version, 'rubygems/version'
  autoload :Requirement, 'rubygems/requirement'

  class << self
    def const_missing(name)
      Potlac::Load.with_gems ? const_get(name) : super
    end

    def method_missing(name, *args, &block)
      Potlac::Load.with_gems ? public_send(name, *args, &block) : super
    end

    def respond_to_missing?(name, include_private = false)
      Potlac::Load.with_gems ? respond_to?(name, include_private) : super
    end
  end
end
