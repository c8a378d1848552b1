//! Corrects a mistyped command line, so that the user can paste the corrected one.

use clap::error::{ContextKind, ContextValue, Error, ErrorKind};
use clap::{Command, CommandFactory, Parser};

use super::Arguments;
use super::other_tools::{self, Meant};
use crate::cli::failure::near::{distance, nearest};
use crate::cli::failure::repeated::repeatable;
use crate::output::command_line;

/// The maximum number of words to correct in one command line.
const MOST: usize = 4;

/// Returns the command line with each wrong word replaced: by its tokcache equivalent if another tool has the word,
/// else by the most similar word. Returns `None` if a wrong word has neither. Words that may be secret are left out.
pub(in crate::cli) fn corrected(error: &Error, typed: &[String]) -> Option<String> {
    let mut line = put_right(error, typed)?;
    for _ in 1..MOST {
        match wrong(&line) {
            Some(error) => line = put_right(&error, &line)?,
            None => break,
        }
    }
    wrong(&line).is_none().then(|| command_line(repeatable(line)))
}

/// Returns the parse error of a command line. Help and the version are not errors.
fn wrong(line: &[String]) -> Option<Error> {
    Arguments::try_parse_from(line).err().filter(Error::use_stderr)
}

/// Corrects the one word that the error is about.
fn put_right(error: &Error, typed: &[String]) -> Option<Vec<String>> {
    // Words after `--` belong to the program that `exec` runs.
    let end = typed.iter().position(|word| word == "--").unwrap_or(typed.len());
    match error.kind() {
        ErrorKind::InvalidSubcommand => command_put_right(error, typed, end),
        ErrorKind::UnknownArgument => argument_put_right(error, typed, end),
        ErrorKind::InvalidValue => value_put_right(error, typed, end),
        _ => None,
    }
}

fn command_put_right(error: &Error, typed: &[String], end: usize) -> Option<Vec<String>> {
    let wrong = text(error, ContextKind::InvalidSubcommand)?;
    let place = typed[..end].iter().position(|word| word == wrong)?;
    let (parent_place, parent) = parent(&typed[..place]);
    let name = parent.get_name();
    let name = if parent_place == 0 { "" } else { name };
    let is_last = typed[place + 1..end].iter().all(|word| word.starts_with('-'));
    match other_tools::command(name, wrong, is_last) {
        Some(Meant::Word(words)) => return Some(replaced(typed, place, place + 1, words)),
        Some(Meant::Whole(words)) => return Some(replaced(typed, parent_place, place + 1, words)),
        None => {}
    }
    // Resolve aliases: `ls` is `list`.
    let name_of = |word: &String| parent.find_subcommand(word).map(|command| command.get_name().to_owned());
    let names: Vec<_> = texts(error, ContextKind::SuggestedSubcommand).iter().filter_map(name_of).collect();
    Some(replaced(typed, place, place + 1, &[nearest_of(wrong, &names)?]))
}

fn argument_put_right(error: &Error, typed: &[String], end: usize) -> Option<Vec<String>> {
    let wrong = text(error, ContextKind::InvalidArg)?;
    let joined = format!("{wrong}=");
    let place = typed[..end].iter().position(|word| word == wrong || word.starts_with(&joined))?;
    if !wrong.starts_with('-') {
        let (command_place, command) = parent(&typed[..place]);
        let own = match command.get_name() {
            _ if command_place == 0 => return None,
            name if other_tools::command(name, wrong, true) == Some(Meant::Word(&[])) => {
                return Some(replaced(typed, place, place + 1, &[]));
            }
            "exec" if !wrong.contains('@') => "--",
            name => other_tools::flag_of_value(name, wrong)?,
        };
        return Some(replaced(typed, place, place + 1, &[own, wrong]));
    }
    // `login -p` takes a password in other tools.
    if wrong == "-p" && parent(&typed[..place]).1.get_name() == "login" {
        return None;
    }
    let near = texts(error, ContextKind::SuggestedArg);
    let (_, command) = parent(&typed[..place]);
    let flags: Vec<_> = command.get_arguments().filter_map(|arg| Some(format!("--{}", arg.get_long()?))).collect();
    let near = || begun(wrong, &flags).or_else(|| nearest(wrong, near.iter().map(String::as_str)));
    let near = || near().filter(|near| is_slip_of(wrong, near));
    let mut words: Vec<&str> = match other_tools::flag(wrong) {
        Some(words) => words.to_vec(),
        None => vec![near()?],
    };
    words.extend(typed[place].strip_prefix(&joined));
    Some(replaced(typed, place, place + 1, &words))
}

