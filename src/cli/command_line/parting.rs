//! Finds the first word of a command line that is curl's own.

use std::ffi::{OsStr, OsString};

use clap::{Arg, Command, CommandFactory};

use super::Arguments;

/// The name of the command.
const CURL: &str = "curl";

/// Inserts the `--` that users leave out: `curl --scope S URL` becomes `curl --scope S -- URL`. curl's own words begin
/// with the first one that is no flag of tokcache. Returns the words of other commands as they are. The first word is the
/// name of the program.
pub(in crate::cli) fn parted(mut words: Vec<OsString>) -> Vec<OsString> {
    if words.iter().any(|word| word == CURL)
        && let Some(place) = place(&words)
    {
        words.insert(place, "--".into());
    }
    words
}

fn place(words: &[OsString]) -> Option<usize> {
    let all = Arguments::command();
    let flags: Vec<&Arg> =
        all.get_arguments().chain(all.find_subcommand(CURL).into_iter().flat_map(Command::get_arguments)).collect();
    let mut is_curl = false;
    let mut rest = words.iter().enumerate().skip(1);
    while let Some((at, word)) = rest.next() {
        match own(&flags, word) {
            Some(Own::Flag) => {}
            Some(Own::FlagBeforeValue) => drop(rest.next()),
            None if word == "--" => return None,
            None if is_curl => return Some(at),
            None if word == CURL => is_curl = true,
            None => return None,
        }
    }
    None
}

/// A word that is tokcache's own.
enum Own {
    /// A flag, with its value if it has one.
    Flag,
    /// A flag whose value is the next word.
    FlagBeforeValue,
}

fn own(flags: &[&Arg], word: &OsStr) -> Option<Own> {
    let word = word.to_string_lossy();
    let Some(long) = word.strip_prefix("--") else {
        let letters = word.strip_prefix('-').filter(|letters| !letters.is_empty())?;
        // The only ones that are no value of another flag: -v and -h.
        return (letters.chars().all(|letter| letter == 'v') || letters == "h").then_some(Own::Flag);
    };
    let (name, value) = long.split_once('=').map_or((long, None), |(name, value)| (name, Some(value)));
    if name == "help" {
        return Some(Own::Flag);
    }
    let flag = flags.iter().find(|flag| flag.get_long() == Some(name))?;
    Some(if flag.get_action().takes_values() && value.is_none() { Own::FlagBeforeValue } else { Own::Flag })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curls_words_begin_with_the_first_one_that_is_not_tokcaches() {
        for (line, expected) in [
            ("t curl https://a -d x", "t curl -- https://a -d x"),
            ("t curl --scope a -v -sS https://a -v", "t curl --scope a -v -- -sS https://a -v"),
            ("t --profile curl curl --scope=a -X POST u", "t --profile curl curl --scope=a -- -X POST u"),
            ("t curl --force-refresh --cacert f u", "t curl --force-refresh -- --cacert f u"),
            ("t curl --scope a -- -v u", "t curl --scope a -- -v u"),
            ("t curl --help", "t curl --help"),
            ("t exec -- curl u", "t exec -- curl u"),
            ("t exec curl u", "t exec curl u"),
            ("t curl --scope", "t curl --scope"),
            ("t login --account curl", "t login --account curl"),
        ] {
            let words = parted(line.split(' ').map(OsString::from).collect());
            assert_eq!(words.join(OsStr::new(" ")), expected, "{line}");
        }
    }
}
