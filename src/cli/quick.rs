//! The early path: `tokcache token` with the flags that scripts use, understood without building the definition of the
//! whole command line, which costs more than all the rest of a cached token.
//!
//! It understands little on purpose. Whatever it does not understand entirely it leaves to clap; what it does
//! understand, it understands as clap does: a test compares the two on generated command lines.

use std::ffi::OsString;

use clap::ValueEnum;

use super::args::{Arguments, Command, KeyCache, Settings};
use super::context::Scopes;
use super::token::{Input, Selection};
use crate::output::TokenFormat;

/// The arguments, without the program's name, if they are plain enough. `variable` looks up the environment.
pub(super) fn parse(
    arguments: impl IntoIterator<Item = OsString>,
    variable: impl Fn(&str) -> Option<OsString>,
) -> Option<Arguments> {
    let mut arguments = arguments.into_iter();
    if arguments.next()? != "token" {
        return None;
    }
    let mut typed = Typed::default();
    while let Some(argument) = arguments.next() {
        let argument = argument.into_string().ok()?;
        let (flag, value) = match argument.split_once('=') {
            Some((flag, value)) => (flag, value.to_owned()),
            None => (argument.as_str(), arguments.next()?.into_string().ok()?),
        };
        // An empty value and one that looks like a flag are for clap to judge.
        if value.is_empty() || value.starts_with('-') {
            return None;
        }
        typed.take(flag, value)?;
    }
    Some(Arguments { settings: settings(typed.profile, variable)?, command: Command::Token(typed.input) })
}

#[derive(Default)]
struct Typed {
    profile: Option<String>,
    output: Option<TokenFormat>,
    input: Input,
}

impl Typed {
    /// Takes a flag; `None` when it is not known here, is given twice, or conflicts with another one.
    fn take(&mut self, flag: &str, value: String) -> Option<()> {
        let Selection { scopes: Scopes { scopes, resource }, account, .. } = &mut self.input.selection;
        match flag {
            "--account" => once(account, value),
            "--output" | "-o" => {
                let format = TokenFormat::from_str(&value, false).ok()?;
                self.input.output = format;
                once(&mut self.output, format)
            }
            "--profile" => once(&mut self.profile, value),
            "--resource" if scopes.is_empty() => once(resource, value),
            "--scope" if resource.is_none() => {
                scopes.push(value);
                Some(())
            }
            _ => None,
        }
    }
}

fn once<T>(place: &mut Option<T>, value: T) -> Option<()> {
    place.replace(value).is_none().then_some(())
}

/// The settings of the environment, if there are only such as need no more parsing.
fn settings(profile: Option<String>, variable: impl Fn(&str) -> Option<OsString>) -> Option<Settings> {
    let is_set = |name: &&str| variable(name).is_some();
    if ["TOKCACHE_ERROR_FORMAT", "TOKCACHE_LOCK_TIMEOUT", "TOKCACHE_LOG", "TOKCACHE_TIMEOUT"].iter().any(is_set) {
        return None;
    }
    let text = |name| match variable(name) {
        None => Some(None),
        Some(value) => value.into_string().ok().filter(|value| !value.is_empty()).map(Some),
    };
    Some(Settings {
        profile: text("TOKCACHE_PROFILE").map(|named| profile.or(named))?,
        authority: text("TOKCACHE_AUTHORITY")?,
        client_id: text("TOKCACHE_CLIENT_ID")?,
        store: text("TOKCACHE_STORE")?,
        encrypt: text("TOKCACHE_ENCRYPT")?,
        key_cache: match text("TOKCACHE_KEY_CACHE")? {
            None => None,
            Some(place) => Some(KeyCache::from_str(&place, false).ok()?),
        },
        ca_file: text("TOKCACHE_CA_FILE")?.map(Into::into),
        ..Settings::default()
    })
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use proptest::prelude::*;

    use super::*;

    /// Words that a command line for `token` may be made of, plain and odd.
    fn word() -> impl Strategy<Value = String> {
        let flags = [
            "--scope",
            "--resource",
            "--account",
            "--profile",
            "--output",
            "-o",
            "--offline",
            "--force-refresh",
            "--login",
            "--min-valid",
            "--claims",
            "--store",
            "-v",
            "--",
            "token",
            "list",
            "--help",
            "-h",
            "--scop",
            "--authority",
        ];
        let values = ["a", "a b", "json", "header", "token", "JSON", "", "-x", "--", "x=y", "=", "é", "5m", "default"];
        let flag = proptest::sample::select(flags.to_vec());
        let value = proptest::sample::select(values.to_vec());
        prop_oneof![
            4 => flag.clone().prop_map(str::to_owned),
            4 => value.clone().prop_map(str::to_owned),
            2 => (flag, value).prop_map(|(flag, value)| format!("{flag}={value}")),
        ]
    }

    fn by_clap(words: &[String]) -> Option<String> {
        let words = std::iter::once("tokcache").chain(words.iter().map(String::as_str));
        Arguments::try_parse_from(words).ok().map(|arguments| format!("{arguments:?}"))
    }

    fn quickly(words: &[String]) -> Option<String> {
        parse(words.iter().map(OsString::from), |_| None).map(|arguments| format!("{arguments:?}"))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(5_000))]

        #[test]
        fn what_is_understood_is_understood_as_by_clap(rest in proptest::collection::vec(word(), 0..7)) {
            let words: Vec<_> = std::iter::once("token".to_owned()).chain(rest).collect();
            if let Some(quick) = quickly(&words) {
                prop_assert_eq!(Some(quick), by_clap(&words));
            }
        }
    }

    #[test]
    fn what_scripts_type_is_understood() {
        for line in ["token", "token --scope a", "token --scope=a --scope b", "token --resource r -o json --account=x"]
        {
            let words: Vec<_> = line.split(' ').map(str::to_owned).collect();
            assert!(quickly(&words).is_some(), "{line}");
        }
    }

    #[test]
    fn the_environment_is_heeded_and_the_flag_beats_it() {
        let variable = |name: &str| (name == "TOKCACHE_PROFILE").then(|| OsString::from("work"));
        let profile = |words: &[&str]| parse(words.iter().map(OsString::from), variable)?.settings.profile;
        assert_eq!(profile(&["token"]).as_deref(), Some("work"));
        assert_eq!(profile(&["token", "--profile", "home"]).as_deref(), Some("home"));
    }

    #[test]
    fn a_variable_that_needs_parsing_is_left_to_clap() {
        for odd in ["TOKCACHE_TIMEOUT", "TOKCACHE_LOCK_TIMEOUT", "TOKCACHE_LOG", "TOKCACHE_ERROR_FORMAT"] {
            assert!(parse([OsString::from("token")], |name| (name == odd).then(|| "1".into())).is_none(), "{odd}");
        }
        assert!(parse([OsString::from("token")], |name| (name == "TOKCACHE_STORE").then(OsString::new)).is_none());
    }
}
