//! Decides which profile's token a host gets.

use std::io::{self, Read};

use tokcache_core::acquire::AuthenticationResult;
use tokcache_core::time::Timestamp;
use zeroize::Zeroizing;

use super::Input;
use crate::cli::hosts::server::{Host, Server};
use crate::cli::secrets::passphrase::PromptPolicy;
use crate::cli::settings::Settings;
use crate::cli::settings::profile_format::Profile;
use crate::cli::settings::values::read_at_most;
use crate::cli::token::{Selection, unfit};
use crate::cli::{Exit, Failure, profiles};
use crate::output::ensure_plain;

/// An upper bound for what a program sends, in bytes.
const LONGEST_REQUEST: u64 = 1 << 20;

/// A command line that asks for a token.
pub(super) struct Helper<'a> {
    pub(super) settings: &'a Settings,
    pub(super) input: &'a Input,
}

/// A token that a header can carry.
pub(super) struct Granted {
    pub(super) outcome: AuthenticationResult,
}

impl Granted {
    /// Returns the time of expiry; `None` if the token is valid until it is revoked, or for thousands of years.
    pub(super) fn expires_on(&self) -> Option<Timestamp> {
        let is_known = !self.outcome.is_lifetime_unknown && self.outcome.expires_on <= Timestamp::LATEST;
        is_known.then_some(self.outcome.expires_on)
    }

    /// Returns the token itself.
    pub(super) fn secret(&self) -> &str {
        self.outcome.access_token.expose()
    }
}

impl Helper<'_> {
    /// Returns the `n`th word that the program has added.
    pub(super) fn word(&self, n: usize) -> &str {
        self.input.words.get(n).map_or("", String::as_str)
    }

    /// Returns the user name that goes with a token.
    pub(super) fn username(&self) -> &str {
        self.input.username.as_deref().unwrap_or(super::USERNAME)
    }

    /// Returns a token for `server`; `None` if it is not configured.
    pub(super) fn token_for(&self, server: Option<&Server>) -> Result<Option<Granted>, Failure> {
        match self.settings_for(server)? {
            Some(settings) => self.token_with(&settings, &self.input.selection).map(Some),
            None => Ok(None),
        }
    }

    /// Returns a token for a program that is configured for one purpose, whatever the host.
    pub(super) fn token(&self) -> Result<Granted, Failure> {
        self.token_with(self.settings, &self.input.selection)
    }

    /// Returns a token with these settings. An error suggests a command for a person, not for the program that asks.
    pub(super) fn token_with(&self, settings: &Settings, selection: &Selection) -> Result<Granted, Failure> {
        let acquire = || {
            let context = selection.context(settings, PromptPolicy::never(), true)?;
            let outcome = selection.acquire(&context, false)?.outcome;
            ensure_plain(&outcome).map_err(unfit)?;
            Ok(Granted { outcome })
        };
        acquire().map_err(|failure: Failure| in_words(failure, settings, selection))
    }

    /// Returns the settings that select the token for `server`; `None` if it is not configured. Only hosts of `--host`
    /// count if there are any, else those of the profile. Without `--profile`, the host selects the profile.
    pub(super) fn settings_for(&self, server: Option<&Server>) -> Result<Option<Settings>, Failure> {
        let Some(server) = server.filter(|server| server.is_trustworthy()) else { return Ok(None) };
        let Helper { settings, input } = self;
        if !input.hosts.is_empty() {
            let is_configured = input.hosts.iter().any(|host| host.is_of(server));
            return Ok(is_configured.then(|| (*settings).clone()));
        }
        let chosen = profiles::chosen(settings)?;
        if self.is_profile_typed() {
            let profile = profiles::load(&chosen)?.ok_or_else(|| profiles::unknown(&chosen))?;
            return Ok(lists(&profile, server).then(|| (*settings).clone()));
        }
        let mut names = profiles_of(server)?;
        if names.contains(&chosen) {
            names = vec![chosen];
        }
        match names.as_slice() {
            [] => Ok(None),
            [name] => Ok(Some(Settings { profile: Some(name.clone()), ..(*settings).clone() })),
            names => {
                let message = format!("{} is in the hosts of several profiles: {}", server.host(), names.join(", "));
                Err(Failure::new(Exit::Config, message).try_shell("export TOKCACHE_PROFILE=NAME"))
            }
        }
    }

    /// Returns the configured hosts, each with the settings that select its token.
    pub(super) fn configured(&self) -> Result<Vec<(Host, Settings)>, Failure> {
        let Helper { settings, input } = self;
        if !input.hosts.is_empty() {
            return Ok(input.hosts.iter().map(|host| (host.clone(), (*settings).clone())).collect());
        }
        let names = if self.is_profile_typed() { vec![profiles::chosen(settings)?] } else { profiles::saved_names()? };
        let mut configured = Vec::new();
        for name in names {
            let Some(profile) = profiles::load(&name)? else { return Err(profiles::unknown(&name)) };
            let hosts = profile.all_helper_hosts().filter_map(|host| Host::parse(host).ok());
            let settings = Settings { profile: Some(name), ..(*settings).clone() };
            configured.extend(hosts.map(|host| (host, settings.clone())));
        }
        Ok(configured)
    }

    /// Whether `--profile` was typed. A variable selects a profile for a shell, not for a host.
    fn is_profile_typed(&self) -> bool {
        self.settings.profile.is_some() && !self.settings.variables.contains(&"TOKCACHE_PROFILE")
    }
}

