//! The flags that every command takes. Flags take precedence over the environment, and the environment over the
//! profile.

pub(super) mod credential_flags;
pub(super) mod folder_format;
pub(super) mod profile_format;
pub(super) mod resource_name;
pub(super) mod store_url;
pub(super) mod values;

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{OsStringValueParser, PossibleValue, TypedValueParser as _};
use clap::{ArgAction, Args, ValueEnum};
use tokcache_core::oauth::ResourceUrl;

use crate::output::ErrorFormat;
use credential_flags::CredentialFlags;
use folder_format::Folder;
use profile_format::{Flow, KeyCache, KindOfAuthority};
use values::{SETTINGS, bound, capabilities, key, name_of, not_blank, path, store, wait};

/// The typed settings. [`Settings::or_environment`](Settings::or_environment) fills in the rest from the environment.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = SETTINGS)]
pub(super) struct Settings {
    /// The profile: settings that `login` saved under a name [env: TOKCACHE_PROFILE] [default: default]
    #[arg(long, global = true, value_name = "NAME")]
    pub(super) profile: Option<String>,

    /// The protected resource to use, such as an MCP server: its URL says how to sign in, and selects its profile
    #[arg(long = "for", global = true, value_name = "URL", value_parser = crate::cli::settings::resource_name::url)]
    pub(super) protected_resource: Option<ResourceUrl>,

    /// The provider: an Entra authority or any OpenID Connect issuer [env: TOKCACHE_AUTHORITY]
    #[arg(long, global = true, value_name = "URL")]
    pub(super) authority: Option<String>,

    /// The account: a user name or home account id [env: TOKCACHE_ACCOUNT] [default: the profile's account, or the only
    /// one that is signed in]
    #[arg(long, global = true, value_name = "ACCOUNT", value_parser = not_blank)]
    pub(super) account: Option<String>,

    /// The kind of provider, if its URL does not tell, as on a custom domain [env: TOKCACHE_AUTHORITY_KIND]
    #[arg(long, global = true, value_name = "KIND", value_enum)]
    pub(super) authority_kind: Option<KindOfAuthority>,

    /// The client id, as registered with the provider [env: TOKCACHE_CLIENT_ID]
    #[arg(long, global = true, value_name = "ID", value_parser = not_blank)]
    pub(super) client_id: Option<String>,

    /// The capabilities to tell Entra ID, such as CP1 for a program that handles claims challenges, or none; saved in the
    /// profile [env: TOKCACHE_CLIENT_CAPABILITIES]
    #[arg(long, global = true, value_name = "NAME,...", value_parser = capabilities)]
    pub(super) client_capabilities: Option<String>,

    /// The cache: file:PATH, memory: or libsecret:NAME; or a store with one cache for each user: redis://HOST,
    /// postgres://USER@HOST/DATABASE or sqlite:PATH [env: TOKCACHE_STORE] [default: the per-user file]
    ///
    /// The password of a server is read from the file TOKCACHE_STORE_PASSWORD_FILE or from TOKCACHE_STORE_PASSWORD. If
    /// the URL says ?password-from=keyring, it is read from the keyring, where `cache password` puts it.
    /// The server in `cache copy --to` has TOKCACHE_TO_PASSWORD_FILE and TOKCACHE_TO_PASSWORD.
    #[arg(long, global = true, value_name = "URL", value_parser = OsStringValueParser::new().try_map(store))]
    pub(super) store: Option<String>,

    /// The key to encrypt the cache with: keyring, key-file:PATH, passphrase, credential, or none
    /// [env: TOKCACHE_ENCRYPT] [default: leave the cache as it is]
    ///
    /// The passphrase is read from the file TOKCACHE_PASSPHRASE_FILE or the file descriptor TOKCACHE_PASSPHRASE_FD.
    /// Otherwise `login` and `cache` ask for it on a terminal.
    #[arg(long, global = true, value_name = "KEY", value_parser = OsStringValueParser::new().try_map(key))]
    pub(super) encrypt: Option<String>,

