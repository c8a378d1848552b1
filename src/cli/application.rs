//! The tokens of an application, which has a credential of its own and no person (RFC 6749 §4.4).

use std::time::Duration;

use pollster::FutureExt as _;
use tokcache_core::acquire::{
    AcquireError, AuthenticationResult, ClientApplication, ProviderMetadata, Registration, SilentRequest,
};
use tokcache_core::cache::MinValid;
use tokcache_core::oauth::ErrorCode;
use tokcache_core::store::Partition;
use tokcache_core::time::Clock;
use tokcache_core::types::ScopeSet;

use super::Failure;
use super::context::Context;
use super::credential::CredentialFlags;
use super::login_args::Input;
use super::profile_format::Flow;
use super::profiles::{self, EndpointNames, Learned, Profile};
use crate::output::{about, plain, tell};

impl Context {
    /// Returns the flow that the settings select, or the profile for its own authority.
    pub(super) fn flow(&self) -> Option<Flow> {
        self.settings.flow.or_else(|| self.profile_of_authority()?.flow)
    }

    /// Whether the client is an application, which needs no person.
    pub(super) fn is_application(&self) -> bool {
        self.flow() == Some(Flow::ClientCredentials)
    }

    /// Returns the library's client for the tokens of an application.
    pub(super) fn application(&self, registration: Registration) -> ClientApplication<'_> {
        self.credential.require();
        let application = self.client_application(registration);
        if self.store.shared().is_none() {
            return application;
        }
        let Registration { client_id, authority, .. } = &application.registration;
        ClientApplication {
            partition: Partition::application(client_id, &authority.realm()),
            user_prefix: None,
            // The tokens are of no use once they have expired.
            idle_time: Some(Duration::ZERO),
            ..application
        }
    }

    /// Converts an error about an application's token. Another sign-in would not help an application.
    pub(super) fn application_failure(&self, error: AcquireError, scopes: &ScopeSet) -> Failure {
        let code = match &error {
            AcquireError::Denied(response) => Some(response.error.clone()),
            _ => None,
        };
        let failure = self.failure(error, scopes);
        match code {
            None => failure,
            Some(ErrorCode::InvalidClient | ErrorCode::UnauthorizedClient) => {
                failure.try_with("--client-secret-file", "PATH")
            }
            Some(ErrorCode::InvalidScope | ErrorCode::InvalidTarget) => failure.try_with("--scope", "SCOPE"),
            Some(_) => failure.without_advice(),
        }
    }
}

/// Requests a token, which shows that the settings are right, and saves the settings as the profile.
pub(super) fn login(
    context: &Context,
    input: &Input,
    profile: &Profile,
    registration: Registration,
) -> Result<(), Failure> {
    if !CredentialFlags::of_profile(profile).names_credential() {
        context.credential.warn_of_unsaved();
    }
    let request = SilentRequest {
        scopes: input.asked(profile)?,
        account: None,
        min_valid: MinValid::Default,
        force_refresh: true,
        offline: false,
        claims: input.claims.clone(),
        lifetime: context.lifetime(&input.scopes)?,
        parameters: profile.parameters.clone().into_iter().collect(),
    };
    let metadata = ProviderMetadata::default();
    let client = ClientApplication { metadata: Some(&metadata), ..context.application(registration) };
    let token = client.acquire_token_for_client(&request).block_on();
    let token = token.map_err(|error| context.application_failure(error, &request.scopes))?;
    save(context, input, &metadata)?;
    report(context, client.registration.client_id.as_str(), &token);
    Ok(())
}

fn save(context: &Context, input: &Input, metadata: &ProviderMetadata) -> Result<(), Failure> {
    let endpoints = metadata.discovered().unwrap_or_default();
    profiles::update(&context.profile_name, context.settings.lock_timeout(), |old| {
        let mut profile = input.profile(&context.settings, context, old)?;
        profile.account = None;
        profile.learned = Learned {
            authority: profile.authority.clone(),
            issuer: endpoints.issuer.clone(),
            endpoints: EndpointNames::of(&endpoints),
            ..Learned::default()
        };
        Ok(Some(profile))
    })
}

fn report(context: &Context, client_id: &str, token: &AuthenticationResult) {
    let left = about(token.expires_on.seconds_since(context.clock.now()));
    tell(plain(&format!("The application {client_id} has an access token; it is valid for {left}.")));
    tell(format_args!("The settings are saved as the profile {:?}.", context.profile_name));
}

/// Deletes the application's own tokens.
pub(super) fn forget(context: &Context, registration: Registration) -> Result<(), Failure> {
    let client = context.application(registration);
    let had_any = client.forget_client_tokens().block_on()?;
    let client_id = plain(client.registration.client_id.as_str());
    if had_any {
        tell(format_args!("Deleted the tokens of the application {client_id}."));
    } else {
        tell(format_args!("the application {client_id} had no tokens"));
    }
    Ok(())
}
