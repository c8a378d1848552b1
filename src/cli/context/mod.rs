//! The settings, resolved: flag, then environment, then profile, then default; and what follows from them: the client,
//! the account, the scopes.

pub(super) mod account;
mod auto;
mod elsewhere;
mod error_map;
pub(super) mod registration;
mod remedy;
pub(super) mod scopes;
pub(super) mod siblings;
mod tenant;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use pollster::FutureExt as _;
use tokcache_core::acquire::{AcquireError, ClientApplication, InteractionRequired, PublicClient, Registration};
use tokcache_core::oauth::{ErrorCode, Http};
use tokcache_core::store::{Partition, Validity};
use tokcache_core::time::SystemClock;
use tokcache_core::types::ScopeSet;
use tokcache_file::LocalStore as _;
use tokcache_file::{Encryption, platform};
use tokcache_http::{ClientCertificateFile, Network, NetworkOptions, ProxyRules};

use super::client_credential::{self, Credential, KeyFiles};
use super::observer::TerminalObserver;
use super::observer::wire_log::WireLog;
use super::profiles::{self, Profile, folder, promise};
use super::secrets::keys;
use super::secrets::passphrase::PromptPolicy;
use super::settings::Settings;
use super::settings::profile_format::{Flow, KeyCache};
use super::store::{self, OpenStore, Opening};
use super::{Failure, environment, resource};
use crate::output::plain;

/// How long a shared store keeps a sign-in that nobody uses, as the library does for web applications.
pub(super) const IDLE_TIME: Duration = Duration::from_secs(90 * 86_400);

/// The time of a lease beyond the longest exchange with a server.
const EXCHANGE_MARGIN: Duration = Duration::from_secs(60);

/// The resolved settings of one run, and the store and network made from them.
pub(super) struct Context {
    pub(super) profile_name: String,
    pub(super) profile: Option<Profile>,
    /// The flow, typed or of the profile.
    pub(super) flow: Option<Flow>,
    /// Why `--flow auto` has chosen the flow.
    pub(super) flow_reason: Option<&'static str>,
    pub(super) store: OpenStore,
    pub(super) encryption: Encryption,
    pub(super) clock: Arc<SystemClock>,
    pub(super) observer: TerminalObserver,
    pub(super) settings: Settings,
    /// Whether this command creates or changes the profile, so that the profile may be missing or incomplete.
    pub(super) creating: bool,
    /// The file with further trusted certificates.
    pub(super) ca_file: Option<PathBuf>,
    pub(super) credential: Credential,
    network: Arc<WireLog<Network>>,
}

impl Context {
    /// Resolves the settings. A profile that the user named must exist.
    pub(super) fn new(settings: &Settings, asking: PromptPolicy) -> Result<Self, Failure> {
        Context::resolved(settings, asking, false)
    }

    /// Resolves the settings for a command that creates or changes the profile.
    pub(super) fn of_new_profile(settings: &Settings, asking: PromptPolicy) -> Result<Self, Failure> {
        Context::resolved(settings, asking, true)
    }