    /// The place that holds the key during the login session [env: TOKCACHE_KEY_CACHE] [default: none]
    #[arg(long, global = true, value_name = "WHERE", value_enum)]
    pub(super) key_cache: Option<KeyCache>,

    /// The folder of the profiles [env: TOKCACHE_CONFIG_DIR] [default: that of the platform]
    #[arg(long, global = true, value_name = "PATH", value_parser = OsStringValueParser::new().try_map(path))]
    pub(super) config_dir: Option<PathBuf>,

    /// Trust the certificates in this PEM file too [env: TOKCACHE_CA_FILE]
    #[arg(long, global = true, value_name = "PATH", value_parser = OsStringValueParser::new().try_map(path))]
    pub(super) ca_file: Option<PathBuf>,

    /// How to get a token; saved in the profile [env: TOKCACHE_FLOW] [default: device]
    #[arg(long, global = true, value_name = "FLOW", value_enum)]
    pub(super) flow: Option<Flow>,

    #[command(flatten)]
    pub(super) credential: CredentialFlags,

    /// Time limit for one exchange with a server [env: TOKCACHE_TIMEOUT] [default: 30s]
    #[arg(long, global = true, value_name = "DURATION", value_parser = bound)]
    pub(super) timeout: Option<Duration>,

    /// Time limit for each wait for another process [env: TOKCACHE_LOCK_TIMEOUT] [default: 60s; with a shared store, 10s
    /// more than a killed process can hold it up]
    #[arg(long, global = true, value_name = "DURATION", value_parser = wait)]
    pub(super) lock_timeout: Option<Duration>,

    /// The format of errors [env: TOKCACHE_ERROR_FORMAT] [default: text]
    #[arg(long, global = true, value_name = "FORMAT", value_enum)]
    pub(super) error_format: Option<ErrorFormat>,

    /// Print more on stderr; -vv prints every exchange with a server, without secrets [env: TOKCACHE_LOG=info or debug]
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub(super) verbose: u8,

    /// The typed tenant of a command that gets a token.
    #[arg(skip)]
    pub(super) tenant: Option<String>,

    /// The file that has selected the profile.
    #[arg(skip)]
    pub(super) folder: Option<Box<Folder>>,

    /// Whether the variables of a client's credential are ignored, because the client is not the one that they are for.
    #[arg(skip)]
    pub(super) ignores_credential_variables: bool,

    /// The names of the variables that some of these settings came from.
    #[arg(skip)]
    pub(super) variables: Vec<&'static str>,
}

/// The value of `--client-capabilities` that removes those of the profile.
const NO_CAPABILITIES: &str = "none";

/// The commands that act for one account.
const CONCERN_ONE_ACCOUNT: [&str; 8] = ["clear", "curl", "exec", "explain", "login", "proxy", "serve", "token"];

impl Settings {
    pub(super) fn timeout(&self) -> Duration {
        self.timeout.unwrap_or(Duration::from_secs(30))
    }

    /// Returns the time limit for one exchange in `flow`. The metadata service of a platform is near, or does not exist.
    pub(super) fn timeout_of(&self, flow: Option<Flow>) -> Duration {
        let is_near = flow == Some(Flow::ManagedIdentity) && self.timeout.is_none();
        if is_near { Duration::from_secs(5) } else { self.timeout() }
    }

    /// Limits the timeout of one exchange to that of the whole operation.
    pub(super) fn bounded_by(&self, whole: Option<Duration>) -> Settings {
        let timeout = whole.map(|whole| whole.min(self.timeout())).or(self.timeout);
        Settings { timeout, ..self.clone() }
    }

    pub(super) fn lock_timeout(&self) -> Duration {
        self.lock_timeout.unwrap_or(Duration::from_secs(60))
    }

    /// Returns how long to wait for a lease that ends by itself. The default is longer than the lease, so that a process
    /// that was killed does not let the others fail.
    pub(super) fn lease_timeout(&self, lease_time: Duration) -> Duration {
        self.lock_timeout.unwrap_or(lease_time + Duration::from_secs(10))
    }

