//! The command that an error suggests.

use std::io;
use std::path::Path;

use super::repeated::repeatable;
use crate::cli::settings::Settings;
use crate::output::command_line;

/// A suggested command, complete enough to paste.
#[derive(Debug)]
pub(in crate::cli) enum Hint {
    /// The same command again.
    Again,
    /// The same command with this value for this flag.
    AgainWith(&'static str, String),
    /// The same command with these values for these flags.
    AgainWithAll(Vec<(&'static str, String)>),
    /// The same command without this flag.
    AgainWithout(&'static str),
    /// The same command without this flag and its value.
    AgainWithoutValue(&'static str),
    /// The same command with one word replaced, which is the value of the flag or a positional argument.
    AgainInstead(&'static str, String, String),
    /// Any shell command.
    Shell(String),
    /// A `tokcache` command, with the flags that select the same profile, client and cache.
    Tokcache(Vec<String>),
    /// Unset the variable if the setting came from it; otherwise these words, as in `Tokcache`.
    UnsetOrTokcache(&'static str, Vec<String>),
}

impl Hint {
    /// Returns the command. `typed` is the failed command line, and `settings` are its settings.
    pub(in crate::cli) fn command(&self, typed: &[String], settings: &Settings) -> String {
        let own = own_words(typed);
        let changed = match self {
            Hint::Again => own.to_vec(),
            Hint::AgainWith(flag, value) => with(own, flag, value),
            Hint::AgainWithAll(flags) => flags.iter().fold(own.to_vec(), |own, (flag, value)| with(&own, flag, value)),
            Hint::AgainWithout(flag) => own.iter().filter(|word| word != flag).cloned().collect(),
            Hint::AgainWithoutValue(flag) => without(own, flag),
            Hint::AgainInstead(flag, word, other) => instead(own, flag, word, other),
            Hint::Shell(command) => return command.clone(),
            Hint::UnsetOrTokcache(variable, _) if settings.variables.contains(variable) => {
                return format!("unset {variable}");
            }
            Hint::Tokcache(words) | Hint::UnsetOrTokcache(_, words) => {
                let program = std::iter::once("tokcache".to_owned());
                return command_line(repeatable(
                    program.chain(words.iter().cloned()).chain(settings.flags_beside(words)),
                ));
            }
        };
        command_line(repeatable(changed.into_iter().chain(typed[own.len()..].iter().cloned())))
    }
}

/// Returns tokcache's own words, without the program that `exec` runs.
fn own_words(typed: &[String]) -> &[String] {
    let end = typed.iter().position(|word| word == "--").unwrap_or(typed.len());
    &typed[..end]
}

/// Sets the flag to this value: at the flag's first position, or at the end.
fn with(typed: &[String], flag: &str, value: &str) -> Vec<String> {
    let apart = [flag.to_owned(), value.to_owned()];
    let (mut words, mut is_there) = (Vec::new(), false);
    let mut typed = typed.iter();
    while let Some(word) = typed.next() {
        let new = match word.strip_prefix(flag) {
            Some("") => {
                typed.next();
                &apart[..]
            }
            Some(rest) if rest.starts_with('=') => &[format!("{flag}={value}")],
            _ => {
                words.push(word.clone());
                continue;
            }
        };
        if !is_there {
            words.extend_from_slice(new);
            is_there = true;
        }
    }
    if !is_there {
        words.extend(apart);
    }
    words
}

/// Removes the flag and its value.
fn without(typed: &[String], flag: &str) -> Vec<String> {
    let joined = format!("{flag}=");
    let (mut words, mut typed) = (Vec::new(), typed.iter());
    while let Some(word) = typed.next() {
        if word == flag {
            typed.next();
        } else if !word.starts_with(&joined) {
            words.push(word.clone());
        }
    }
    words
}

/// Replaces `word` by `other`: as the value of the flag, else at its last position.
fn instead(typed: &[String], flag: &str, word: &str, other: &str) -> Vec<String> {
    let joined = format!("{flag}={word}");
    let is_value = |at: &usize| typed[*at] == joined || typed[*at] == word && typed[at.saturating_sub(1)] == flag;
    let place = (1..typed.len()).rev().find(is_value).or_else(|| typed.iter().rposition(|typed| typed == word));
    let mut words = typed.to_vec();
    if let Some(place) = place {
        words[place] = if words[place] == word { other.to_owned() } else { format!("{flag}={other}") };
    }
    words
}

/// Returns the command that moves a cache away to make room for a new one. It does not delete the file: another keyring
/// may be able to decrypt it.
pub(in crate::cli) fn set_aside(path: &str) -> String {
    command_line(["mv", path, &format!("{path}.old")])
}

/// Returns the command that shows why the system refused access. A retry would fail in the same way.
pub(in crate::cli) fn look_at(path: &Path, kind: io::ErrorKind) -> String {
    let there = path.ancestors().find(|path| path.symlink_metadata().is_ok()).unwrap_or(Path::new("."));
    let program: &[&str] = match kind {
        io::ErrorKind::FileTooLarge => return set_aside(&there.to_string_lossy()),
        io::ErrorKind::QuotaExceeded | io::ErrorKind::StorageFull => &["df", "-h"],
        _ => &["ls", "-ld"],
    };
    command_line(program.iter().copied().chain([&*there.to_string_lossy()]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn advised(advice: &Hint, typed: &str) -> String {
        let typed: Vec<_> = typed.split(' ').map(str::to_owned).collect();
        advice.command(&typed, &Settings::default())
    }

    #[test]
    fn a_flag_is_changed_in_what_was_typed_and_not_in_what_exec_would_run() {
        let shorter = |typed| advised(&Hint::AgainWith("--min-valid", "60s".to_owned()), typed);
        assert_eq!(
            shorter("tokcache exec --min-valid 2h --scope a -- b --min-valid 2h"),
            "tokcache exec --min-valid 60s --scope a -- COMMAND"
        );
        assert_eq!(shorter("tokcache token --min-valid=2h -o json"), "tokcache token --min-valid=60s -o json");
        assert_eq!(shorter("tokcache token --min-valid 2h -v --min-valid=3h"), "tokcache token --min-valid 60s -v");
        assert_eq!(shorter("tokcache exec -- b"), "tokcache exec --min-valid 60s -- COMMAND");
        let online = advised(&Hint::AgainWithout("--offline"), "tokcache exec --offline -- b --offline");
        assert_eq!(online, "tokcache exec -- COMMAND");
    }

    #[test]
    fn a_word_is_put_right_where_it_is_meant() {
        let meant = |typed| advised(&Hint::AgainInstead("--profile", "wrk".to_owned(), "work".to_owned()), typed);
        assert_eq!(meant("tokcache token --scope wrk --profile wrk"), "tokcache token --scope wrk --profile work");
        assert_eq!(meant("tokcache --profile=wrk token --scope wrk"), "tokcache --profile=work token --scope wrk");
        assert_eq!(meant("tokcache profile show wrk -o json"), "tokcache profile show work -o json");
        let without = advised(&Hint::AgainWithoutValue("--resource"), "tokcache token --resource a --scope b");
        assert_eq!(without, "tokcache token --scope b");
    }

    #[test]
    fn what_the_system_refused_is_looked_at_where_there_is_something() {
        let folder = std::env::temp_dir();
        let folder = folder.canonicalize().unwrap();
        let shown = command_line([&*folder.to_string_lossy()]);
        let file = folder.join("tokcache-no-such-folder/token_cache.json");
        assert_eq!(look_at(&file, io::ErrorKind::PermissionDenied), format!("ls -ld {shown}"));
        assert_eq!(look_at(&file, io::ErrorKind::StorageFull), format!("df -h {shown}"));
        assert_eq!(look_at(&folder, io::ErrorKind::ReadOnlyFilesystem), format!("ls -ld {shown}"));
    }
}
