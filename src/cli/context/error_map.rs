//! Maps the errors of the library to failures: the exit code, and the command that helps.

use std::io;

use tokcache_core::acquire::{AcquireError, ErrorKind, InteractionRequired};
use tokcache_core::oauth::AuthorityError;
use tokcache_core::store::StoreError;
use tokcache_file::{EncryptionError, KeyError, KeySource, KeyringFault};

use crate::cli::failure::hint::{look_at, set_aside};
use crate::cli::settings::store_url::StoreUrl;
use crate::cli::store::shared::advised;
use crate::cli::{Exit, Failure, environment};
use crate::output::command_line;

impl Failure {
    /// Converts the error. `login` is the command that signs in for the requested scopes.
    pub(super) fn from_acquire(error: AcquireError, login: Vec<String>) -> Self {
        let exit = match error.kind() {
            ErrorKind::Account => Exit::Account,
            ErrorKind::Config => Exit::Config,
            ErrorKind::Denied => Exit::Denied,
            ErrorKind::InteractionRequired => Exit::InteractionRequired,
            ErrorKind::MinValid => Exit::MinValid,
            ErrorKind::Store => Exit::Store,
            ErrorKind::Unavailable => Exit::Unavailable,
        };
        let failure = Failure::new(exit, &error).retryable(error.is_retryable());
        match error {
            AcquireError::NoSuchAccount { candidates, .. } if candidates.is_empty() => failure.try_tokcache(login),
            AcquireError::AmbiguousAccount { .. } | AcquireError::NoSuchAccount { .. } => {
                failure.try_tokcache(["list"])
            }
            AcquireError::ScopeNotGranted { .. } => failure.with_code("scope_not_granted").try_tokcache(login),
            AcquireError::InteractionRequired(InteractionRequired::ScopeNotCovered { response, .. }) => {
                failure.with_response(response).try_tokcache(login)
            }
            AcquireError::TokenRequestRefused { response, .. } => failure.try_for_application(response),
            AcquireError::SignInRefused { response, .. } => failure.try_after_sign_in(response, login),
            AcquireError::Denied(response)
            | AcquireError::InteractionRequired(InteractionRequired::Refused(response)) => {
                failure.try_after_refresh(response, login)
            }
            AcquireError::InteractionRequired(_) => failure.try_tokcache(login),
            AcquireError::MinValid { lifetime, .. } => failure.try_with("--min-valid", format!("{lifetime}s")),
            AcquireError::NotApproved | AcquireError::SignedInAsAnother { .. } => failure.try_again(),
            AcquireError::Offline => failure.try_without("--offline"),
            AcquireError::Store(error) => Failure::from(error),
            AcquireError::Unavailable { retry_after, .. } => failure.retrying_after(retry_after),
            AcquireError::Unsupported { what: "pushed_authorization_request_endpoint" } => failure.try_without("--par"),
            AcquireError::Unsupported { what } => {
                let endpoint = [format!("--{}", what.replace('_', "-")), "URL".to_owned()];
                failure.try_tokcache(login.into_iter().chain(endpoint))
            }
            AcquireError::WrongAuthority { .. } => failure.try_with("--authority", "URL"),
            _ => failure,
        }
    }

