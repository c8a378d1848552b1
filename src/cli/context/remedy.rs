//! Suggests the command that helps after the server has refused a request.

use tokcache_core::oauth::{ErrorCode, Remedy, TokenErrorResponse};

use crate::cli::Failure;

impl Failure {
    /// Adds the command that helps after the server has refused a sign-in.
    pub(super) fn try_after_sign_in(self, response: Box<TokenErrorResponse>, login: Vec<String>) -> Self {
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
        let login = with_claims(login, &response);
        let failure = self.with_response(response);
        match remedy {
            Some(remedy) => failure.try_remedy(remedy, login),
            None => failure,
        }
    }

    /// Adds the command that helps after the server has refused a refresh.
    pub(super) fn try_after_refresh(self, response: Box<TokenErrorResponse>, login: Vec<String>) -> Self {
        let remedy = response.entra_error().map_or(Remedy::SignIn, |error| error.remedy);
        let login = with_claims(login, &response);
        self.with_response(response).try_remedy(remedy, login)
    }

    /// Adds the command that helps an application after the server has refused a token. A sign-in cannot help.
    pub(super) fn try_for_application(self, response: Box<TokenErrorResponse>) -> Self {
        let remedy = response.entra_error().map(|error| error.for_application).or(match response.error {
            ErrorCode::InvalidClient => Some(Remedy::Secret),
            ErrorCode::InvalidScope | ErrorCode::InvalidTarget => Some(Remedy::Scope),
            _ => None,
        });
        let failure = self.with_response(response);
        match remedy {
            None | Some(Remedy::AnotherFlow | Remedy::SignIn) => failure.without_advice(),
            Some(remedy) => failure.try_remedy(remedy, Vec::new()),
        }
    }

    /// Adds the command for a remedy, if there is one. `login` is the command that signs in.
    fn try_remedy(self, remedy: Remedy, login: Vec<String>) -> Self {
        match remedy {
            Remedy::SignIn => self.try_tokcache(login),
            Remedy::AnotherFlow => {
                let is_login = login.first().is_some_and(|command| command == "login");
                let browser: &[_] = if is_login { &["--browser"] } else { &["--flow", "browser"] };
                self.try_tokcache(login.into_iter().chain(browser.iter().map(|word| (*word).to_owned())))
            }
            Remedy::Certificate => self.try_with("--client-certificate", "PATH"),
            Remedy::Client => self.try_with("--client-id", "ID"),
            Remedy::Scope => self.try_with("--scope", "SCOPE"),
            Remedy::Secret => self.try_with("--client-secret-file", "PATH"),
            Remedy::Tenant => self.try_with("--tenant", "TENANT"),
            Remedy::Later => self.try_again(),
            Remedy::Administrator | Remedy::Registration | Remedy::Request => self.without_advice(),
        }
    }
}

/// Adds the claims that the server wants to the command that signs in.
fn with_claims(login: Vec<String>, response: &TokenErrorResponse) -> Vec<String> {
    let claims = response.claims.iter().flat_map(|claims| ["--claims".to_owned(), claims.clone()]);
    login.into_iter().chain(claims).collect()
}

#[cfg(test)]
mod tests {
    use tokcache_core::acquire::{AcquireError, InteractionRequired, SignInGrant};

    use super::*;
    use crate::cli::Exit;
    use crate::cli::settings::Settings;

    /// Returns the suggested command after `tokcache token --offline --scope a`.
    fn advice(failure: &Failure) -> Option<String> {
        failure.command(&["tokcache", "token", "--offline", "--scope", "a"].map(str::to_owned), &Settings::default())
    }

    /// Returns the exit code, whether a retry may help, and the suggested command.
    fn reported(error: AcquireError) -> (Exit, bool, Option<String>) {
        let failure = Failure::from_acquire(error, vec!["login".to_owned()]);
        (failure.exit(), failure.view(None).retryable, advice(&failure))
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
            ("invalid_grant", "AADSTS65001: x", Exit::Denied, "the client has no consent", LOGIN),
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
    fn an_application_is_advised_about_its_credential_and_a_person_about_the_sign_in() {
        for (error, description, for_application, for_person) in [
            ("invalid_client", "AADSTS7000215: x", "--client-secret-file PATH", "--client-secret-file PATH"),
            ("invalid_client", "AADSTS7000218: x", "--client-secret-file PATH", "--client-id ID"),
            ("invalid_client", "AADSTS700027: x", "--client-certificate PATH", "--client-certificate PATH"),
            ("invalid_client", "AADSTS700213: x", "", ""),
            ("invalid_client", "no", "--client-secret-file PATH", "tokcache login"),
            ("unauthorized_client", "AADSTS700016: x", "--client-id ID", "--client-id ID"),
            ("invalid_request", "AADSTS90002: x", "--tenant TENANT", "--tenant TENANT"),
            ("invalid_resource", "AADSTS500011: x", "--scope SCOPE", "--scope SCOPE"),
            ("invalid_grant", "AADSTS53003: x", "", "tokcache login --browser"),
            ("invalid_grant", "AADSTS65001: x", "", "tokcache login"),
            ("invalid_request", "AADSTS90014: x", "", ""),
            ("invalid_scope", "no", "--scope SCOPE", "tokcache login"),
        ] {
            let response = || refusal(error, description);
            let denied = Failure::new(Exit::Denied, "no").try_tokcache(["login"]);
            let application = advice(&denied.try_for_application(response())).unwrap_or_default();
            let person = reported(AcquireError::Denied(response())).2.unwrap_or_default();
            for (command, expected) in [(application, for_application), (person, for_person)] {
                assert!(
                    command.ends_with(expected) && command.is_empty() == expected.is_empty(),
                    "{description}: {command}"
                );
            }
        }
    }

    #[test]
    fn a_refusal_for_a_moment_is_worth_a_retry() {
        let busy = reported(AcquireError::Denied(refusal("invalid_request", "AADSTS90033: x")));
        assert_eq!(busy, (Exit::Unavailable, true, Some("tokcache token --offline --scope a".to_owned())));
    }
}
