//! The command line as typed. Flags beat the environment, the environment beats the profile.

use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};
use serde::{Deserialize, Serialize};

use super::{cache, clear, completions, exec, explain, list, login, profile, token};
use crate::output::ErrorFormat;

/// Sign in once; any shell, script or program then gets a valid OAuth access token in milliseconds.
#[derive(Debug, Parser)]
#[command(name = "tokcache", version, subcommand_required = true, arg_required_else_help = true)]
#[command(after_help = "Exit codes: 0 ok, 1 unexpected, 2 usage, 3 config, 4 sign-in needed, 5 try again later, \
                        6 denied, 7 store, 8 --min-valid, 9 account")]
pub(super) struct Arguments {
    #[command(flatten)]
    pub(super) settings: Settings,
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Sign in by device code, remember the settings as the profile, cache the tokens
    Login(login::Input),
    /// Print a valid access token: cached, else silently refreshed
    Token(token::Input),
    /// Show the accounts and the tokens held for each, without one secret
    List(list::Input),
    /// Sign out: forget tokens, and revoke them where the server can
    Clear(clear::Input),
    /// Run a command with a token in its environment, or not at all
    Exec(exec::Input),
    /// Show which token would be used, and why; offline
    Explain(explain::Input),
    /// Manage named settings
    Profile(profile::Input),
    /// Look after the cache file
    Cache(cache::Input),
    /// Print the completion script of a shell
    Completions(completions::Input),
}

/// What every command takes.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Settings")]
pub(super) struct Settings {
    /// Named settings, as remembered by `login` [default: default]
    #[arg(long, global = true, value_name = "NAME", env = "TOKCACHE_PROFILE")]
    pub(super) profile: Option<String>,

    /// An Entra authority or any OpenID Connect issuer
    #[arg(long, global = true, value_name = "URL", env = "TOKCACHE_AUTHORITY")]
    pub(super) authority: Option<String>,

    /// The client, as registered with the authority
    #[arg(long, global = true, value_name = "ID", env = "TOKCACHE_CLIENT_ID")]
    pub(super) client_id: Option<String>,

    /// Where the cache is kept: file:PATH or memory: [default: the per-user file]
    #[arg(long, global = true, value_name = "URL", env = "TOKCACHE_STORE")]
    pub(super) store: Option<String>,

    /// Keep the cache encrypted: keyring, key-file:PATH, passphrase or credential; or none [default: as it is]
    #[arg(long, global = true, value_name = "KEY", env = "TOKCACHE_ENCRYPT")]
    pub(super) encrypt: Option<String>,

    /// Keep the key at hand for the login session [default: none]
    #[arg(long, global = true, value_name = "WHERE", env = "TOKCACHE_KEY_CACHE", value_enum)]
    pub(super) key_cache: Option<KeyCache>,

    /// Trust the certificates in this PEM file too
    #[arg(long, global = true, value_name = "PATH", env = "TOKCACHE_CA_FILE")]
    pub(super) ca_file: Option<PathBuf>,

    /// Give up one network exchange after this long
    #[arg(long, global = true, value_name = "DURATION", env = "TOKCACHE_TIMEOUT", default_value = "30s",
          value_parser = duration)]
    pub(super) timeout: Duration,

    /// Give up waiting for another process after this long
    #[arg(long, global = true, value_name = "DURATION", env = "TOKCACHE_LOCK_TIMEOUT", default_value = "60s",
          value_parser = duration)]
    pub(super) lock_timeout: Duration,

    /// How failures are shown
    #[arg(long, global = true, value_name = "FORMAT", env = "TOKCACHE_ERROR_FORMAT", value_enum, default_value_t)]
    pub(super) error_format: ErrorFormat,

    /// Tell more on stderr; twice: every exchange with a server, without secrets
    #[arg(short, long, global = true, action = ArgAction::Count, env = "TOKCACHE_LOG")]
    pub(super) verbose: u8,
}

impl Default for Settings {
    /// As when nothing is typed or set.
    fn default() -> Self {
        Settings {
            profile: None,
            authority: None,
            client_id: None,
            store: None,
            encrypt: None,
            key_cache: None,
            ca_file: None,
            timeout: Duration::from_secs(30),
            lock_timeout: Duration::from_secs(60),
            error_format: ErrorFormat::default(),
            verbose: 0,
        }
    }
}

/// Where the key of an encrypted cache is kept at hand.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(super) enum KeyCache {
    /// In the kernel's session keyring (Linux)
    Kernel,
    /// Nowhere
    None,
}

/// `90s`, `5m`, `1h 30m`; a bare number is seconds.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    match text.parse() {
        Ok(seconds) => Ok(Duration::from_secs(seconds)),
        Err(_) => humantime::parse_duration(text).map_err(|error| format!("{error}; type for example 90s, 5m or 1h")),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_definition_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn durations_are_said_as_people_say_them() {
        assert_eq!(duration("5m"), Ok(Duration::from_secs(300)));
        assert_eq!(duration("90"), Ok(Duration::from_secs(90)));
        assert!(duration("soon").is_err());
    }
}
