//! What to type after a failure.

use std::io;
use std::path::Path;

use super::repeated::repeatable;
use super::settings::Settings;
use crate::output::command_line;

/// What to type: a whole command that can be pasted.
#[derive(Debug)]
pub(super) enum Hint {
    /// What was typed, once more.
    Again,
    /// What was typed, with this value of this flag.
    AgainWith(&'static str, String),
    /// What was typed, with these values of these flags.
    AgainWithAll(Vec<(&'static str, String)>),
    /// What was typed, less this flag.
    AgainWithout(&'static str),
    /// What was typed, less this flag and its value.
    AgainWithoutValue(&'static str),
    /// What was typed, with another word in the place of one, which is a value of the flag or stands alone.
    AgainInstead(&'static str, String, String),
    /// Something else.
    Shell(String),
    /// These words, with the flags that choose the same profile, client and cache.
    Tokcache(Vec<String>),
    /// The variable unset, if it is what was heeded; else these words, as above.
    UnsetOrTokcache(&'static str, Vec<String>),
}

impl Hint {
    /// What to type; `typed` is the command line that failed, `settings` those that it ran under.
    pub(super) fn command(&self, typed: &[String], settings: &Settings) -> String {
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

/// The words for tokcache, without those of the command that `exec` is to run.
fn own_words(typed: &[String]) -> &[String] {
    let end = typed.iter().position(|word| word == "--").unwrap_or(typed.len());
    &typed[..end]
}

/// The words with this value of the flag, once, where it stood first or at the end.
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

/// The words without the flag, which takes a value.
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

/// The words with `other` for `word`: as the value of the flag, else where it stands last.
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

/// The command that makes room for a new cache. Not `rm`: what cannot be read here and now may be readable elsewhere,
/// where another keyring answers for instance.
pub(super) fn set_aside(path: &str) -> String {
    command_line(["mv", path, &format!("{path}.old")])
}

/// What shows why the system refused: doing the same once more does not.
pub(super) fn look_at(path: &Path, kind: io::ErrorKind) -> String {
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