    fn resolved(settings: &Settings, asking: PromptPolicy, creating: bool) -> Result<Self, Failure> {
        let name = profiles::chosen(settings)?;
        let profile = profiles::load(&name)?;
        if profile.is_none() && settings.profile.is_some() && !creating {
            if profiles::folder()?.is_none() {
                return Err(environment::no_home());
            }
            if let Some(folder) = &settings.folder {
                return Err(folder::without_profile(folder, &name));
            }
            if let Some(url) = &settings.protected_resource {
                return Err(resource::not_signed_in(url));
            }
            return Err(profiles::unknown(&name).of_variable("TOKCACHE_PROFILE", settings));
        }
        if let (Some(url), Some(profile), false) = (&settings.protected_resource, &profile, creating) {
            resource::ensure_for(url, &name, profile)?;
        }
        let mut profile = profile;
        let mut flow = settings.flow.or(profile.as_ref().and_then(|profile| profile.flow));
        let mut flow_reason = None;
        if flow == Some(Flow::Auto) {
            let choice = auto::choose(settings, profile.as_ref())?;
            (flow, flow_reason) = (Some(choice.flow), Some(choice.reason));
            profile = choice.profile.or(profile);
        }
        let remembered = profile.as_ref();
        let clock = Arc::new(SystemClock::new());
        let url = settings.store.as_ref().or(remembered.and_then(|profile| profile.store.as_ref()));
        let promised = remembered.and_then(|profile| profile.encrypt.as_deref());
        let encryption = keys::encryption(settings, promised)?.unwrap_or_default();
        let key_cache = settings.key_cache.or(remembered.and_then(|profile| profile.key_cache));
        let keys = keys::settings(asking.clone(), key_cache == Some(KeyCache::Kernel), settings.verbose);
        let ca_file = settings.ca_file.as_ref().or(remembered.and_then(|profile| profile.ca_file.as_ref())).cloned();
        let opening = Opening {
            encryption: encryption.clone(),
            keys,
            asking: Some(asking.clone()),
            clock: clock.clone(),
            ca_file: ca_file.clone(),
            may_create: creating,
            is_ca_file_typed: settings.is_ca_file_typed(),
            is_second: false,
        };
        let mut store = store::open(url, settings, opening)?;
        if let OpenStore::Local(local) = store {
            if remembered.is_some_and(|profile| profile.converting.is_some()) && promise::ended(&name, &local) {
                return Context::resolved(settings, asking, creating);
            }
            let (again, is_typed) = (name.clone(), settings.encrypt.is_some());
            let promised = move |url: &str| if is_typed { Vec::new() } else { promise::promised_now(&again, url) };
            store = OpenStore::Local(local.asking_again(Box::new(promised)));
        }
        // The variables hold the credential of another client, which the server of a resource must not get.
        let is_for_resource = settings.protected_resource.is_some()
            || remembered.is_some_and(|profile| profile.protected_resource.is_some());
        let without_variables;
        let settings = if is_for_resource {
            without_variables = Settings { ignores_credential_variables: true, ..settings.clone() };
            &without_variables
        } else {
            settings
        };
        // A credential must not be sent for another client, or to another authority.
        let in_use = remembered.filter(|profile| profile.is_of_authority(settings) && profile.is_of_client(settings));
        let client_cert = client_credential::client_cert(settings, in_use)?;
        let key_files = client_cert.as_ref().map(|_| Arc::new(KeyFiles::new(settings, in_use)));
        let client_certificate = client_cert.zip(key_files.clone()).map(|((path, is_of_profile), files)| {
            ClientCertificateFile::new(path, move |path| files.read_client_cert(path, is_of_profile))
        });
        let network = Network::new(NetworkOptions {
            client_certificate,
            ..network_options(settings.timeout_of(flow), ca_file.clone())
        });
        let network = Arc::new(WireLog::new(network, settings.verbose));
        let credential = Credential::new(settings, in_use, network.clone(), asking).with_key_files(key_files);
        Ok(Context {
            profile_name: name,
            profile,
            flow,
            flow_reason,
            store,
            encryption,
            clock,
            observer: TerminalObserver::new(settings.verbose),
            settings: settings.clone(),
            creating,
            ca_file,
            credential,
            network,
        })
    }

    /// Returns the hosts that the token may be sent to; none if the profile names none.
    pub(super) fn allowed_hosts(&self) -> &[String] {
        self.profile.as_ref().map(|profile| profile.hosts.as_slice()).unwrap_or_default()
    }

