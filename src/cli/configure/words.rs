//! The command lines that other programs run.

use std::path::{Path, PathBuf};

use crate::cli::{Exit, Failure, environment};
use crate::output::command_line;

/// Marks a line that `unconfigure` removes.
pub(super) const ADDED: &str = "# added by tokcache configure";

/// The command that prints the token for a model gateway.
pub(super) const TOKEN: &str = "token";

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

/// Whether a command line starts tokcache with `command`, and nothing else. A pipeline is another helper.
pub(super) fn is_own(line: &str, command: &str) -> bool {
    const OPERATORS: [&str; 6] = [" | ", "; ", " & ", " && ", " || ", " > "];
    let line = format!("{line} ");
    let Some((program, _)) = line.split_once(&format!(" {command} ")) else { return false };
    let name = program.trim_end_matches(['\'', '"']).rsplit(['/', '\\']).next();
    name.is_some_and(|name| matches!(name, "tokcache" | "tokcache.exe"))
        && !OPERATORS.iter().any(|operator| line.contains(operator))
}

/// Returns a command line for the shell of the system.
pub(super) fn line(words: &[String]) -> String {
    if !cfg!(windows) {
        return command_line(words);
    }
    let quoted = |word: &String| {
        let is_plain = word.chars().all(|c| c.is_ascii_alphanumeric() || "-_.:/\\@+,".contains(c));
        if is_plain { word.clone() } else { format!("\"{word}\"") }
    };
    words.iter().map(quoted).collect::<Vec<_>>().join(" ")
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::configure::agent::HEADERS;

    #[test]
    fn a_line_of_another_helper_is_not_ours() {
        for line in
            ["tokcache token --for https://a.example", "'/opt/my tools/tokcache' token --for a", "/a/tokcache token a"]
        {
            assert!(is_own(line, TOKEN), "{line}");
        }
        for line in [
            "other token --for a",
            "tokcache credential mcp-headers ",
            "tokcache token --for a | other",
            "A=1 tokcache token",
            "tokcache",
        ] {
            assert!(!is_own(line, TOKEN), "{line}");
        }
        assert!(is_own("tokcache credential mcp-headers --for https://a.example", HEADERS));
        assert!(is_own("tokcache credential mcp-headers", HEADERS));
    }
}
