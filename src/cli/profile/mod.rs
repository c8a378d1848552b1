//! `tokcache profile`: manages named settings.

mod client_secret;
mod removal;

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use tokcache_core::time::SystemClock;

use super::context::registration::Place;
use super::context::scopes::Scopes;
use super::hosts::allowed_host;
use super::hosts::server::Host;
use super::login::offline_access::OfflineAccess;
use super::profiles::{self, Profile, folder};
use super::secrets::keys;
use super::secrets::passphrase::PromptPolicy;
use super::settings::Settings;
use super::settings::credential_flags::CredentialFlags;
use super::settings::values::{days_or_seconds, is_same_authority};
use super::store::{self, Opening};
use super::{Exit, Failure};
use crate::output::{self, AnswerFormat, plain, quote, tell};

#[derive(Args, Debug)]
pub(super) struct Input {
    #[command(subcommand)]
    action: Action,
}

/// The typed hosts of the token.
#[derive(Args, Debug)]
struct Hosts {
    /// A host that `curl` and `proxy` may send the token to: HOST, HOST:PORT or *.DOMAIN; repeat the flag for several hosts
    #[arg(long = "host", value_name = "HOST", value_parser = allowed_host)]
    hosts: Vec<String>,

    /// Remove the hosts from the profile: `curl` and `proxy` may send the token to any host
    #[arg(long, conflicts_with = "hosts")]
    no_host: bool,
}

impl Hosts {
    fn is_any_given(&self) -> bool {
        self.no_host || !self.hosts.is_empty()
    }

    /// Returns the typed hosts, or the old ones.
    fn or(&self, old: &[String]) -> Vec<String> {
        if self.is_any_given() { self.hosts.clone() } else { old.to_vec() }
    }
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Print the names of the profiles
    List {
        /// The output format
        #[arg(short, long, value_enum, default_value_t)]
        output: AnswerFormat,
    },
    /// Print the settings of a profile, as TOML
    Show {
        /// The name of the profile [default: that of --profile]
        name: Option<String>,
        /// The output format
        #[arg(short, long, value_enum, default_value_t)]
        output: AnswerFormat,
    },
    /// Change settings without signing in: --authority, --authority-kind, --client-id, --flow, --store, --encrypt,
    /// --key-cache, --ca-file, --account, those of a credential, and the options of this command
    Set {
        /// The name of the profile [default: that of --profile]
        name: Option<String>,
        #[command(flatten)]
        scopes: Scopes,
        /// Remove the account from the profile: it then means the only account that is signed in
        #[arg(long, conflicts_with = "account")]
        no_account: bool,
        #[command(flatten)]
        offline_access: OfflineAccess,
        #[command(flatten)]
        hosts: Hosts,
        /// A host that gets tokens of the profile through `tokcache credential`, as HOST or HOST:PORT; repeatable, and
        /// replaces the hosts of the profile
        #[arg(long = "helper-host", value_name = "HOST", value_parser = Host::parse)]
        helper_hosts: Vec<Host>,
    },
    /// Trust the .tokcache.toml of this folder, so that commands here use the profile that it names; read it first
    Trust {
        /// The file, or its folder [default: that of the current folder, or of the nearest one above]
        path: Option<PathBuf>,
    },
    /// Trust a .tokcache.toml no longer
    Untrust {
        /// The file, or its folder [default: that of the current folder, or of the nearest one above]
        path: Option<PathBuf>,
    },
    /// Save the client secret of a profile in the system's keyring; it is asked for, or read from standard input
    Secret(client_secret::Input),
    /// Delete a profile; the tokens stay in the cache, unless --sign-out is given
    Remove(removal::Input),
}

pub(super) fn run(settings: &Settings, input: Input) -> Result<(), Failure> {
    match input.action {
        Action::List { output } => list(output),
        Action::Show { name, output } => show(name, output, settings),
        Action::Set { name, scopes, no_account, offline_access, hosts, helper_hosts } => {
            set(&named(name, settings)?, &scopes, no_account, offline_access, hosts, &helper_hosts, settings)
        }
        Action::Trust { path } => folder::trust(path),
        Action::Untrust { path } => folder::untrust(path),
        Action::Secret(input) => client_secret::run(settings, &named(input.name.clone(), settings)?, &input),
        Action::Remove(input) => removal::run(settings, input),
    }
}