/// Whether `near` may replace the flag `wrong`. The value of a secret must not become the value of an unrelated flag.
fn is_slip_of(wrong: &str, near: &str) -> bool {
    !other_tools::is_of_secret(wrong) || distance(wrong, near) <= 2
}

fn value_put_right(error: &Error, typed: &[String], end: usize) -> Option<Vec<String>> {
    let wrong = text(error, ContextKind::InvalidValue)?;
    // clap's text is `--output <OUTPUT>`.
    let flag = text(error, ContextKind::InvalidArg)?.split(' ').next().unwrap_or_default();
    let joined = format!("{flag}={wrong}");
    let (_, command) = parent(&typed[..end]);
    let arg = command.get_arguments().find(|arg| arg.get_long().is_some_and(|long| flag == format!("--{long}")));
    let short = arg.and_then(|arg| arg.get_short()).map(|short| format!("-{short}"));
    let is_flag = |word: &str| word == flag || short.as_deref() == Some(word);
    let is_value = |at: &usize| typed[*at] == joined || typed[*at] == wrong && is_flag(&typed[*at - 1]);
    let place = (1..end).find(is_value).or_else(|| typed[..end].iter().rposition(|word| word == wrong))?;
    let valid = texts(error, ContextKind::ValidValue);
    let suggested = texts(error, ContextKind::SuggestedValue);
    let near = || nearest(wrong, valid.iter().map(String::as_str)).or_else(|| nearest_of(wrong, &suggested));
    let meant = if let [only] = valid.as_slice() { only } else { near()? };
    let word = if typed[place] == joined { format!("{flag}={meant}") } else { meant.to_owned() };
    Some(replaced(typed, place, place + 1, &[&word]))
}

/// Replaces the words from `from` to `to` by `words`.
fn replaced(typed: &[String], from: usize, to: usize, words: &[&str]) -> Vec<String> {
    let words: Vec<_> = words.iter().map(ToString::to_string).collect();
    [&typed[..from], &words, &typed[to..]].concat()
}

/// Returns the last subcommand in `typed`, and its index. `typed` begins with the program.
fn parent(typed: &[String]) -> (usize, Command) {
    let mut last = (0, Arguments::command());
    for (place, word) in typed.iter().enumerate().skip(1) {
        if let Some(command) = last.1.find_subcommand(word).cloned() {
            last = (place, command);
        }
    }
    last
}

/// Returns the only one of `words` that begins with `wrong`.
fn begun<'w>(wrong: &str, words: &'w [String]) -> Option<&'w str> {
    let mut begun = words.iter().filter(|word| word.starts_with(wrong));
    begun.next().filter(|_| begun.next().is_none()).map(String::as_str)
}

/// Returns the most similar of `words`; `None` if there is a tie.
fn nearest_of<'w>(wrong: &str, words: &'w [String]) -> Option<&'w str> {
    let mut words: Vec<_> = words.iter().map(|word| (distance(wrong, word), word.as_str())).collect();
    words.sort_unstable();
    words.dedup();
    match words.as_slice() {
        [(least, _), (next, _), ..] if least == next => None,
        words => words.first().map(|(_, word)| *word),
    }
}

fn text(error: &Error, kind: ContextKind) -> Option<&str> {
    match error.get(kind)? {
        ContextValue::String(text) => Some(text),
        _ => None,
    }
}

