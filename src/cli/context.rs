//! What was typed, resolved: flag, then environment, then profile, then default.

use std::path::PathBuf;
use std::sync::Arc;

use tokcache::acquire::{AcquireError, InteractionRequired, PublicClient, Registration};
use tokcache::oauth::{Authority, Network, NetworkOptions, ProxyRules};
use tokcache::store::{self, CacheStore as _, Encryption, KeySettings, OpenError, Presence, Reading, SealedStore};
use tokcache::terms::{ClientId, Realm, ScopeSet};
use tokcache::time::SystemClock;

use super::args::Settings;
use super::narrator::{self, Narrator};
use super::passphrase::Asking;
use super::profile_format::KeyCache;
use super::profiles::{self, EndpointNames, Learned, Profile};
use super::wire_log::WireLog;
use super::{Exit, Failure, environment, keys};
use crate::output::plain;

/// The settings of one run, and what is made of them.
pub(super) struct Context {
    pub(super) profile_name: String,
    pub(super) profile: Option<Profile>,
    pub(super) store: SealedStore,
    pub(super) encryption: Encryption,
    pub(super) clock: Arc<SystemClock>,
    pub(super) narrator: Narrator,
    settings: Settings,
    /// Whether this run makes the profile, and so may find it missing or incomplete.
    creating: bool,
    ca_file: Option<PathBuf>,
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
    /// Resolves the settings. A profile that was named must exist.
    pub(super) fn new(settings: &Settings, asking: Asking) -> Result<Self, Failure> {
        Context::resolved(settings, asking, false)
    }

    /// The same for a command that makes the profile, or changes it.
    pub(super) fn of_new_profile(settings: &Settings, asking: Asking) -> Result<Self, Failure> {
        Context::resolved(settings, asking, true)
    }

    fn resolved(settings: &Settings, asking: Asking, creating: bool) -> Result<Self, Failure> {
        let name = settings.profile.clone().unwrap_or_else(|| "default".to_owned());
        let of_variable = |failure: Failure| failure.of_variable("TOKCACHE_PROFILE", settings);
        profiles::ensure_name(&name).map_err(of_variable)?;
        let profile = profiles::load(&name)?;
        if profile.is_none() && settings.profile.is_some() && !creating {
            let message = format!("there is no profile {name:?}");
            return Err(of_variable(Failure::new(Exit::Config, message).try_shell("tokcache profile list")));
        }
        let remembered = profile.as_ref();
        let clock = Arc::new(SystemClock::new());
        let url = settings.store.as_ref().or(remembered.and_then(|profile| profile.store.as_ref()));
        let promised = remembered.and_then(|profile| profile.encrypt.as_deref());
        let encryption = keys::encryption(settings, promised)?.unwrap_or_default();
        let key_cache = settings.key_cache.or(remembered.and_then(|profile| profile.key_cache));
        let keys = keys::settings(asking, key_cache == Some(KeyCache::Kernel), settings.verbose);
        let store = open_store(url, settings, encryption.clone(), keys, clock.clone())?;
        let ca_file = settings.ca_file.as_ref().or(remembered.and_then(|profile| profile.ca_file.as_ref())).cloned();
        let network = Network::new(NetworkOptions {
            timeout: settings.timeout(),
            ca_file: ca_file.clone(),
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
            creating,
            ca_file,
            network: WireLog::new(network, settings.verbose),
        })
    }

    /// Who asks whom.
    pub(super) fn registration(&self) -> Result<Registration, Failure> {
        let profile = self.profile.clone().unwrap_or_default();
        let authority = self.settings.authority.clone().or_else(|| profile.authority.clone());
        // Endpoints that were named for one authority say nothing of another.
        let url = |authority: &Option<String>| Some(Authority::parse(authority.as_ref()?, None).ok()?.url().to_owned());
        let is_same = authority == profile.authority || url(&authority) == url(&profile.authority);
        let mut effective = if is_same { profile } else { Profile::default() };
        effective.authority = authority;
        let remembered = self.profile.as_ref().and_then(|profile| profile.client_id.clone());
        effective.client_id = self.settings.client_id.clone().or(remembered);
        self.registration_of(&effective)
    }

