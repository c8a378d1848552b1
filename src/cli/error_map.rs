//! Maps the errors of the library to failures: the exit code, and the command that helps.

use std::io;

use tokcache_core::acquire::{AcquireError, ErrorKind, InteractionRequired};
use tokcache_core::oauth::{AuthorityError, ErrorCode, Remedy, TokenErrorResponse};
use tokcache_core::store::StoreError;
use tokcache_file::{EncryptionError, KeyError, KeySource, KeyringFault};

use super::hint::{look_at, set_aside};
use super::shared::{StoreUrl, advised};
use super::{Exit, Failure, environment};
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
            AcquireError::SignInRefused { response, .. } => failure.try_after_sign_in(response, login),
            AcquireError::InteractionRequired(InteractionRequired::Refused(response))
                if response.entra_error().is_some_and(|error| error.remedy == Remedy::Administrator) =>
            {
                failure.with_response(response)
            }
            AcquireError::Denied(response)
            | AcquireError::InteractionRequired(InteractionRequired::Refused(response)) => {
                let claims = response.claims.iter().flat_map(|claims| ["--claims".to_owned(), claims.clone()]);
                let words: Vec<_> = login.into_iter().chain(claims).collect();
                failure.with_response(response).try_tokcache(words)
            }
            AcquireError::InteractionRequired(_) => failure.try_tokcache(login),
            AcquireError::MinValid { lifetime, .. } => failure.try_with("--min-valid", format!("{lifetime}s")),
            AcquireError::NotApproved | AcquireError::SignedInAsAnother { .. } => failure.try_again(),
            AcquireError::Offline => failure.try_without("--offline"),
            AcquireError::Store(error) => Failure::from(error),
            AcquireError::Unsupported { what } => {
                let endpoint = [format!("--{}", what.replace('_', "-")), "URL".to_owned()];
                failure.try_tokcache(login.into_iter().chain(endpoint))
            }
            AcquireError::WrongAuthority { .. } => failure.try_with("--authority", "URL"),
            _ => failure,
        }
    }

    /// Adds the command that helps after the server has refused a sign-in.
    fn try_after_sign_in(self, response: Box<TokenErrorResponse>, login: Vec<String>) -> Self {
        let remedy = response.entra_error().map(|error| error.at_device).or(match response.error {
            _ if response.claims.is_some() => Some(Remedy::SignIn),
            ErrorCode::AccessDenied | ErrorCode::AuthorizationDeclined | ErrorCode::InvalidGrant => {
                Some(Remedy::SignIn)
            }
            ErrorCode::InvalidClient | ErrorCode::UnauthorizedClient | ErrorCode::UnsupportedGrantType => {
                Some(Remedy::Client)
            }
            ErrorCode::InvalidScope | ErrorCode::InvalidTarget => Some(Remedy::Scope),
            _ => None,
        });
        let claims = response.claims.iter().flat_map(|claims| ["--claims".to_owned(), claims.clone()]);
        let words: Vec<_> = login.into_iter().chain(claims).collect();
        let failure = self.with_response(response);
        match remedy {
            Some(Remedy::SignIn) => failure.try_tokcache(words),
            Some(Remedy::AnotherFlow) => failure.try_tokcache(words.into_iter().chain(["--browser".to_owned()])),
            Some(Remedy::Client) => failure.try_with("--client-id", "ID"),
            Some(Remedy::Scope) => failure.try_with("--scope", "SCOPE"),
            Some(Remedy::Tenant) => failure.try_with("--authority", "URL"),
            Some(Remedy::Later) => failure.try_again(),
            Some(Remedy::Administrator) | None => failure,
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

    use tokcache_core::acquire::SignInGrant;
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

    fn refusal(error: &str, description: &str) -> Box<TokenErrorResponse> {
        Box::new(TokenErrorResponse {
            error: ErrorCode::from(error.to_owned()),
            error_description: Some(description.to_owned()),
            error_codes: Vec::new(),
            suberror: None,
            claims: None,
            correlation_id: None,
            status: 400,
        })
    }

    #[test]
    fn a_refused_sign_in_is_told_by_what_was_refused_and_by_what_helps() {
        const LOGIN: &str = "tokcache login";
        const BROWSER: &str = "tokcache login --browser";
        const CLIENT: &str = "tokcache token --offline --scope a --client-id ID";
        for (error, description, exit, words, command) in [
            ("invalid_grant", "no", Exit::Denied, "the device code any more, which has expired or was used", LOGIN),
            ("invalid_grant", "AADSTS53003: x", Exit::Denied, "a Conditional Access policy does not", BROWSER),
            ("invalid_grant", "AADSTS50076: x", Exit::Denied, "multi-factor authentication (AADSTS50076)", BROWSER),
            ("interaction_required", "AADSTS530003: x", Exit::Denied, "the organisation manages", BROWSER),
            ("invalid_grant", "AADSTS50057: x", Exit::Denied, "the account is disabled (AADSTS50057)", ""),
            ("invalid_grant", "AADSTS65001: x", Exit::Denied, "nobody has consented", LOGIN),
            ("invalid_grant", "AADSTS50053: x", Exit::Unavailable, "locked", "tokcache token --offline --scope a"),
            ("invalid_client", "AADSTS7000218: x", Exit::Denied, "not registered as a public client", CLIENT),
            ("access_denied", "no", Exit::Denied, "the sign-in was declined", LOGIN),
            ("unauthorized_client", "no", Exit::Denied, "this client may not sign in by device code", CLIENT),
            ("invalid_client", "no", Exit::Denied, "the server does not accept the client", CLIENT),
            (
                "invalid_scope",
                "no",
                Exit::Denied,
                "the server refused the scopes",
                "tokcache token --offline --scope SCOPE",
            ),
            ("made_up", "no", Exit::Denied, "the server refused the sign-in: made_up: no", ""),
        ] {
            let response = || refusal(error, description);
            let error = || AcquireError::SignInRefused { grant: SignInGrant::DeviceCode, response: response() };
            let said = error().to_string();
            assert!(said.contains(words) && !said.contains("refresh token"), "{said}");
            let command = Some(command.to_owned()).filter(|command| !command.is_empty());
            assert_eq!(reported(error()), (exit, exit == Exit::Unavailable, command), "{said}");
        }
    }

    #[test]
    fn a_refused_refresh_is_told_with_entras_reason_and_without_guesses() {
        for (description, exit, words) in [
            (
                "AADSTS50173: x",
                Exit::InteractionRequired,
                "refresh token: the sign-in was revoked, or the password has",
            ),
            ("AADSTS50057: x", Exit::Denied, "refresh token: the account is disabled (AADSTS50057): invalid_grant"),
        ] {
            let error = || InteractionRequired::Refused(refusal("invalid_grant", description));
            let said = AcquireError::InteractionRequired(error()).to_string();
            assert!(said.contains(words) && !said.contains("died before"), "{said}");
            assert_eq!(reported(AcquireError::InteractionRequired(error())).0, exit, "{said}");
        }
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
        let busy = || StoreError::Busy {
            lock: "lock".into(),
            holder: Holder { pid: None, program: None },
            waited: Duration::ZERO,
        };
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