fn texts(error: &Error, kind: ContextKind) -> Vec<String> {
    match error.get(kind) {
        Some(ContextValue::String(text)) => vec![text.clone()],
        Some(ContextValue::Strings(texts)) => texts.clone(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the corrected line without the program's name; empty if there is no correction.
    fn meant(line: &str) -> String {
        let typed: Vec<_> = std::iter::once("tokcache").chain(line.split(' ')).map(str::to_owned).collect();
        let error = wrong(&typed).unwrap_or_else(|| panic!("nothing is wrong with {line}"));
        let corrected = corrected(&error, &typed).unwrap_or_default();
        corrected.strip_prefix("tokcache ").unwrap_or_default().to_owned()
    }

    #[track_caller]
    fn assert_meant(cases: &[(&str, &str)]) {
        for (line, expected) in cases {
            assert_eq!(meant(line), *expected, "{line}");
        }
    }

    #[test]
    fn a_slip_of_the_pen_is_put_right_wherever_it_is() {
        assert_meant(&[
            ("tokne --scope x", "token --scope x"),
            ("lst", "list"),
            ("profile sohw", "profile show"),
            ("cache chekc", "cache check"),
            ("--acount x token", "--account x token"),
            ("token --acount=x", "token --account x"),
            ("token -o jsno --scope jsno", "token -o json --scope jsno"),
            ("token --scope jsno -o jsno", "token --scope jsno -o json"),
            ("token --output=jsno", "token --output=json"),
            ("--error-format jsn token", "--error-format json token"),
            ("--error-format=jsn token", "--error-format=json token"),
            ("--key-cache=kernle list", "--key-cache=kernel list"),
            ("tokn --acount x -o jsn", "token --account x -o json"),
            ("completions zhs", "completions zsh"),
            ("frobnicate", ""),
            ("token --frobnicate", ""),
            ("token --quiet", ""),
            ("login --token-endpont https://a", "login --token-endpoint https://a"),
            ("token --force", "token --force-refresh"),
        ]);
    }

    #[test]
    fn the_flows_of_other_tools_are_understood() {
        assert_meant(&[
            ("login --flow browsr", "login --flow browser"),
            ("login --flow=client_credentials --scope a", "login --flow=client-credentials --scope a"),
            ("login --flow=implicit --scope a", ""),
            ("login --web", "login --browser"),
            ("login --use-device-code --scope a", "login --flow device --scope a"),
        ]);
    }

    #[test]
    fn the_words_of_other_tools_are_understood() {
        assert_meant(&[
            ("auth login", "login"),
            ("auth", "login"),
            ("auth status", "status"),
            ("account get-access-token --resource r", "token --resource r"),
            ("account list -o json", "list -o json"),
            ("profile delete work", "profile remove work"),
            ("profile get work", "profile show work"),
            ("profile create ci --client-id x", "profile set ci --client-id x"),
            ("cache clear", "clear --all"),
            ("cache ls", "list"),
            ("cache info", "cache path"),
            ("encrypt --encrypt keyring", "cache encrypt --encrypt keyring"),
            ("-p work token", "--profile work token"),
            ("list --format json", "list -o json"),
            ("token --json", "token -o json"),
            ("token --username=bob", "token --account bob"),
            ("clear bob@example.com", "clear --account bob@example.com"),
            ("login https://id.example.com --client-id x", "login --authority https://id.example.com --client-id x"),
            ("token notes.read", "token --scope notes.read"),
            ("token api://x/.default", "token --scope api://x/.default"),
            ("token get", "token"),
            ("login github --client-id x", "login --provider github --client-id x"),
            ("login --provider okta --domain a.test", "login --provider okta --host a.test"),
        ]);
    }

    #[test]
    fn no_secret_is_repeated() {
        assert_meant(&[
            ("tokne --store redis://me:canary@host", "token --store URL"),
            ("exce --scope x -- curl -u me:canary", "exec --scope x -- COMMAND"),
            ("run curl -u me:canary", "exec -- COMMAND"),
            ("login --client-secret canary", ""),
            ("login --client_secret=canary", ""),
            ("login --clientsecret canary", ""),
            ("login --token canary", ""),
            ("login --secret canary", ""),
            ("token --key canary", ""),
            ("login -u alice -p canary", ""),
        ]);
    }
}
