//! `tokcache login`: sign in, and remember the settings.

use clap::{Args, ValueEnum};
use tokcache::acquire::{PublicClient, SignInRequest, SignedIn};
use tokcache::oauth::Authority;
use tokcache::store::CacheStore as _;
use tokcache::terms::{RESERVED_SCOPES, ScopeSet};
use tokcache::time::Clock;

use super::args::Settings;
use super::context::Context;
use super::passphrase::Asking;
use super::profiles::{self, EndpointNames, Learned, Profile};
use super::scopes::Scopes;
use super::token::claims;
use super::{Exit, Failure, keys};
use crate::output::{about, plain, tell};

#[derive(Args, Debug)]
pub(super) struct Input {
    #[command(flatten)]
    scopes: Scopes,

    /// The tenant of an Entra authority: a GUID, a domain, organizations, common or consumers
    #[arg(long, value_name = "TENANT")]
    tenant: Option<String>,

    /// How to sign in
    #[arg(long, value_enum, default_value_t)]
    flow: Flow,

    /// Show the address as a QR code too
    #[arg(long)]
    qr: bool,

    /// A claims challenge, as JSON
    #[arg(long, value_name = "JSON", value_parser = claims)]
    claims: Option<String>,

    /// Where the provider's discovery does not name it
    #[arg(long, value_name = "URL")]
    device_authorization_endpoint: Option<String>,

    /// Where the provider's discovery does not name it
    #[arg(long, value_name = "URL")]
    token_endpoint: Option<String>,

    /// Where the provider's discovery does not name it
    #[arg(long, value_name = "URL")]
    revocation_endpoint: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Flow {
    /// Type a code in a browser on any device (RFC 8628)
    #[default]
    Device,
}

pub(super) fn run(settings: &Settings, input: Input) -> Result<(), Failure> {
    let Flow::Device = input.flow;
    let mut context = Context::of_new_profile(settings, Asking::allowed())?;
    context.narrator.qr = input.qr;
    let profile = input.profile(settings, &context, context.profile.clone())?;
    let registration = context.registration_of(&profile)?;
    if profile.store.as_deref() == Some("memory:") {
        let message = "what memory: keeps is gone when this command ends";
        return Err(Failure::new(Exit::Usage, message).try_shell("tokcache token --login --store memory: --help"));
    }
    profiles::ensure_writable(&context.profile_name)?;
    let scopes = profile.scopes.iter().map(String::as_str).collect();
    let client = context.client(registration);
    let signed_in = sign_in(&context, &client, &SignInRequest { scopes, claims: input.claims.clone() })?;

    // Another process may have changed the profile while the person signed in.
    let mut earlier = None;
    profiles::update(&context.profile_name, settings.lock_timeout(), |old| {
        earlier = old.as_ref().and_then(|old| old.authority.clone());
        let mut profile = input.profile(settings, &context, old)?;
        if profile.scopes.is_empty() {
            profile.scopes = resource_scopes(&signed_in.token.scopes);
        }
        profile.learned = Learned {
            authority: profile.authority.clone(),
            issuer: signed_in.endpoints.issuer.clone(),
            tenant: signed_in.tenant.as_ref().map(ToString::to_string),
            endpoints: EndpointNames::of(&signed_in.endpoints),
        };
        Ok(Some(profile))
    })?;
    let is_other = |old: &String| profile.authority.as_ref() != Some(old);
    let replaced =
        earlier.filter(is_other).map(|old| format!(", which was for {} before", plain(&old))).unwrap_or_default();
    tell(format_args!("The settings are saved as the profile {:?}{replaced}.", context.profile_name));
    Ok(())
}

/// What to ask for later, where nothing was asked for now: all that was granted, or at least who somebody is.
fn resource_scopes(granted: &ScopeSet) -> Vec<String> {
    let scopes: Vec<_> = granted.iter().filter(|scope| !RESERVED_SCOPES.contains(scope)).map(str::to_owned).collect();
    if scopes.is_empty() { vec!["openid".to_owned()] } else { scopes }
}

/// Signs in and says who did.
pub(super) fn sign_in(
    context: &Context,
    client: &PublicClient<'_>,
    request: &SignInRequest,
) -> Result<SignedIn, Failure> {
    let result = client.sign_in_by_device_code(request);
    context.narrator.end_countdown();
    let signed_in = result.map_err(|error| context.failure(error, &request.scopes))?;
    let account = &signed_in.token.account;
    let name = match (&signed_in.name, account.username.as_str()) {
        (Some(name), username) if !username.is_empty() && name != username => format!("{name}, {username}"),
        (_, "") => account.home_account_id.to_string(),
        (_, username) => username.to_owned(),
    };
    let left = signed_in.token.expires_on.seconds_since(context.clock.now());
    tell(format_args!("Signed in as {}; the access token is valid for {}.", plain(&name), about(left)));
    if !signed_in.can_refresh {
        tell("warning: the server gave no refresh token: when this token ends, you will have to sign in again");
    }
    Ok(signed_in)
}

impl Input {
    /// The profile as it will be saved: what was typed, else what it is. Endpoints named for another authority go.
    fn profile(&self, settings: &Settings, context: &Context, old: Option<Profile>) -> Result<Profile, Failure> {
        let mut profile = old.unwrap_or_default();
        if let Some(authority) = settings.authority.clone().or(profile.authority.clone()) {
            let authority = Authority::parse(&authority, self.tenant.as_deref())
                .map_err(|error| Failure::from(error).of_variable("TOKCACHE_AUTHORITY", settings))?;
            let authority = authority.url().to_owned();
            if profile.authority.as_ref() != Some(&authority) {
                profile.endpoints = EndpointNames::default();
            }
            profile.authority = Some(authority);
        }
        profile.client_id = settings.client_id.clone().or(profile.client_id);
        let scopes = self.scopes.set()?;
        if !scopes.is_empty() {
            profile.scopes = scopes.iter().map(str::to_owned).collect();
        }
        profile.store = settings.store.as_ref().map(|_| context.store.describe().url).or(profile.store);
        profile.encrypt = keys::remembered(settings, profile.encrypt)?;
        profile.key_cache = settings.key_cache.or(profile.key_cache);
        profile.ca_file = match &settings.ca_file {
            Some(path) => Some(profiles::absolute(path)),
            None => profile.ca_file,
        };
        let EndpointNames { token_endpoint, device_authorization_endpoint, revocation_endpoint } = profile.endpoints;
        profile.endpoints = EndpointNames {
            token_endpoint: self.token_endpoint.clone().or(token_endpoint),
            device_authorization_endpoint: self.device_authorization_endpoint.clone().or(device_authorization_endpoint),
            revocation_endpoint: self.revocation_endpoint.clone().or(revocation_endpoint),
        };
        profile.learned = Learned::default();
        Ok(profile)
    }
}
