//! The command lines that other programs run.

use std::path::PathBuf;

use crate::cli::{Exit, Failure, environment};

/// Returns the command that starts this program: `tokcache` if the PATH leads to it, else its path. A package manager
/// may put the next version into another folder, to which the PATH leads then.
pub(super) fn program() -> Result<String, Failure> {
    let path = executable()?;
    let name = path.file_name().unwrap_or_default();
    let first = environment::search_path().into_iter().map(|folder| folder.join(name)).find(|path| path.is_file());
    let is_found = first.is_some_and(|first| first.canonicalize().ok() == path.canonicalize().ok());
    if is_found && name.to_str().is_some_and(|name| name.trim_end_matches(".exe") == "tokcache") {
        return Ok("tokcache".to_owned());
    }
    path.into_os_string().into_string().map_err(|_| Failure::new(Exit::Config, "the path of tokcache is not UTF-8"))
}

/// Returns the path of this program.
pub(super) fn executable() -> Result<PathBuf, Failure> {
    std::env::current_exe()
        .map_err(|error| Failure::new(Exit::Config, format!("the system does not say where tokcache is: {error}")))
}

/// Whether a command line in the settings of another program starts the helper of `protocol`.
pub(super) fn is_own(line: &str, protocol: &str) -> bool {
    line.contains("tokcache") && line.contains(&format!(" credential {protocol} "))
}

/// Returns a string of JSON, which is one of TOML and YAML too.
pub(super) fn in_json(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Returns an array of JSON, which is one of TOML and YAML too.
pub(super) fn array(words: &[String]) -> String {
    let words: Vec<_> = words.iter().map(|word| in_json(word)).collect();
    format!("[{}]", words.join(", "))
}