    /// Adds the command that helps if a cache cannot be decrypted, or is not encrypted although it should be.
    fn try_with_key(self, error: &EncryptionError) -> Self {
        let with_key =
            |command: &str, key: &KeySource| ["cache".into(), command.into(), "--encrypt".into(), key.to_string()];
        match error {
            EncryptionError::Key { error: KeyError::Keyring(KeyringFault::NoItem), store, .. } => {
                self.try_shell(set_aside(store.strip_prefix("file:").unwrap_or(store)))
            }
            // The user mistyped the passphrase, and can type it again.
            EncryptionError::Key { source: KeySource::Passphrase, error: KeyError::WrongKey(_), .. }
                if environment::passphrase_file().is_none() =>
            {
                self.try_again()
            }
            EncryptionError::NewKey { error: KeyError::PassphrasesDiffer, .. } => self.try_again(),
            EncryptionError::Key { source: KeySource::Passphrase, .. }
            | EncryptionError::NewKey { source: KeySource::Passphrase, .. } => {
                self.try_shell("export TOKCACHE_PASSPHRASE_FILE=FILE")
            }
            EncryptionError::Key { source: KeySource::KeyFile(path), .. }
            | EncryptionError::NewKey { source: KeySource::KeyFile(path), .. } => {
                self.try_shell(look_at(path, io::ErrorKind::NotFound))
            }
            EncryptionError::Moved { .. } => self.try_tokcache(["cache", "rekey", "--moved"]),
            EncryptionError::NewKey { .. } => self.try_with("--encrypt", "key-file:PATH"),
            EncryptionError::NotAsWanted { found: None, wanted: Some(wanted) } => {
                self.try_tokcache(with_key("encrypt", wanted))
            }
            // The cache itself says which key it needs. A variable that names another key is not a request to convert
            // the cache.
            EncryptionError::NotAsWanted { wanted: Some(wanted), .. } => {
                self.try_unset_or_tokcache("TOKCACHE_ENCRYPT", with_key("rekey", wanted).to_vec())
            }
            EncryptionError::NotAsWanted { .. } => {
                self.try_unset_or_tokcache("TOKCACHE_ENCRYPT", vec!["cache".to_owned(), "decrypt".to_owned()])
            }
            EncryptionError::SameKey => self.try_tokcache(["cache", "rekey", "--encrypt", "key-file:NEW_PATH"]),
            _ => self.try_tokcache(["cache", "check"]),
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let failure = Failure::new(Exit::Store, &error);
        match error {
            StoreError::Busy { .. } => failure.retryable(true),
            StoreError::Damaged { path, .. } if path.to_str().and_then(StoreUrl::parse).is_some() => {
                failure.try_tokcache(["clear"])
            }
            StoreError::Damaged { .. } => failure.try_tokcache(["cache", "check", "--repair"]),
            StoreError::Io { path, source, .. } => failure.try_shell(look_at(&path, source.kind())),
            StoreError::MountedAlone { path } => {
                let path = path.display().to_string();
                failure.try_shell(command_line(["grep", "-F", &path, "/proc/self/mountinfo"]))
            }
            error => match error.backend() {
                Some(error) => failure.try_with_key(error),
                None => advised(failure, &error),
            },
        }
    }
}

impl From<AuthorityError> for Failure {
    fn from(error: AuthorityError) -> Self {
        let failure = Failure::new(Exit::Config, &error);
        match error {
            AuthorityError::Tenant { .. } | AuthorityError::TenantUnused => failure.try_shell("tokcache login --help"),
            _ => failure.try_with("--authority", "URL"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokcache_core::cache::Account;
    use tokcache_core::store::Holder;
    use tokcache_core::types::{Environment, HomeAccountId};

    use super::*;
    use crate::cli::settings::Settings;

    #[test]
    fn what_is_no_authority_is_not_advised_again() {
        let error = AcquireError::WrongAuthority { message: "another issuer".to_owned() };
        let typed = ["tokcache", "token", "--authority", "https://a"].map(str::to_owned);
        let advice = Failure::from_acquire(error, Vec::new()).command(&typed, &Settings::default());
        assert_eq!(advice.as_deref(), Some("tokcache token --authority URL"));
    }

    /// Returns the exit code, whether a retry may help, and the suggested command after `tokcache token --offline
    /// --scope a`.
    fn reported(error: AcquireError) -> (Exit, bool, Option<String>) {
        let typed = ["tokcache", "token", "--offline", "--scope", "a"].map(str::to_owned);
        let failure = Failure::from_acquire(error, vec!["login".to_owned()]);
        let command = failure.command(&typed, &Settings::default());
        (failure.exit(), failure.view(None).retryable, command)
    }

    #[test]
    fn trying_again_is_advised_only_where_it_can_help() {
        const AGAIN: &str = "tokcache token --offline --scope a";
        let message = || "why".to_owned();
        let account = || Account {
            home_account_id: HomeAccountId::new("a"),
            environment: Environment::new("idp.example.com"),
            authority: None,
            realms: Vec::new(),
            username: "bob".to_owned(),
            local_account_id: None,
        };
        let interaction = AcquireError::InteractionRequired;
        let busy = || StoreError::Busy { lock: "lock".into(), holder: Holder::default(), waited: Duration::ZERO };
        let damaged = || StoreError::damaged("/cache");
        for (error, exit, retryable, command) in [
            (AcquireError::AmbiguousAccount { candidates: vec![account()] }, Exit::Account, false, "tokcache list"),
            (interaction(InteractionRequired::AnswerForAnother), Exit::InteractionRequired, false, "tokcache login"),
            (interaction(InteractionRequired::NothingCached), Exit::InteractionRequired, false, "tokcache login"),
            (interaction(InteractionRequired::SignedOutMeanwhile), Exit::InteractionRequired, false, "tokcache login"),
            (
                interaction(InteractionRequired::NoRefreshToken { account: Box::new(account()) }),
                Exit::InteractionRequired,
                false,
                "tokcache login",
            ),
            (
                AcquireError::MinValid { lifetime: 60, needed: 90 },
                Exit::MinValid,
                false,
                "tokcache token --offline --scope a --min-valid 60s",
            ),
            (AcquireError::Misconfigured { message: message() }, Exit::Config, false, ""),
            (
                AcquireError::NoSuchAccount { wanted: message(), candidates: Vec::new() },
                Exit::Account,
                false,
                "tokcache login",
            ),
            (AcquireError::NotApproved, Exit::InteractionRequired, false, AGAIN),
            (AcquireError::Offline, Exit::Unavailable, false, "tokcache token --scope a"),
            (AcquireError::SignedInAsAnother { wanted: message(), name: message() }, Exit::Account, false, AGAIN),
            (AcquireError::Store(busy()), Exit::Store, true, AGAIN),
            (AcquireError::Store(damaged()), Exit::Store, false, "tokcache cache check --repair"),
            (AcquireError::Unavailable { message: message(), retry_after: None }, Exit::Unavailable, true, AGAIN),
            (AcquireError::Unintelligible { message: message() }, Exit::Config, false, ""),
            (
                AcquireError::Unsupported { what: "token_endpoint" },
                Exit::Config,
                false,
                "tokcache login --token-endpoint URL",
            ),
            (
                AcquireError::WrongAuthority { message: message() },
                Exit::Config,
                false,
                "tokcache token --offline --scope a --authority URL",
            ),
        ] {
            let name = format!("{error:?}");
            let command = Some(command.to_owned()).filter(|command| !command.is_empty());
            assert_eq!(reported(error), (exit, retryable, command), "{name}");
        }
    }

    #[test]
    fn a_key_file_that_is_gone_is_looked_for_and_not_asked_for_again() {
        let folder = std::env::temp_dir().canonicalize().unwrap();
        let path = folder.join("tokcache-no-such-folder/key");
        let error = EncryptionError::Key {
            source: KeySource::KeyFile(path.clone()),
            error: KeyError::KeyFile { path, why: "gone".to_owned() },
            store: "file:/cache".to_owned(),
        };
        let advice = Failure::from(StoreError::from(error)).command(&[], &Settings::default());
        assert_eq!(advice, Some(command_line(["ls", "-ld", &*folder.to_string_lossy()])));
    }
}
