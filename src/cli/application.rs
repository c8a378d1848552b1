//! The tokens of an application, which needs no person: by its own credential (RFC 6749 §4.4), or as a managed identity
//! of Azure.

use std::time::Duration;

use pollster::FutureExt as _;
use tokcache_core::acquire::{AuthenticationResult, ClientApplication, ProviderMetadata, Registration, SilentRequest};
use tokcache_core::cache::MinValid;
use tokcache_core::store::Partition;
use tokcache_core::time::Clock;

use super::context::Context;
use super::credential::CredentialFlags;
use super::login_args::Input;
use super::profile_format::Flow;
use super::profiles::{self, EndpointNames, Learned, Profile};
use super::token::Acquired;
use super::{Exit, Failure, environment, identity};
use crate::output::{about, plain, tell};

/// The time for which IMDS may be unavailable during an update.
const UPDATE_OF_IMDS: Duration = Duration::from_secs(70);

impl Context {
    /// Whether the client is an application. A managed identity is one.
    pub(super) fn is_application(&self) -> bool {
        match self.flow {
            Some(Flow::ClientCredentials) => self.settings.flow.is_some() || self.is_authority_of_profile(),
            Some(Flow::IdentityAssertion) => self.settings.flow.is_some() || self.is_authority_of_profile(),
            flow => flow == Some(Flow::ManagedIdentity),
        }
    }

    pub(super) fn is_managed_identity(&self) -> bool {
        self.flow == Some(Flow::ManagedIdentity)
    }

    /// Returns the library's client for the tokens of an application.
    pub(super) fn application(&self, registration: Registration) -> ClientApplication<'_> {
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
    pub(super) fn ensure_one_flow(&self, command: &str) -> Result<(), Failure> {
        if self.flow_reason.is_none() {
            return Ok(());
        }
        let message = format!("{command} needs one flow, and auto stands for several");
        Err(Failure::new(Exit::Usage, message).try_with("--flow", "device"))
    }

    /// Returns a token of the application.
    pub(super) fn application_token(&self, request: SilentRequest) -> Result<Acquired, Failure> {
        if self.settings.account.is_some() && !self.settings.variables.contains(&"TOKCACHE_ACCOUNT") {
            return Err(Failure::new(Exit::Usage, "an application has no account").try_without_value("--account"));
        }
        let client = self.application(self.registration()?);
        let outcome = self.acquire(&client, self.profile.as_ref(), &request);
        self.remember_moved();
        let client_id = client.registration.client_id.to_string();
        Ok(Acquired { outcome: outcome?, client_id, requested: request.scopes })
    }

    fn acquire(
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

/// Requests a token, which shows that the settings are right, and saves the settings as the profile.
pub(super) fn login(context: &Context, input: &Input, profile: &Profile) -> Result<(), Failure> {
    ensure_of_nobody(context, input)?;
    let registration =
        if context.is_managed_identity() { context.registration()? } else { context.registration_of(profile)? };
    if !context.is_managed_identity() {
        context.credential.warn_of_unsaved(&CredentialFlags::of_profile(profile));
    }
    let scopes = if context.is_managed_identity() { context.scopes(&input.scopes)? } else { input.asked(profile)? };
    let request = SilentRequest {
        scopes,
        account: None,
        min_valid: MinValid::Default,
        force_refresh: true,
        offline: false,
        claims: input.claims.clone(),
        lifetime: context.lifetime(&input.scopes)?,
        parameters: if context.is_managed_identity() {
            context.parameters(&input.scopes)
        } else {
            let identity = identity::parameter(profile).filter(|_| profile.flow == Some(Flow::IdentityAssertion));
            profile.parameters.clone().into_iter().chain(identity).collect()
        },
    };
    let metadata = ProviderMetadata::default();
    let client = ClientApplication { metadata: Some(&metadata), ..context.application(registration) };
    let token = context.acquire(&client, Some(profile), &request)?;
    save(context, input, &metadata, client.registration.authority.url())?;
    report(context, client.registration.client_id.as_str(), &token);
    Ok(())
}

/// Refuses to take over the profile of a person: scripts that use it would act as the application.
fn ensure_of_nobody(context: &Context, input: &Input) -> Result<(), Failure> {
    let owner = context.profile.as_ref().and_then(|profile| profile.account.as_ref());
    match owner.filter(|_| !input.replace) {
        Some(owner) => {
            let message = format!("the profile {:?} is {owner}'s", context.profile_name);
            Err(Failure::new(Exit::Usage, message).try_with("--profile", "NAME"))
        }
        None => Ok(()),
    }
}

fn save(context: &Context, input: &Input, metadata: &ProviderMetadata, authority: &str) -> Result<(), Failure> {
    let of_resource = input.resource.as_ref().map(|resource| resource.endpoints.clone());
    let endpoints = of_resource.or(metadata.discovered()).unwrap_or_default();
    profiles::update(&context.profile_name, context.settings.lock_timeout(), |old| {
        let mut profile = input.profile(&context.settings, context, old)?;
        profile.account = None;
        profile.learned = Learned {
            authority: Some(authority.to_owned()),
            issuer: endpoints.issuer.clone(),
            endpoints: EndpointNames::of(&endpoints),
            ..Learned::default()
        };
        if context.is_managed_identity() {
            profile.client_id = context.settings.client_id.clone();
            (profile.authority, profile.learned) = (None, Learned::default());
        }
        Ok(Some(profile))
    })
}

fn report(context: &Context, client_id: &str, token: &AuthenticationResult) {
    let left = about(token.expires_on.seconds_since(context.clock.now()));
    let who = if context.is_managed_identity() { "managed identity" } else { "application" };
    tell(plain(&format!("The {who} {client_id} has an access token; it is valid for {left}.")));
    tell(format_args!("The settings are saved as the profile {:?}.", context.profile_name));
}

/// Deletes the application's own tokens.
pub(super) fn forget(context: &Context) -> Result<(), Failure> {
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
