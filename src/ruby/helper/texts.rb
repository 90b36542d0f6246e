# Versions and times, which cross as texts and nanoseconds, with what Ruby code usually does with them.
# SPDX-License-Identifier: Apache-2.0
module SemanticPuppet
  class Version
    include Comparable

    PATTERN = /\A(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-([0-9A-Za-z.-]+))?(?:\+([0-9A-Za-z.-]+))?\z/
    class ValidationFailure < ArgumentError; end

    attr_reader :major, :minor, :patch

    def self.parse(text)
      found = PATTERN.match(text) || raise(ValidationFailure, "Unable to parse '#{text}' as a semantic version identifier")
      new(*found.captures.first(3).map(&:to_i), found[4], found[5])
    end

    def self.valid?(text)
      PATTERN.match?(text)
    end

    def initialize(major, minor, patch, prerelease = nil, build = nil)
      @major, @minor, @patch = major, minor, patch
      @prerelease = prerelease.is_a?(Array) ? prerelease.join('.') : prerelease
      @build = build.is_a?(Array) ? build.join('.') : build
    end

    def prerelease
      @prerelease && @prerelease.empty? ? nil : @prerelease
    end

    def build
      @build && @build.empty? ? nil : @build
    end

    def stable?
      prerelease.nil?
    end

    def next(part)
      case part
      when :major then self.class.new(major + 1, 0, 0)
      when :minor then self.class.new(major, minor + 1, 0)
      when :patch then self.class.new(major, minor, patch + 1)
      end
    end

    def to_s
      "#{major}.#{minor}.#{patch}#{"-#{prerelease}" if prerelease}#{"+#{build}" if build}"
    end
    alias to_str to_s
    alias inspect to_s

    def <=>(other)
      return nil unless other.is_a?(Version)

      numbers = [major, minor, patch] <=> [other.major, other.minor, other.patch]
      numbers.zero? ? compare_prerelease(other.prerelease) : numbers
    end

    def eql?(other)
      other.is_a?(Version) && other.to_s == to_s
    end

    def hash
      to_s.hash
    end

    private

    # No prerelease is the highest; numbers are before texts, and compare as numbers.
    def compare_prerelease(other)
      return (prerelease ? 0 : 1) - (other ? 0 : 1) unless prerelease && other

      keys = [prerelease, other].map { |t| t.split('.').map { |p| p.match?(/\A\d+\z/) ? [0, p.to_i, ''] : [1, 0, p] } }
      keys[0] <=> keys[1]
    end
  end

  # What is in it, the compile knows.
  class VersionRange
    def self.parse(text, _strict = nil)
      new(text)
    end

    def initialize(text)
      @text = text
    end

    def to_s
      @text
    end
    alias inspect to_s

    def include?(version)
      Potlac.ask('instance', "SemVer['#{@text}']", Potlac::Wire.encode(version))
    end
    alias member? include?
    alias cover? include?
    alias === include?

    def ==(other)
      other.is_a?(VersionRange) && other.to_s == @text
    end
    alias eql? ==

    def hash
      @text.hash
    end
  end
end