    /// Who asks whom, by `profile` alone.
    pub(super) fn registration_of(&self, profile: &Profile) -> Result<Registration, Failure> {
        let (Some(authority), Some(client_id)) = (&profile.authority, &profile.client_id) else {
            return Err(self.incomplete(profile));
        };
        let of_variable = |error| Failure::from(error).of_variable("TOKCACHE_AUTHORITY", &self.settings);
        let authority = Authority::parse(authority, None).map_err(of_variable)?;
        let is_same = |other: &String| Authority::parse(other, None).is_ok_and(|other| other.url() == authority.url());
        let learned = profile.learned.clone();
        let learned = if learned.authority.as_ref().is_some_and(is_same) { learned } else { Learned::default() };
        let wrong =
            |(flag, error)| Failure::new(Exit::Config, format!("{flag}: {error}")).try_tokcache(["login", flag, "URL"]);
        let endpoints = |names: &EndpointNames| names.parse().map_err(wrong);
        let mut endpoints = endpoints(&profile.endpoints)?.or(endpoints(&learned.endpoints)?);
        endpoints.issuer = learned.issuer;
        Ok(Registration {
            authority,
            client_id: ClientId::new(client_id),
            endpoints,
            tenant: learned.tenant.map(Realm::new),
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
            lock_timeout: self.settings.lock_timeout(),
            retry_within: self.settings.timeout(),
        }
    }

    /// What to say where the cache holds nothing because there is none.
    pub(super) fn absence(&self) -> Result<Option<String>, Failure> {
        if self.store.load(&mut |_| Reading::Whole)? == Presence::Found {
            return Ok(None);
        }
        let store = self.store.describe();
        let url = plain(&store.url);
        let is_file = store.path.is_some_and(|path| path.exists());
        Ok(Some(if is_file { format!("{url} is empty") } else { format!("there is no cache at {url}") }))
    }

    /// The scopes that were typed, else those that the profile remembers.
    pub(super) fn scopes(&self, typed: &Scopes) -> Result<ScopeSet, Failure> {
        let typed = typed.set()?;
        let scopes = if typed.is_empty() { self.remembered_scopes() } else { typed };
        if scopes.is_empty() {
            let message = "no scope was given, and the profile remembers none";
            return Err(Failure::new(Exit::Usage, message).try_tokcache(["token", "--scope", "SCOPE"]));
        }
        Ok(scopes)
    }

    /// A failure, with the command that helps.
    pub(super) fn failure(&self, error: AcquireError, scopes: &ScopeSet) -> Failure {
        let is_of_authority = matches!(error, AcquireError::WrongAuthority { .. });
        let is_of_nobody = matches!(error, AcquireError::InteractionRequired(InteractionRequired::NothingCached));
        let is_of_ca_file = matches!(&error, AcquireError::Misconfigured { message }
            if self.ca_file.as_ref().is_some_and(|path| message.contains(&format!("CA file {}", path.display()))));
        let failure = Failure::from_acquire(error, self.login_words(scopes));
        let failure = if is_of_nobody { failure.saying_more(&self.elsewhere()) } else { failure };
        if is_of_ca_file {
            return failure.try_with("--ca-file", "PATH");
        }
        if is_of_authority { failure.of_variable("TOKCACHE_AUTHORITY", &self.settings) } else { failure }
    }

    /// Where nobody is signed in, if it is not where the profile says: somebody may be signed in there.
    fn elsewhere(&self) -> String {
        let at = self.settings.authority.iter().map(|authority| format!(" at {authority}"));
        let with = self.settings.client_id.iter().map(|client_id| format!(" with the client {client_id}"));
        at.chain(with).collect()
    }

    /// The command that signs in for these scopes; those of the profile are kept, as it will remember only what is
    /// typed.
    fn login_words(&self, scopes: &ScopeSet) -> Vec<String> {
        let remembered = self.remembered_scopes();
        let all = remembered.union(scopes);
        let mut words = vec!["login".to_owned()];
        if all != remembered {
            words.extend(all.iter().flat_map(|scope| ["--scope".to_owned(), scope.to_owned()]));
        }
        words
    }

    fn remembered_scopes(&self) -> ScopeSet {
        self.profile.iter().flat_map(|profile| &profile.scopes).map(String::as_str).collect()
    }

    fn incomplete(&self, profile: &Profile) -> Failure {
        let missing: Vec<_> = [("authority", &profile.authority, "URL"), ("client-id", &profile.client_id, "ID")]
            .into_iter()
            .filter(|(_, value, _)| value.is_none())
            .collect();
        let names: Vec<_> = missing.iter().map(|(flag, ..)| format!("--{flag}")).collect();
        let words = missing.iter().flat_map(|(flag, _, value)| [format!("--{flag}"), (*value).to_owned()]);
        let login = std::iter::once("login".to_owned()).chain(words);
        let names_missing = names.join(" and ");
        match &self.profile {
            _ if self.creating => {
                let login = login.chain(["--scope", "SCOPE"].map(str::to_owned));
                Failure::new(Exit::Usage, format!("signing in needs {names_missing}")).try_tokcache(login)
            }
            Some(_) => {
                let message = format!("the profile {:?} lacks {}", self.profile_name, names_missing);
                Failure::new(Exit::Config, message).try_tokcache(login)
            }
            None if profiles::saved_names().is_ok_and(|names| !names.is_empty()) => {
                let name = &self.profile_name;
                let message = format!("there is no profile {name:?}; without one this needs {names_missing}");
                Failure::new(Exit::InteractionRequired, message).try_shell("tokcache profile list")
            }
            None => {
                let message = format!("nobody has signed in; this needs {names_missing}");
                let scope = ["--scope", "SCOPE"].map(str::to_owned);
                Failure::new(Exit::InteractionRequired, message).try_tokcache(login.chain(scope))
            }
        }
    }
}

impl Scopes {
    /// As typed, blanks split. A scope of nothing is a variable that was not set, and never means the usual ones.
    pub(super) fn set(&self) -> Result<ScopeSet, Failure> {
        let is_blank = |text: &String| text.trim().is_empty();
        if self.scopes.iter().chain(&self.resource).any(is_blank) {
            let failure = Failure::new(Exit::Usage, "an empty scope was given");
            return Err(match self.resource {
                Some(_) => failure.try_with("--resource", "RESOURCE"),
                None => failure.try_with("--scope", "SCOPE"),
            });
        }
        Ok(match &self.resource {
            Some(resource) => ScopeSet::parse(&format!("{resource}/.default")),
            None => self.scopes.iter().flat_map(|scopes| scopes.split_whitespace()).collect(),
        })
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
            .try_shell("export TOKCACHE_STATE_DIR=FOLDER"));
    }
    let default_file = default_file.unwrap_or_default();
    let rescue_folders = environment::rescue_folders();
    let lock_timeout = settings.lock_timeout();
    let waiting = Arc::new(narrator::tell_wait);
    // To look up the home costs a start twenty system calls where `HOME` is not set.
    let is_shared_item = url.starts_with("libsecret:");
    let identity_service_folder = is_shared_item.then(environment::identity_service_dir).flatten().unwrap_or_default();
    let store_settings = store::Settings {
        default_file,
        identity_service_folder,
        lock_timeout,
        rescue_folders,
        waiting,
        clock,
        encryption,
        keys,
    };
    store::open(url, store_settings).map_err(|error| match error {
        OpenError::NeverSealed { .. } => {
            Failure::new(Exit::Usage, error).try_with("--encrypt", "none").of_variable("TOKCACHE_ENCRYPT", settings)
        }
        error => {
            Failure::new(Exit::Config, error).try_with("--store", "file:PATH").of_variable("TOKCACHE_STORE", settings)
        }
    })
}
