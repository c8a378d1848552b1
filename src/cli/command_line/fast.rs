//! The fast path: parses `tokcache token` with the flags that scripts use, without building clap's definition of the
//! whole command line, which takes longer than everything else about a cached token.
//!
//! The parser accepts little on purpose and leaves everything else to clap. A test compares the results of both on
//! generated command lines.

use std::ffi::OsString;

use clap::ValueEnum;

use super::{Arguments, Command};
use crate::cli::context::scopes::Scopes;
use crate::cli::settings::Settings;
use crate::cli::token::{Input, Selection};
use crate::output::TokenFormat;

/// Parses the arguments, without the program's name. Returns `None` if clap has to parse them.
pub(in crate::cli) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Option<Arguments> {
    let mut arguments = arguments.into_iter();
    if arguments.next()? != "token" {
        return None;
    }
    let (mut settings, mut input) = (Settings::default(), Input::default());
    while let Some(argument) = arguments.next() {
        let argument = argument.into_string().ok()?;
        let (flag, value) = match argument.split_once('=') {
            Some((flag, value)) => (flag, value.to_owned()),
            None => (argument.as_str(), arguments.next()?.into_string().ok()?),
        };
        // clap decides about empty values and values that look like flags.
        if value.is_empty() || value.starts_with('-') {
            return None;
        }
        let Selection { scopes: Scopes { scopes, resource, .. }, .. } = &mut input.selection;
        match flag {
            "--for" => settings.protected_resource = Some(crate::cli::settings::resource_name::url(&value).ok()?),
            "--account" => settings.account = Some(value),
            "--output" | "-o" => input.output = TokenFormat::from_str(&value, false).ok()?,
            "--profile" => settings.profile = Some(value),
            "--resource" => *resource = Some(value),
            "--scope" => scopes.push(value),
            _ => return None,
        }
    }
    Some(Arguments { settings, command: Command::Token(input) })
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use proptest::prelude::*;

    use super::*;

    /// Generates words, valid and odd ones, for a `token` command line.
    fn word() -> impl Strategy<Value = String> {
        let flags = [
            "--scope",
            "--resource",
            "--account",
            "--for",
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
        let values = [
            "a",
            "a b",
            "json",
            "header",
            "token",
            "JSON",
            "",
            "-x",
            "--",
            "x=y",
            "=",
            "é",
            "5m",
            "default",
            "https://a.b/c",
        ];
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
        parse(words.iter().map(OsString::from)).map(|arguments| format!("{arguments:?}"))
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
}
