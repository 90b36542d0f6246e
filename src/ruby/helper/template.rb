# ERB templates: variables as @name, the scope beside them. Each is compiled to a method once.
# SPDX-License-Identifier: Apache-2.0
require 'erb'

module Puppet
  module Parser
    class TemplateWrapper
      include Puppet::Util
      Puppet::Util.logmethods(self)

      def initialize(scope, file, vars)
        @__scope__ = scope
        @__file__ = file
        vars.each { |name, value| instance_variable_set("@#{name}", value) unless value.nil? || name.include?(':') }
        Potlac::Scope.own.each { |name, value| instance_variable_set("@#{name}", value) }
      end

      def scope
        @__scope__
      end

      def file
        @__file__
      end

      def has_variable?(name)
        scope.include?(name.to_s)
      end

      def classes
        scope.catalog.classes
      end

      def tags
        raise NotImplementedError, "Call 'all_tags' instead."
      end

      def all_tags
        scope.catalog.tags
      end

      def to_s
        "template[#{@__file__ || 'inline'}]"
      end
    end
  end
end

module Potlac
  module Template
    @methods = {}
    @changing = {}

    # A template that may change an array or hash in place, which then is changed for the compile too.
    CHANGES = /<<|\w!|\]\s*(?:\|\||[-+&|])?=(?![=~])|
               \.(?:append|clear|concat|delete|delete_at|delete_if|fill|insert|keep_if|pop|prepend|push|replace|shift|store|unshift)\b/x

    # text comes the first time only; path is nil for an inline template.
    def self.render(id, path, name, text, vars)
      Scope.known = vars
      method = @methods[id]
      method ||= @methods[id] = compile(id, path, text) if text
      wrapper = Puppet::Parser::TemplateWrapper.new(Scope.instance, path, vars)
      @changing[method] ? watch(vars) { wrapper.send(method) } : wrapper.send(method)
    rescue StandardError => e
      raise Puppet::ParseError, path ? file_message(e, name) : "Failed to parse inline template: #{e}"
    end

    def self.watch(vars)
      before = vars.select { |_, value| value.is_a?(Array) || value.is_a?(Hash) }.transform_values(&:hash)
      result = yield
      changed = before.keys.select { |name| vars[name].hash != before[name] }
      Potlac.ask('changed', Wire.encode(vars.slice(*changed))) unless changed.empty?
      result
    end

    # ERB's own text begins with a comment on the coding: the method's head takes its line.
    def self.compile(id, path, text)
      method = "potlac_template_#{id}"
      body = ERB.new(text.dup.force_encoding(Encoding::UTF_8), trim_mode: '-').src.force_encoding(Encoding::UTF_8).sub(/\A#.*\n/, '')
      Puppet::Parser::TemplateWrapper.class_eval("def #{method}\n#{body}\nend\n", path || '(erb)', 0)
      @changing[method] = CHANGES.match?(text)
      method
    end

    def self.file_message(error, name)
      path, line = Errors.own_place(error).split(':')
      "Failed to parse template #{name}:\n  Filepath: #{path}\n  Line: #{line}\n  Detail: #{error}\n"
    end
  end
end
