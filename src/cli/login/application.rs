//! `tokcache login` of an application, which saves its settings and needs no person.

use tokcache_core::acquire::{AuthenticationResult, ClientApplication, ProviderMetadata, SilentRequest};
use tokcache_core::cache::MinValid;
use tokcache_core::time::Clock as _;

use super::args::Input;
use crate::cli::context::Context;
use crate::cli::context::scopes::identity_parameter;
use crate::cli::profiles::{self, EndpointNames, Learned, Profile};
use crate::cli::settings::credential_flags::CredentialFlags;
use crate::cli::settings::profile_format::Flow;
use crate::cli::{Exit, Failure};
use crate::output::{about, plain, tell};

/// Requests a token, which shows that the settings are right, and saves the settings as the profile.
pub(in crate::cli) fn login(context: &Context, input: &Input, profile: &Profile) -> Result<(), Failure> {
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
            let identity = identity_parameter(profile).filter(|_| profile.flow == Some(Flow::IdentityAssertion));
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