impl Input {
    /// Whether the action uses one profile, and no argument names it.
    pub(super) fn selects_profile(&self) -> bool {
        match &self.action {
            Action::List { .. } | Action::Trust { .. } | Action::Untrust { .. } => false,
            Action::Show { name, .. } | Action::Set { name, .. } => name.is_none(),
            Action::Remove(input) => input.name.is_none(),
            Action::Secret(input) => input.name.is_none(),
        }
    }
}

/// Returns the name that was typed as an argument, else that of the settings.
fn named(typed: Option<String>, settings: &Settings) -> Result<String, Failure> {
    typed.map_or_else(|| profiles::chosen(settings), Ok)
}

fn list(format: AnswerFormat) -> Result<(), Failure> {
    let names = profiles::names()?;
    match format {
        AnswerFormat::Json => Ok(output::answer_json(&names)?),
        AnswerFormat::Text => {
            let lines: String = names.iter().map(|name| format!("{name}\n")).collect();
            Ok(output::answer(lines.as_bytes())?)
        }
    }
}

fn show(typed: Option<String>, format: AnswerFormat, settings: &Settings) -> Result<(), Failure> {
    let name = named(typed.clone(), settings)?;
    let profile = profiles::load(&name)?.ok_or_else(|| unknown(&name, typed, settings))?;
    if format == AnswerFormat::Json {
        return Ok(output::answer_json(&profile)?);
    }
    let text = harmless(profile).to_toml().context("cannot write TOML")?;
    Ok(output::answer(text.as_bytes())?)
}

/// Escapes text in the profile that a server chose and that could control a terminal.
fn harmless(mut profile: Profile) -> Profile {
    let Profile { account, learned, scopes, .. } = &mut profile;
    let named = [account, &mut learned.account, &mut learned.home_account_id, &mut learned.issuer, &mut learned.tenant];
    for text in named.into_iter().flatten().chain(scopes) {
        *text = plain(text);
    }
    profile
}