/// Returns the saved profiles that list the host. A profile that cannot be read lists none, so that it does not stop the
/// others.
fn profiles_of(server: &Server) -> Result<Vec<String>, Failure> {
    let mut names = profiles::saved_names()?;
    names.sort_unstable();
    let is_of =
        |name: &String| profiles::load_saved(name).is_ok_and(|profile| profile.is_some_and(|it| lists(&it, server)));
    names.retain(is_of);
    Ok(names)
}

fn lists(profile: &Profile, server: &Server) -> bool {
    profile.all_helper_hosts().filter_map(|host| Host::parse(host).ok()).any(|host| host.is_of(server))
}

/// Replaces the suggested command by one with these settings, in the place of which `tokcache token` stands for the
/// command line of the helper.
fn in_words(failure: Failure, settings: &Settings, selection: &Selection) -> Failure {
    let scopes = selection.scopes.scopes.iter().flat_map(|scope| ["--scope".to_owned(), scope.clone()]);
    let words: Vec<_> = ["tokcache", "token"].map(str::to_owned).into_iter().chain(scopes).collect();
    let flags = settings.flags_beside(&words[1..]);
    match failure.command(&[words, flags].concat(), settings) {
        Some(command) => failure.try_shell(command),
        None => failure,
    }
}

/// Reads everything that the program sends.
pub(super) fn request() -> Result<Zeroizing<Vec<u8>>, Failure> {
    read_at_most(io::stdin().lock(), LONGEST_REQUEST)
        .map_err(|error| Failure::new(Exit::Usage, format!("cannot read standard input: {error}")).without_advice())
}

/// Reads a text without the blanks around it.
pub(super) fn request_text() -> Result<Zeroizing<String>, Failure> {
    let mut text = Zeroizing::new(String::with_capacity(1024));
    let bytes = request()?;
    bytes.as_slice().read_to_string(&mut text).map_err(|_| unreadable("it is not UTF-8"))?;
    Ok(Zeroizing::new(text.trim().to_owned()))
}

/// The error for a request that does not follow the protocol.
pub(super) fn unreadable(why: &str) -> Failure {
    Failure::new(Exit::Usage, format!("the request on standard input cannot be used: {why}"))
        .try_shell("tokcache help credential")
}

/// The error for a word that the protocol does not have.
pub(super) fn unknown_word(word: &str, known: &str) -> Failure {
    let message = match word {
        "" => format!("the word of the protocol is missing: {known}"),
        word => format!("the protocol has no word {word:?}: type {known}"),
    };
    Failure::new(Exit::Usage, message).try_shell("tokcache help credential")
}

/// The error for a request to save or delete a credential, which only a sign-in or a sign-out can do.
pub(super) fn unsupported(what: &str, settings: &Settings, command: &str) -> Failure {
    let words = vec![command.to_owned()];
    let flags = settings.flags_beside(&words);
    let command = crate::output::command_line(["tokcache".to_owned()].into_iter().chain(words).chain(flags));
    Failure::new(Exit::Usage, format!("tokcache cannot {what} a credential for another program")).try_shell(command)
}
