//! The names under which other programs start tokcache.

use std::ffi::OsString;
use std::path::Path;

/// How another program has started tokcache.
pub(in crate::cli) enum Called {
    /// As cargo starts a credential provider.
    CargoPlugin,
    /// As a helper with a name of its own: the command line that stands for the call.
    Words(Vec<OsString>),
}

/// The names of helpers, which are links to this program, and their protocols.
const NAMES: [(&str, &str); 5] = [
    ("bazel-credential-tokcache", "bazel"),
    ("docker-credential-tokcache", "docker"),
    ("git-credential-tokcache", "git"),
    ("keyring", "keyring"),
    ("terraform-credentials-tokcache", "terraform"),
];

/// Returns how another program has started tokcache; `None` for an ordinary command line. `words` begin with the
/// program.
pub(in crate::cli) fn called(mut words: impl Iterator<Item = OsString>) -> Option<Called> {
    let program = words.next()?;
    let name = Path::new(&program).file_stem()?.to_str()?;
    let mut words: Vec<_> = words.collect();
    if words.len() == 1 && words[0] == "--cargo-plugin" {
        return Some(Called::CargoPlugin);
    }
    let (_, protocol) = NAMES.into_iter().find(|(own, _)| *own == name)?;
    // The helpers of Docker take their version as a flag, too.
    if protocol == "docker" && words.len() == 1 && (words[0] == "--version" || words[0] == "-v") {
        words = vec![OsString::from("version")];
    }
    let own = ["tokcache", "credential", protocol].map(OsString::from);
    Some(Called::Words(own.into_iter().chain(words).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Option<String> {
        match called(line.split(' ').map(OsString::from))? {
            Called::CargoPlugin => Some("cargo".to_owned()),
            Called::Words(words) => Some(words.join(std::ffi::OsStr::new(" ")).into_string().unwrap()),
        }
    }

    #[test]
    fn a_helper_is_known_by_its_name() {
        for (line, meant) in [
            ("git-credential-tokcache --profile work get", Some("tokcache credential git --profile work get")),
            ("/usr/bin/docker-credential-tokcache list", Some("tokcache credential docker list")),
            ("docker-credential-tokcache -v", Some("tokcache credential docker version")),
            ("docker-credential-tokcache --version", Some("tokcache credential docker version")),
            ("terraform-credentials-tokcache get a.example", Some("tokcache credential terraform get a.example")),
            ("/a/tokcache --cargo-plugin", Some("cargo")),
            ("cargo-credential-tokcache --cargo-plugin", Some("cargo")),
            ("tokcache token", None),
            ("tokcache", None),
        ] {
            assert_eq!(words(line).as_deref(), meant, "{line}");
        }
    }
}
