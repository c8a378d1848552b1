//! What was typed, resolved: flag, then environment, then profile, then default.

use std::sync::Arc;

use tokcache::acquire::{AcquireError, PublicClient, Registration};
use tokcache::oauth::{Authority, Network, NetworkOptions, ProxyRules};
use tokcache::store::{self, CacheStore as _, Encryption, KeySettings, SealedStore, StoreError};
use tokcache::terms::{ClientId, Realm, ScopeSet};
use tokcache::time::SystemClock;

use super::args::{KeyCache, Settings};
use super::narrator::Narrator;
use super::passphrase::Asking;
use super::profiles::{self, Profile};
use super::wire_log::WireLog;
use super::{Exit, Failure, environment, keys};
use crate::output;

/// The settings of one run, and what is made of them.
pub(super) struct Context {
    pub(super) profile_name: String,
    pub(super) profile: Option<Profile>,
    pub(super) store: SealedStore,
    pub(super) encryption: Encryption,
    pub(super) clock: Arc<SystemClock>,
    pub(super) narrator: Narrator,
    settings: Settings,
    network: WireLog<Network>,
}

/// The scopes that were typed, whichever way.
#[derive(clap::Args, Clone, Debug, Default)]
pub(super) struct Scopes {
    /// A scope that the token must have; repeatable, and several may stand in one, separated by blanks
    #[arg(long = "scope", value_name = "SCOPE")]
    pub(super) scopes: Vec<String>,

    /// A resource: short for --scope RESOURCE/.default
    #[arg(long, value_name = "RESOURCE", conflicts_with = "scopes")]
    pub(super) resource: Option<String>,
}

impl Context {
    /// Resolves the settings. A profile that was named must exist, unless `creating` one.
    pub(super) fn new(settings: &Settings, creating: bool, asking: Asking) -> Result<Self, Failure> {
        let name = settings.profile.clone().unwrap_or_else(|| "default".to_owned());
        let profile = profiles::load(&name)?;
        if profile.is_none() && settings.profile.is_some() && !creating {
            let message = format!("there is no profile {name:?}");
            return Err(Failure::new(Exit::Config, message).try_command("tokcache profile list"));
        }
        let remembered = profile.as_ref();
        let clock = Arc::new(SystemClock::new());
        let url = settings.store.as_ref().or(remembered.and_then(|profile| profile.store.as_ref()));
        let encrypt = settings.encrypt.as_deref().or(remembered.and_then(|profile| profile.encrypt.as_deref()));
        let encryption = keys::encryption(encrypt)?.unwrap_or_default();
        let key_cache = settings.key_cache.or(remembered.and_then(|profile| profile.key_cache));
        let keys = keys::settings(asking, key_cache == Some(KeyCache::Kernel));
        let store = open_store(url, settings, encryption.clone(), keys, clock.clone())?;
        let ca_file = settings.ca_file.as_ref().or(remembered.and_then(|profile| profile.ca_file.as_ref()));
        let network = Network::new(NetworkOptions {
            timeout: settings.timeout,
            ca_file: ca_file.cloned(),
            proxy: ProxyRules::from_environment(environment::text),
        });
        Ok(Context {
            profile_name: name,
            profile,
            store,
            encryption,
            clock,
            narrator: Narrator::new(settings.verbose),
            settings: settings.clone(),
            network: WireLog::new(network, settings.verbose),
        })
    }

    /// Who asks whom.
    pub(super) fn registration(&self) -> Result<Registration, Failure> {
        let profile = self.profile.clone().unwrap_or_default();
        let authority = self.settings.authority.clone().or_else(|| profile.authority.clone());
        // What was named for, or learned from, one authority says nothing of another.
        let mut effective = if authority == profile.authority { profile } else { Profile::default() };
        effective.authority = authority;
        let remembered = self.profile.as_ref().and_then(|profile| profile.client_id.clone());
        effective.client_id = self.settings.client_id.clone().or(remembered);
        self.registration_of(&effective)
    }

    /// Who asks whom, by `profile` alone.
    pub(super) fn registration_of(&self, profile: &Profile) -> Result<Registration, Failure> {
        let (Some(authority), Some(client_id)) = (&profile.authority, &profile.client_id) else {
            return Err(self.nothing_configured());
        };
        let mut endpoints = profile.endpoints.parse()?.or(profile.learned.endpoints.parse()?);
        endpoints.issuer.clone_from(&profile.learned.issuer);
        Ok(Registration {
            authority: Authority::parse(authority, None)?,
            client_id: ClientId::new(client_id),
            endpoints,
            tenant: profile.learned.tenant.as_ref().map(Realm::new),
        })
    }