    /// Returns the typed capabilities, else those `of_profile`. `none` stands for no capabilities.
    pub(super) fn client_capabilities(&self, of_profile: Option<String>) -> Option<String> {
        self.client_capabilities.clone().or(of_profile).filter(|names| names != NO_CAPABILITIES)
    }

    pub(super) fn is_ca_file_typed(&self) -> bool {
        self.ca_file.is_some() && !self.variables.contains(&"TOKCACHE_CA_FILE")
    }

    /// Returns the flags that select the same profile, client and cache, for a command that the user can paste. Omits
    /// flags that are already in `words`.
    pub(super) fn flags_beside(&self, words: &[String]) -> Vec<String> {
        // With a store without TLS, the flag is refused where the variable is not.
        let ca_file = self.ca_file.as_ref().filter(|_| self.is_ca_file_typed());
        let ca_file = ca_file.map(|path| path.to_string_lossy().into_owned());
        let config_dir = self.config_dir.as_ref().map(|path| path.to_string_lossy().into_owned());
        let flow = self.flow.map(Flow::name);
        let kind = self.authority_kind.as_ref().and_then(name_of);
        let concerns_account = words.first().is_some_and(|command| CONCERN_ONE_ACCOUNT.contains(&command.as_str()));
        let account = self.account.clone().filter(|_| concerns_account);
        // The file selects the profile for the suggested command too.
        let resource = self.protected_resource.as_ref();
        let is_of_resource =
            |name: &String| resource.is_some_and(|url| crate::cli::settings::resource_name::is_named_after(url, name));
        let profile = self.profile.clone().filter(|name| self.folder.is_none() && !is_of_resource(name));
        let resource = resource.map(ToString::to_string);
        let flags = [
            ("--for", &resource),
            ("--profile", &profile),
            ("--account", &account),
            ("--authority", &self.authority),
            ("--authority-kind", &kind),
            ("--client-id", &self.client_id),
            ("--client-capabilities", &self.client_capabilities),
            ("--store", &self.store),
            ("--encrypt", &self.encrypt),
            ("--config-dir", &config_dir),
            ("--ca-file", &ca_file),
            ("--flow", &flow),
        ];
        let flags = flags.into_iter().map(|(flag, value)| (flag, value.clone())).chain(self.credential.words());
        let missing = flags.filter(|(flag, _)| !words.iter().any(|word| word == flag));
        missing.filter_map(|(flag, value)| Some([flag.to_owned(), value?])).flatten().collect()
    }
}

impl ValueEnum for KindOfAuthority {
    fn value_variants<'a>() -> &'a [Self] {
        use KindOfAuthority::{Adfs, B2c, Ciam, Entra, Oidc};
        &[Adfs, B2c, Ciam, Entra, Oidc]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            KindOfAuthority::Adfs => PossibleValue::new("adfs").help("Active Directory Federation Services"),
            KindOfAuthority::B2c => PossibleValue::new("b2c").help("Azure AD B2C"),
            KindOfAuthority::Ciam => PossibleValue::new("ciam").help("Microsoft Entra External ID"),
            KindOfAuthority::Entra => PossibleValue::new("entra").help("Microsoft Entra ID"),
            KindOfAuthority::Oidc => PossibleValue::new("oidc").help("Any other OpenID Connect provider"),
        })
    }
}

impl ValueEnum for KeyCache {
    fn value_variants<'a>() -> &'a [Self] {
        &[KeyCache::Kernel, KeyCache::None]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            KeyCache::Kernel => PossibleValue::new("kernel").help("In the kernel's session keyring (Linux)"),
            KeyCache::None => PossibleValue::new("none").help("Nowhere"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_waits_for_a_process_that_was_killed_outlasts_its_lease_unless_a_limit_is_set() {
        let lease_time = Duration::from_secs(90);
        assert!(Settings::default().lease_timeout(lease_time) > lease_time);
        let typed = Settings { lock_timeout: Some(Duration::from_secs(5)), ..Settings::default() };
        assert_eq!(typed.lease_timeout(lease_time), Duration::from_secs(5));
    }
}
