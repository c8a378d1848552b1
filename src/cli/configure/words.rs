//! The command lines that other programs run.

use std::path::{Path, PathBuf};

use crate::cli::{Exit, Failure, environment};

/// Marks a line that `unconfigure` removes.
pub(super) const ADDED: &str = "# added by tokcache configure";

/// The folders in which a shell looks for programs without a `PATH`.
const STANDARD: [&str; 3] = ["/usr/local/bin", "/usr/bin", "/bin"];

/// Returns the command that starts this program: `tokcache` if the PATH leads to it, else its path. A package manager
/// may put the next version into another folder, to which the PATH leads then.
pub(super) fn program() -> Result<String, Failure> {
    match in_search_path()? {
        Some(_) => Ok("tokcache".to_owned()),
        None => in_text(executable()?),
    }
}

/// Returns the command that starts this program for a program that may have another `PATH`.
pub(super) fn program_by_path() -> Result<String, Failure> {
    match in_search_path()? {
        Some(path) if path.parent().is_some_and(|folder| STANDARD.iter().any(|it| folder == Path::new(it))) => {
            Ok("tokcache".to_owned())
        }
        Some(path) => in_text(std::path::absolute(&path).unwrap_or(path)),
        None => in_text(executable()?),
    }
}

/// Returns the place of this program in the `PATH`, if it is the first `tokcache` there.
fn in_search_path() -> Result<Option<PathBuf>, Failure> {
    let path = executable()?;
    let name = path.file_name().unwrap_or_default();
    let first = environment::search_path().into_iter().map(|folder| folder.join(name)).find(|path| path.is_file());
    let is_own_name = name.to_str().is_some_and(|name| name.trim_end_matches(".exe") == "tokcache");
    Ok(first.filter(|first| is_own_name && first.canonicalize().ok() == path.canonicalize().ok()))
}

fn in_text(path: PathBuf) -> Result<String, Failure> {
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