    /// Returns the library's client for `registration`, for a sign-in. In a shared store, the tokens are saved in the
    /// partition of the user who signs in.
    pub(super) fn client(&self, registration: Registration) -> PublicClient<'_> {
        self.client_application(registration).into()
    }

    /// Returns what the library's clients have in common.
    pub(super) fn client_application(&self, registration: Registration) -> ClientApplication<'_> {
        let is_shared = self.store.shared().is_some();
        let application = ClientApplication {
            credential: &self.credential,
            observer: &self.observer,
            client_capabilities: self.client_capabilities(),
            retry_within: self.settings.timeout(),
            user_prefix: is_shared.then(String::new),
            idle_time: is_shared.then_some(IDLE_TIME),
            ..ClientApplication::new(registration, self.store.contract(), self.network.as_ref(), self.clock.as_ref())
        };
        // The network blocks, so that no lease is renewed during an exchange.
        let lease_time = application.lease_time.max(self.settings.timeout() + EXCHANGE_MARGIN);
        let lock_timeout =
            if is_shared { self.settings.lease_timeout(lease_time) } else { self.settings.lock_timeout() };
        ClientApplication { lease_time, lock_timeout, ..application }
    }

    /// Returns what the library's clients have in common, with a partition of its own in a shared store. Its tokens need
    /// no sign-in, and are of no use once they have expired.
    pub(super) fn client_in(
        &self,
        registration: Registration,
        partition: impl FnOnce(&Registration) -> Partition,
    ) -> ClientApplication<'_> {
        let application = self.client_application(registration);
        if self.store.shared().is_none() {
            return application;
        }
        let partition = partition(&application.registration);
        ClientApplication { partition, user_prefix: None, idle_time: Some(Duration::ZERO), ..application }
    }

    /// Returns a network to reach the servers that tokens are for. It does not present the client's certificate.
    #[cfg(feature = "serve")]
    pub(super) fn resource_network(&self) -> Network {
        Network::new(network_options(self.settings.timeout(), self.ca_file.clone()))
    }

    /// Returns the network.
    pub(super) fn network(&self) -> &dyn Http {
        self.network.as_ref()
    }

    /// Returns the settings of the network, for a description of them.
    pub(super) fn route(&self) -> &Network {
        &self.network.inner
    }

    fn client_capabilities(&self) -> Vec<String> {
        let of_profile = self.profile_of_authority().and_then(|profile| profile.client_capabilities.clone());
        let names = self.settings.client_capabilities(of_profile);
        names.iter().flat_map(|names| names.split(',')).map(str::to_owned).collect()
    }

    /// Whether the cache is empty and no setting names an account or a client: tokcache has never been used here.
    pub(super) fn is_unused(&self) -> Result<bool, Failure> {
        let Settings { authority, client_id, account, .. } = &self.settings;
        let is_said = self.profile.is_some() || [authority, client_id, account].iter().any(|it| it.is_some());
        Ok(!is_said && self.absence()?.is_some())
    }

    /// Returns a message that explains an empty result by a missing cache; `None` if the cache exists.
    pub(super) fn absence(&self) -> Result<Option<String>, Failure> {
        let exists = match &self.store {
            OpenStore::Local(store) => store.load(&mut |_| Validity::Whole)?.is_some(),
            OpenStore::Shared(store) => !store.contract().partitions("", None).block_on()?.is_empty(),
        };
        if exists {
            return Ok(None);
        }
        let store = self.store.describe();
        let url = plain(&store.url);
        let is_file = self.store.shared().is_some() || store.path.is_some_and(|path| path.exists());
        Ok(Some(if is_file { format!("{url} is empty") } else { format!("there is no cache at {url}") }))
    }

    /// Converts an error of the library into a failure with the command that helps.
    pub(super) fn failure(&self, error: AcquireError, scopes: &ScopeSet) -> Failure {
        if let Some(failure) = self.account_failure(&error, scopes) {
            return failure;
        }
        let is_of_authority = matches!(error, AcquireError::WrongAuthority { .. });
        let is_of_nobody = matches!(error, AcquireError::InteractionRequired(InteractionRequired::NothingCached));
        let is_misconfigured = matches!(error, AcquireError::Misconfigured { .. });
        let is_of_ca_file = is_misconfigured && self.network.inner.needs_another_ca_file();
        let is_of_client_cert = is_misconfigured && self.network.inner.has_refused_client_certificate();
        if is_misconfigured && let Some(failure) = environment::unreadable_proxy() {
            return failure;
        }
        if is_misconfigured && let Some(failure) = self.credential.take_failure() {
            return failure;
        }
        if is_of_client_cert && let Some(failure) = self.credential.take_client_cert_failure() {
            return failure;
        }
        let is_of_scope = is_about_scope(&error);
        let failure = Failure::from_acquire(error, self.login_words(scopes));
        if is_of_scope {
            return self.with_scope_meant(failure, scopes);
        }
        let failure = if is_of_nobody { failure.saying_more(&self.where_typed()) } else { failure };
        let failure = match is_of_nobody && client_credential::is_named(&self.settings).unwrap_or_default() {
            true => failure.saying_more("; for a token of the application itself, add --flow client-credentials"),
            false => failure,
        };
        if is_of_client_cert {
            return failure.try_with("--client-cert", "PATH");
        }
        if is_of_ca_file {
            return failure.try_with("--ca-file", "PATH");
        }
        if is_of_authority { failure.of_variable("TOKCACHE_AUTHORITY", &self.settings) } else { failure }
    }

    /// Returns where the search for an account took place, if that is not the place that the profile names.
    fn where_typed(&self) -> String {
        let at = self.settings.authority.iter().map(|authority| format!(" at {authority}"));
        let with = self.settings.client_id.iter().map(|client_id| format!(" with the client {client_id}"));
        at.chain(with).collect()
    }
}

fn network_options(timeout: Duration, ca_file: Option<PathBuf>) -> NetworkOptions {
    NetworkOptions {
        timeout,
        ca_file,
        check_ca_file: |path| platform::check_not_of_everybody(path),
        proxy: ProxyRules::from_environment(environment::proxy),
        ..NetworkOptions::default()
    }
}

/// Whether asking for another scope may help.
fn is_about_scope(error: &AcquireError) -> bool {
    match error {
        // `--offline` sends no request, so the server cannot judge the scope.
        AcquireError::Offline | AcquireError::ScopeNotGranted { .. } => true,
        AcquireError::InteractionRequired(why) => {
            matches!(why, InteractionRequired::ScopeNotCovered { .. } | InteractionRequired::NoRefreshToken { .. })
                || matches!(why, InteractionRequired::Refused(response) if response.error == ErrorCode::InvalidScope)
        }
        AcquireError::Denied(response) | AcquireError::SignInRefused { response, .. } => {
            response.error == ErrorCode::InvalidScope
        }
        _ => false,
    }
}
