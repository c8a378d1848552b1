//! The tokens of an application, which needs no person: by its own credential (RFC 6749 §4.4), or as a managed identity
//! of Azure.

use std::time::Duration;

use pollster::FutureExt as _;
use tokcache_core::acquire::{AuthenticationResult, ClientApplication, Registration, SilentRequest};
use tokcache_core::store::Partition;

use super::Acquired;
use crate::cli::context::Context;
use crate::cli::profiles::Profile;
use crate::cli::settings::profile_format::Flow;
use crate::cli::{Exit, Failure, environment};
use crate::output::{plain, tell};

/// The time for which IMDS may be unavailable during an update.
const UPDATE_OF_IMDS: Duration = Duration::from_secs(70);

impl Context {
    /// Whether the client is an application: it gets tokens without a person. A managed identity is one.
    pub(in crate::cli) fn is_application(&self) -> bool {
        match self.flow {
            Some(Flow::ManagedIdentity) => true,
            Some(flow) if !flow.needs_person() => self.settings.flow.is_some() || self.is_authority_of_profile(),
            _ => false,
        }
    }

    pub(in crate::cli) fn is_managed_identity(&self) -> bool {
        self.flow == Some(Flow::ManagedIdentity)
    }

    /// Returns the library's client for the tokens of an application.
    pub(in crate::cli) fn application(&self, registration: Registration) -> ClientApplication<'_> {
        let mut application = self.client_in(registration, |Registration { client_id, authority, .. }| {
            Partition::application(client_id, &authority.realm())
        });
        if self.is_managed_identity() {
            application.retry_within = application.retry_within.max(UPDATE_OF_IMDS);
        } else if self.flow == Some(Flow::ClientCredentials) {
            self.credential.require();
        }
        application
    }

    /// Refuses the flow `auto` for a command that acts on one sign-in.
    pub(in crate::cli) fn ensure_one_flow(&self, command: &str) -> Result<(), Failure> {
        if self.flow_reason.is_none() {
            return Ok(());
        }
        let message = format!("{command} needs one flow, and auto stands for several");
        Err(Failure::new(Exit::Usage, message).try_with("--flow", "device"))
    }

    /// Returns a token of the application.
    pub(in crate::cli) fn application_token(&self, request: SilentRequest) -> Result<Acquired, Failure> {
        if self.settings.account.is_some() && !self.settings.variables.contains(&"TOKCACHE_ACCOUNT") {
            return Err(Failure::new(Exit::Usage, "an application has no account").try_without_value("--account"));
        }
        let client = self.application(self.registration()?);
        let outcome = self.acquire(&client, self.profile.as_ref(), &request);
        self.remember_moved();
        let client_id = client.registration.client_id.to_string();
        Ok(Acquired { outcome: outcome?, client_id, requested: request.scopes })
    }

    /// Returns a token by the flow of the application. `profile` has its identity provider, if it needs one.
    pub(in crate::cli) fn acquire(
        &self,
        client: &ClientApplication<'_>,
        profile: Option<&Profile>,
        request: &SilentRequest,
    ) -> Result<AuthenticationResult, Failure> {
        if self.flow == Some(Flow::IdentityAssertion) {
            return self.token_by_assertion(profile.unwrap_or(&Profile::default()), client, request);
        }
        let outcome = if self.is_managed_identity() {
            let service = environment::managed_identity()?;
            client.acquire_token_for_managed_identity(&service, request).block_on()
        } else {
            client.acquire_token_for_client(request).block_on()
        };
        outcome.map_err(|error| self.failure(error, &request.scopes))
    }
}

/// Deletes the application's own tokens.
pub(in crate::cli) fn forget(context: &Context) -> Result<(), Failure> {
    let client = context.application(context.registration()?);
    let had_any = client.forget_client_tokens().block_on()?;
    let client_id = plain(client.registration.client_id.as_str());
    if had_any {
        tell(format_args!("Deleted the tokens of the application {client_id}."));
    } else {
        tell(format_args!("the application {client_id} had no tokens"));
    }
    Ok(())
}
