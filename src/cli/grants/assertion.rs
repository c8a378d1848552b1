//! `--assertion-file`: tokens on behalf of the user whose token a web API has received.

use std::path::Path;

use pollster::FutureExt as _;
use tokcache_core::acquire::{AcquireError, ClientApplication, ErrorKind, Explanation, Registration, SilentRequest};
use tokcache_core::secret::UserAssertion;
use tokcache_core::store::Partition;

use super::Acquired;
use crate::cli::context::Context;
use crate::cli::settings::values::{LONGEST_TOKEN, read_at_most, token_line};
use crate::cli::{Exit, Failure, secrets};

impl Context {
    /// Returns a token on behalf of the user whose assertion is in the file; `-` is standard input.
    pub(in crate::cli) fn token_on_behalf_of(&self, file: &Path, request: SilentRequest) -> Result<Acquired, Failure> {
        if self.is_managed_identity() {
            let message = "a managed identity cannot act on behalf of a user";
            return Err(Failure::new(Exit::Usage, message).try_with("--flow", "client-credentials"));
        }
        let assertion = read(file)?;
        let client = self.client_on_behalf_of(&assertion, self.registration()?);
        let outcome = client.acquire_token_on_behalf_of(&assertion, &request).block_on();
        self.remember_moved();
        let outcome = outcome.map_err(|error| self.assertion_failure(error, &request))?;
        Ok(Acquired { outcome, client_id: client.registration.client_id.to_string(), requested: request.scopes })
    }

    /// Returns the library's client for the tokens on behalf of one user.
    fn client_on_behalf_of(&self, assertion: &UserAssertion, registration: Registration) -> ClientApplication<'_> {
        self.client_in(registration, |_| Partition::on_behalf_of(assertion.expose()))
    }

    /// Returns the decision about such a token.
    pub(in crate::cli) fn explain_on_behalf_of(
        &self,
        file: &Path,
        request: &SilentRequest,
    ) -> Result<Explanation, Failure> {
        let assertion = read(file)?;
        let client = self.client_on_behalf_of(&assertion, self.registration()?);
        let explanation = client.explain_on_behalf_of(&assertion, request).block_on();
        explanation.map_err(|error| self.failure(error, &request.scopes))
    }

    /// Converts an error. The user has signed in to the caller of the web API, so a sign-in here would not help.
    fn assertion_failure(&self, error: AcquireError, request: &SilentRequest) -> Failure {
        let is_of_user = matches!(error.kind(), ErrorKind::Denied | ErrorKind::InteractionRequired);
        let failure = self.failure(error, &request.scopes);
        if is_of_user { failure.without_advice() } else { failure }
    }
}

/// Reads an assertion. The errors do not repeat it.
fn read(file: &Path) -> Result<UserAssertion, Failure> {
    let bytes = if file == Path::new("-") {
        read_at_most(std::io::stdin(), LONGEST_TOKEN)
    } else {
        secrets::file::read(file, LONGEST_TOKEN)
    };
    let unusable = |why: String| {
        let message = format!("the assertion in {} cannot be used: {why}", file.display());
        Failure::new(Exit::Config, message).try_with("--assertion-file", "PATH")
    };
    let bytes = bytes.map_err(|error| unusable(error.to_string()))?;
    token_line(&bytes).map(UserAssertion::new).map_err(unusable)
}
