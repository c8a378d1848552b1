class Tokcache < Formula
  desc "OAuth access tokens for scripts, from a cache"
  homepage "@HOMEPAGE@"
  url "@URL@"
  sha256 "@SHA256@"
  license any_of: ["MIT", "Apache-2.0"]

  depends_on "rust" => :build

  def install
    system "cargo", "install", *std_cargo_args
    bash_completion.install "completions/tokcache.bash" => "tokcache"
    fish_completion.install "completions/tokcache.fish"
    zsh_completion.install "completions/_tokcache"
    man1.install Dir["man/*.1"]
    man5.install Dir["man/*.5"]
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/tokcache --version")
    shell_output("#{bin}/tokcache token", 4)
  end
end