module Puppet
  module Pops
    module Time
      NSECS_PER_USEC = 1_000
      NSECS_PER_MSEC = 1_000_000
      NSECS_PER_SEC = 1_000_000_000
      NSECS_PER_MIN = 60 * NSECS_PER_SEC
      NSECS_PER_HOUR = 60 * NSECS_PER_MIN
      NSECS_PER_DAY = 24 * NSECS_PER_HOUR

      class TimeData
        include Comparable

        attr_reader :nsecs

        # As the language reads it.
        def self.parse(text, *format)
          type = Potlac.ask('type', name.split('::').last)
          type.create(text, *format)
        end

        def initialize(nsecs)
          @nsecs = nsecs
        end

        def <=>(other)
          other.is_a?(TimeData) ? nsecs <=> other.nsecs : to_f <=> other
        end

        def eql?(other)
          other.instance_of?(self.class) && other.nsecs == nsecs
        end

        def hash
          @nsecs.hash
        end

        def to_f
          @nsecs.fdiv(NSECS_PER_SEC)
        end

        def to_i
          @nsecs / NSECS_PER_SEC
        end

        def to_c
          to_f.to_c
        end

        def to_r
          to_f.to_r
        end

        # As the function strftime.
        def format(format = nil, *more)
          format ? Potlac.ask('call', 'strftime', Potlac::Wire.encode([self, format, *more]), '') : to_s
        end

        private

        def amount(other)
          other.is_a?(TimeData) ? other.nsecs : (other * NSECS_PER_SEC).to_i
        end
      end

      class Timespan < TimeData
        def self.from_hash(hash)
          Potlac.ask('type', 'Timespan').create(hash)
        end

        def +(other)
          other.is_a?(Timestamp) ? other + self : Timespan.new(nsecs + amount(other))
        end

        def -(other)
          Timespan.new(nsecs - amount(other))
        end

        def -@
          Timespan.new(-nsecs)
        end

        def *(other)
          Timespan.new((nsecs * other).to_i)
        end

        def /(other)
          other.is_a?(Timespan) ? nsecs.fdiv(other.nsecs) : Timespan.new((nsecs / other).to_i)
        end

        def negative?
          nsecs.negative?
        end

        { days: NSECS_PER_DAY, hours: NSECS_PER_HOUR, minutes: NSECS_PER_MIN, seconds: NSECS_PER_SEC, milliseconds: NSECS_PER_MSEC,
          microseconds: NSECS_PER_USEC, nanoseconds: 1 }.each_pair do |name, size|
          define_method(:"total_#{name}") { nsecs / size }
        end

        def days
          total_days
        end

        def hours
          total_hours % 24
        end

        def minutes
          total_minutes % 60
        end

        def seconds
          total_seconds % 60
        end

        def milliseconds
          total_milliseconds % 1000
        end

        def microseconds
          total_microseconds % 1000
        end

        def nanoseconds
          nsecs % 1000
        end

        # The fraction stands without zeros at either end, as the language prints it.
        def to_s
          all = nsecs.abs
          parts = [all / NSECS_PER_DAY, all / NSECS_PER_HOUR % 24, all / NSECS_PER_MIN % 60, all / NSECS_PER_SEC % 60]
          fraction = (all % NSECS_PER_SEC).to_s.sub(/(?<=.)0+\z/, '')
          "#{'-' if nsecs.negative?}#{Kernel.format('%d-%02d:%02d:%02d', *parts)}.#{fraction}"
        end
        alias inspect to_s
      end

      class Timestamp < TimeData
        def self.now
          t = ::Time.now
          new(t.tv_sec * NSECS_PER_SEC + t.tv_nsec)
        end

        def self.from_time(time)
          new(time.tv_sec * NSECS_PER_SEC + time.tv_nsec)
        end

        def +(other)
          Timestamp.new(nsecs + amount(other))
        end

        def -(other)
          other.is_a?(Timestamp) ? Timespan.new(nsecs - other.nsecs) : Timestamp.new(nsecs - amount(other))
        end

        def to_time
          ::Time.at(nsecs / NSECS_PER_SEC, nsecs % NSECS_PER_SEC, :nsec)
        end

        def to_s
          to_time.utc.strftime('%Y-%m-%dT%H:%M:%S.%N UTC')
        end
        alias inspect to_s
      end
    end
  end
end

module Potlac
  module Texts
    CLASSES = { 'Timestamp' => Puppet::Pops::Time::Timestamp, 'Timespan' => Puppet::Pops::Time::Timespan,
                'SemVer' => SemanticPuppet::Version, 'SemVerRange' => SemanticPuppet::VersionRange }.freeze

    def self.make(kind, text)
      case kind
      when 'URI' then URI.parse(text)
      when 'SemVer' then SemanticPuppet::Version.parse(text)
      when 'SemVerRange' then SemanticPuppet::VersionRange.new(text)
      else CLASSES.fetch(kind).new(text)
      end
    end

    # The kind of a value that crosses as text; nil: it is something else. URI is not loaded for this.
    def self.kind_of(value)
      found = CLASSES.find { |_, made| value.instance_of?(made) }
      return found[0] if found

      'URI' if !Object.autoload?(:URI) && defined?(URI::Generic) && value.is_a?(URI::Generic)
    end
  end
end