fn set(
    name: &str,
    typed: &Scopes,
    no_account: bool,
    offline_access: OfflineAccess,
    hosts: Hosts,
    helper_hosts: &[Host],
    settings: &Settings,
) -> Result<(), Failure> {
    // An account from a variable applies to this shell only, and is not saved.
    let account = settings.account.as_ref().filter(|_| !settings.variables.contains(&"TOKCACHE_ACCOUNT"));
    let credential = settings.credential.clone();
    let is_given = no_account
        || typed.is_any_given()
        || offline_access.typed().is_some()
        || hosts.is_any_given()
        || !helper_hosts.is_empty()
        || [account, settings.authority.as_ref(), settings.client_id.as_ref()].iter().any(Option::is_some)
        || [settings.store.as_ref(), settings.encrypt.as_ref()].iter().any(Option::is_some)
        || settings.key_cache.is_some()
        || settings.authority_kind.is_some()
        || settings.client_capabilities.is_some()
        || settings.ca_file.is_some()
        || settings.flow.is_some()
        || credential.is_any_given();
    if !is_given {
        return Err(Failure::new(Exit::Usage, "no setting was given")
            .try_shell(format!("tokcache profile set {} --authority URL --client-id ID", quote(name))));
    }
    if let Some(authority) = &settings.authority {
        tokcache_core::oauth::Authority::of_kind(authority, None, settings.authority_kind.map(Into::into))
            .map_err(|error| Failure::from(error).of_variable("TOKCACHE_AUTHORITY", settings))?;
    }
    let store = store_url(settings)?;
    let encrypt = keys::remembered(settings, None)?;
    let remembered = |path: &PathBuf| profiles::remembered_path(path, "--ca-file");
    let ca_file = settings.ca_file.as_ref().map(remembered).transpose()?;
    let mut forgotten = None;
    profiles::update(name, settings.lock_timeout(), |old| {
        let old = old.unwrap_or_default();
        let authority = settings.authority.as_ref().or(old.authority.as_ref());
        if typed.resource.is_some() && authority.is_none() {
            let message = "--resource needs an authority, and the profile has none";
            return Err(Failure::new(Exit::Usage, message)
                .try_shell(format!("tokcache profile set {} --authority URL --resource RESOURCE", quote(name))));
        }
        let scopes =
            typed.set(Place::new(authority.map(String::as_str), settings.authority_kind.or(old.authority_kind)))?;
        let mut profile = Profile {
            authority: settings.authority.clone().or(old.authority.clone()),
            authority_kind: settings.authority_kind.or(old.authority_kind),
            client_id: settings.client_id.clone().or(old.client_id.clone()),
            client_capabilities: settings.client_capabilities(old.client_capabilities.clone()),
            account: account.cloned().or(old.account.clone()).filter(|_| !no_account),
            store: store.or(old.store.clone()),
            encrypt: encrypt.or(old.encrypt.clone()),
            key_cache: settings.key_cache.or(old.key_cache),
            ca_file: ca_file.or(old.ca_file.clone()),
            flow: settings.flow.or(old.flow),
            offline_access: offline_access.or(old.offline_access),
            lifetime: typed.lifetime.map(days_or_seconds).or(old.lifetime.clone()),
            hosts: hosts.or(&old.hosts),
            ..old.clone()
        };
        if !scopes.is_empty() {
            profile.scopes = scopes.iter().map(str::to_owned).collect();
        }
        let is_elsewhere =
            old.authority.is_some() && !is_same_authority(profile.authority.as_ref(), old.authority.as_ref());
        let is_of_another_client = old.client_id.is_some() && profile.client_id != old.client_id;
        if is_elsewhere || is_of_another_client {
            CredentialFlags::default().put_into(&mut profile);
        }
        credential.save_in(&mut profile)?;
        if is_elsewhere {
            profile.authority_kind = settings.authority_kind;
            profile.client_capabilities = settings.client_capabilities(None);
            profile.endpoints = Default::default();
            profile.parameters.clear();
            profile.lifetime = typed.lifetime.map(days_or_seconds);
            profile.offline_access = offline_access.or(None);
            profile.forget_hosts();
            profile.hosts = hosts.or(&[]);
            (profile.flow, profile.redirect_uri, profile.redirect_port) = (settings.flow, None, None);
            (profile.par, profile.response_mode) = (None, None);
            profile.learned = Default::default();
        }
        if !helper_hosts.is_empty() {
            profile.helper_hosts = helper_hosts.iter().map(Host::to_string).collect();
        }
        profile.parameters = typed.parameters(profile.place(), &profile.parameters);
        if no_account {
            profile.learned.account = None;
            profile.learned.home_account_id = None;
        }
        if is_elsewhere || is_of_another_client {
            // The same user name may belong to another person at another authority or client.
            forgotten = old.account.clone().filter(|_| account.is_none() && !no_account);
            profile.account = account.cloned();
            profile.learned.account = None;
            profile.learned.home_account_id = None;
        }
        Ok((profile != old).then_some(profile))
    })?;
    if let Some(account) = forgotten {
        tell(plain(&format!(
            "The profile {name:?} no longer belongs to {account}, because it is for another client or authority now."
        )));
    }
    Ok(())
}

/// Returns the typed store URL, checked, with an absolute path.
fn store_url(settings: &Settings) -> Result<Option<String>, Failure> {
    let Some(url) = &settings.store else { return Ok(None) };
    let opening = Opening {
        encryption: keys::encryption(settings, None)?.unwrap_or_default(),
        keys: keys::settings(PromptPolicy::never(), false, settings.verbose),
        asking: None,
        clock: Arc::new(SystemClock::new()),
        ca_file: settings.ca_file.clone(),
        may_create: true,
        is_ca_file_typed: settings.is_ca_file_typed(),
        is_second: false,
    };
    Ok(Some(store::open(Some(url), settings, opening)?.describe().url))
}

fn unknown(name: &str, typed: Option<String>, settings: &Settings) -> Failure {
    let failure = profiles::unknown(name);
    if typed.is_some() { failure } else { failure.of_variable("TOKCACHE_PROFILE", settings) }
}
