# Loads a Homebrew formula without Homebrew, and runs its `install` in the current folder, with stand-ins for what
# Homebrew offers. Prints what the formula says and installs, one a line. Fails if a file to install is missing.
#
#   ruby formula.rb FORMULA
class Place
  def initialize(name)
    @name = name
  end

  def install(*sources)
    raise "nothing to install as #{@name}" if sources.flatten.empty?

    sources.flatten.each do |source|
      path, name = source.is_a?(Hash) ? source.first : [source, File.basename(source)]
      raise "there is no #{path}" unless File.file?(path)

      puts "#{@name} #{path} #{name}"
    end
  end
end

class Formula
  def self.test; end

  def self.method_missing(name, *values)
    puts "#{name} #{values.map { |value| value.is_a?(Hash) ? value.to_a.join(" ") : value }.join(" ")}"
  end

  def self.respond_to_missing?(*)
    true
  end

  def std_cargo_args
    ["--locked", "--path", "."]
  end

  def system(*words)
    puts "run #{words.join(" ")}"
  end

  %w[bash_completion fish_completion zsh_completion man1 man5].each do |place|
    define_method(place) { Place.new(place) }
  end
end

load File.expand_path(ARGV[0])
Tokcache.new.install
