//! `tokcache complete KIND`: prints values that only this machine knows, one a line, for the completion scripts. The
//! help does not list this command: only scripts call it.

use std::ffi::OsString;
use std::process::ExitCode;
use std::time::Duration;

use tokcache_core::cache::{Holding, TokenCache};
use tokcache_core::store::Validity;
use tokcache_core::types::ScopeSet;
use tokcache_file::LocalStore as _;

use crate::cli::context::Context;
use crate::cli::context::account::name_to_type;
use crate::cli::profiles::{self, folder};
use crate::cli::secrets::passphrase::PromptPolicy;
use crate::cli::settings::Settings;
use crate::cli::{Failure, environment};
use crate::output::{self, plain};

/// The kind of values to print.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::cli) enum Kind {
    /// The signed-in accounts, as `--account` takes them.
    Accounts,
    /// The profiles, including the built-in one.
    Profiles,
    /// The scopes of the profile and of its client's tokens.
    Scopes,
}

/// The user has pressed Tab, so the completion never waits for another process.
const PATIENCE: Duration = Duration::ZERO;

/// Returns the kind if `arguments`, without the program's name, are those of a completion script.
pub(in crate::cli) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Option<Kind> {
    let words: Vec<_> = arguments.into_iter().take(3).collect();
    match words.as_slice() {
        [command, kind] if command == "complete" => match kind.to_str()? {
            "accounts" => Some(Kind::Accounts),
            "profiles" => Some(Kind::Profiles),
            "scopes" => Some(Kind::Scopes),
            _ => None,
        },
        _ => None,
    }
}

/// Prints the values, or nothing if an error occurs: an error message would garble the user's command line.
pub(in crate::cli) fn run(kind: Kind) -> ExitCode {
    let mut values = values(kind).unwrap_or_default();
    values.retain(|value| !value.is_empty() && !value.starts_with('-') && plain(value) == *value);
    values.sort_unstable();
    values.dedup();
    let lines: String = values.into_iter().map(|value| value + "\n").collect();
    match output::answer(lines.as_bytes()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn values(kind: Kind) -> Result<Vec<String>, Failure> {
    if kind == Kind::Profiles {
        return profiles::names();
    }
    let settings = folder::select(typed(&environment::line_to_complete()).or_environment()?)?;
    let Some(context) = readable(&Settings { lock_timeout: Some(PATIENCE), ..settings })? else {
        return Ok(Vec::new());
    };
    match kind {
        Kind::Accounts => context.accounts(),
        Kind::Profiles | Kind::Scopes => context.scopes_to_offer(),
    }
}

/// Returns the context if the cache is intact and can be read without a key.
fn readable(settings: &Settings) -> Result<Option<Context>, Failure> {
    let profile = profiles::load(&profiles::chosen(settings)?)?;
    let profile = profile.as_ref();
    let store = settings.store.as_deref().or(profile.and_then(|profile| profile.store.as_deref()));
    let is_file = store.is_none_or(|store| store.starts_with("file:"));
    // Only a real command may finish an interrupted conversion.
    if !is_file || profile.is_some_and(|profile| profile.converting.is_some()) {
        return Ok(None);
    }
    let context = Context::new(settings, PromptPolicy::never())?;
    let store = context.store.local("completion")?;
    if !store.is_plain()? {
        return Ok(None);
    }
    let mut is_cache = true;
    store.load(&mut |bytes| {
        is_cache = TokenCache::deserialize(bytes).is_ok();
        // Accept a damaged cache at once instead of waiting for a writer to finish it.
        Validity::Whole
    })?;
    Ok(is_cache.then_some(context))
}

impl Context {
    /// Returns the signed-in accounts: those of the profile's client if a profile was named.
    fn accounts(&self) -> Result<Vec<String>, Failure> {
        let cache = self.store.load()?;
        let (holdings, _) = cache.holdings();
        let own = self.owners(&cache)?;
        let all: Vec<_> = own.unwrap_or_else(|| holdings.into_iter().map(|Holding { account, .. }| account).collect());
        Ok(all.iter().map(|account| name_to_type(account, &all)).collect())
    }

    fn scopes_to_offer(&self) -> Result<Vec<String>, Failure> {
        let mut known = self.known_scopes();
        if self.registration().is_err() {
            let cache = self.store.load()?;
            known = cache.access_tokens().iter().fold(known, |known: ScopeSet, entry| known.union(&entry.scopes));
        }
        Ok(known.of_resources().iter().map(str::to_owned).collect())
    }
}

/// Returns the settings typed so far that select the profile, the client and the cache.
fn typed(line: &str) -> Settings {
    let mut settings = Settings::default();
    let mut words = words(line).into_iter();
    while let Some(word) = words.next().filter(|word| word != "--") {
        let (flag, value) = match word.split_once('=') {
            Some((flag, value)) => (flag, Some(value.to_owned())),
            None => (word.as_str(), None),
        };
        let place = match flag {
            "--authority" => &mut settings.authority,
            "--client-id" => &mut settings.client_id,
            "--profile" => &mut settings.profile,
            "--store" => &mut settings.store,
            _ => continue,
        };
        *place = value.or_else(|| words.next());
    }
    settings
}

/// Splits a line into words as a shell does. The last word is left out unless a blank follows it: the user is still
/// typing it.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        match (letter, quote) {
            (letter, Some(open)) if letter == open => quote = None,
            ('"' | '\'', None) => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            ('\\', None | Some('"')) => word.get_or_insert_default().extend(letters.next()),
            (letter, None) if letter.is_whitespace() => words.extend(word.take()),
            (letter, _) => word.get_or_insert_default().push(letter),
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_split_as_a_shell_splits_it_and_the_word_that_is_being_typed_is_left_out() {
        for (line, expected) in [
            ("tokcache token --account al", &["tokcache", "token", "--account"][..]),
            ("t --store 'file:/a b' --profile w\\ x ", &["t", "--store", "file:/a b", "--profile", "w x"]),
            ("t \"a\\\"b\"c '' ", &["t", "a\"bc", ""]),
            ("t 'open ", &["t"]),
        ] {
            assert_eq!(words(line), expected, "{line}");
        }
    }

    #[test]
    fn the_settings_count_that_have_been_typed_before_and_not_those_of_the_command_to_run() {
        let settings = typed("tokcache --profile work exec --store=file:/c -- x --profile y --account ");
        assert_eq!(settings.profile.as_deref(), Some("work"));
        assert_eq!(settings.store.as_deref(), Some("file:/c"));
    }

    #[test]
    fn only_a_script_s_words_ask_for_values() {
        let parsed = |line: &str| parse(line.split(' ').map(OsString::from));
        assert_eq!(parsed("complete scopes"), Some(Kind::Scopes));
        for line in ["complete", "complete tokens", "complete scopes more", "token complete"] {
            assert_eq!(parsed(line), None, "{line}");
        }
    }
}