    /// The client that does the work.
    pub(super) fn client(&self, registration: Registration) -> PublicClient<'_> {
        PublicClient {
            registration,
            store: &self.store,
            http: &self.network,
            clock: self.clock.as_ref(),
            observer: &self.narrator,
            lock_timeout: self.settings.lock_timeout,
        }
    }

    /// The scopes that were typed, else those that the profile remembers.
    pub(super) fn scopes(&self, typed: &Scopes) -> Result<ScopeSet, Failure> {
        let typed = typed.set();
        let remembered = || self.profile.iter().flat_map(|profile| &profile.scopes).map(String::as_str).collect();
        let scopes: ScopeSet = if typed.is_empty() { remembered() } else { typed };
        if scopes.is_empty() {
            let message = "no scope was given, and the profile remembers none";
            return Err(Failure::new(Exit::Usage, message).try_command("tokcache token --scope SCOPE"));
        }
        Ok(scopes)
    }

    /// A failure, with the commands that help under these settings.
    pub(super) fn failure(&self, error: AcquireError, scopes: &ScopeSet) -> Failure {
        let error = match error {
            AcquireError::Store(error) => return self.store_failure(error),
            error => error,
        };
        Failure::from_acquire(error, &self.login_command(scopes), &self.command(&["list"]))
    }

    /// A failure of the store, with the command that helps.
    pub(super) fn store_failure(&self, error: StoreError) -> Failure {
        let store = self.store.describe();
        let path = store.path.map_or(store.url, |path| path.display().to_string());
        let is_sealed = || matches!(self.store.sealed_by(), Ok(Some(_)));
        let remedy = keys::remedy(&error, &path, is_sealed, &|words| self.command(words));
        Failure::new(Exit::Store, error).try_command(remedy)
    }

    /// The command that signs in again with the same settings.
    fn login_command(&self, scopes: &ScopeSet) -> String {
        let mut words = vec!["login"];
        let same_scopes = self.profile.as_ref().is_some_and(|profile| {
            profile.scopes.len() == scopes.iter().count() && profile.scopes.iter().all(|scope| scopes.contains(scope))
        });
        if !same_scopes {
            words.extend(scopes.iter().flat_map(|scope| ["--scope", scope]));
        }
        self.command(&words)
    }

    /// `words` as a whole command, with the flags and variables that choose these settings.
    pub(super) fn command(&self, words: &[&str]) -> String {
        let Settings { profile, authority, client_id, store, encrypt, ca_file, .. } = &self.settings;
        let encrypt = encrypt.as_ref().filter(|_| !words.contains(&"--encrypt")).cloned();
        let ca_file = ca_file.as_ref().map(|path| path.to_string_lossy().into_owned());
        let flags = [
            ("--profile", profile),
            ("--authority", authority),
            ("--client-id", client_id),
            ("--store", store),
            ("--encrypt", &encrypt),
            ("--ca-file", &ca_file),
        ];
        let chosen = flags.iter().filter_map(|(flag, value)| Some([*flag, value.as_deref()?])).flatten();
        output::command_line(std::iter::once("tokcache").chain(words.iter().copied()).chain(chosen))
    }

    fn nothing_configured(&self) -> Failure {
        let message = match self.profile {
            Some(_) => format!("the profile {:?} lacks the authority or the client id", self.profile_name),
            None => "nobody is signed in, and no authority and client id are set".to_owned(),
        };
        let exit = if self.profile.is_some() { Exit::Config } else { Exit::InteractionRequired };
        Failure::new(exit, message).try_command("tokcache login --authority URL --client-id ID --scope SCOPE")
    }
}

impl Scopes {
    /// As typed, blanks split.
    pub(super) fn set(&self) -> ScopeSet {
        match &self.resource {
            Some(resource) => ScopeSet::parse(&format!("{resource}/.default")),
            None => self.scopes.iter().flat_map(|scopes| scopes.split_whitespace()).collect(),
        }
    }
}

/// The store at `url`, else the per-user file.
fn open_store(
    url: Option<&String>,
    settings: &Settings,
    encryption: Encryption,
    keys: KeySettings,
    clock: Arc<SystemClock>,
) -> Result<SealedStore, Failure> {
    let url = url.map_or("file:", String::as_str);
    let default_file = environment::state_dir().map(|folder| folder.join("token_cache.json"));
    if url == "file:" && default_file.is_none() {
        return Err(Failure::new(Exit::Config, "there is no home directory to keep the cache in")
            .try_command("export TOKCACHE_STATE_DIR=FOLDER"));
    }
    let default_file = default_file.unwrap_or_default();
    let lock_timeout = settings.lock_timeout;
    store::open(url, store::Settings { default_file, lock_timeout, clock, encryption, keys })
        .map_err(|error| Failure::new(Exit::Config, error).try_command("tokcache cache path"))
}
