//! `tokcache login`: sign in, and remember the settings.

use std::time::Duration;

use clap::{Args, ValueEnum};
use pollster::FutureExt as _;
use tokcache_core::acquire::{AcquireError, PublicClient, SignInRequest, SignedIn};
use tokcache_core::oauth::{Authority, ErrorCode};
use tokcache_core::time::Clock;
use tokcache_core::types::ScopeSet;
use tokcache_file::LocalStore as _;

use super::args::{Settings, bound};
use super::context::Context;
use super::passphrase::PromptPolicy;
use super::profiles::{self, EndpointNames, Learned, Profile};
use super::registration::{can_be_asked_together, is_same_authority};
use super::remember::remember;
use super::scopes::{OfflineAccess, Scopes};
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

    #[command(flatten)]
    offline_access: OfflineAccess,

    /// How to sign in
    #[arg(long, value_enum, default_value_t)]
    flow: Flow,

    /// Replace the scopes of the profile instead of adding to them, and let another account take the profile over
    #[arg(long)]
    pub(super) replace: bool,

    /// Show the address as a QR code too
    #[arg(long)]
    qr: bool,

    /// Time limit for the whole sign-in [default: until the code expires]
    #[arg(long, value_name = "DURATION", value_parser = bound)]
    sign_in_timeout: Option<Duration>,

    /// A claims challenge, in JSON
    #[arg(long, value_name = "JSON", value_parser = claims)]
    claims: Option<String>,

    /// The device authorization endpoint, if the provider's metadata do not name it
    #[arg(long, value_name = "URL")]
    device_authorization_endpoint: Option<String>,

    /// The token endpoint, if the provider's metadata do not name it
    #[arg(long, value_name = "URL")]
    token_endpoint: Option<String>,

    /// The revocation endpoint, if the provider's metadata do not name it
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
    let settings = &settings.bounded_by(input.sign_in_timeout);
    let mut context = Context::of_new_profile(settings, PromptPolicy::allowed())?;
    context.observer.qr = input.qr;
    context.observer.give_up_after(input.sign_in_timeout);
    let profile = input.profile(settings, &context, context.profile.clone())?;
    let registration = context.registration_of(&profile)?;
    if profile.store.as_deref() == Some("memory:") {
        let message = "memory: lasts only until this command ends";
        return Err(Failure::new(Exit::Usage, message).try_shell("tokcache token --login --store memory: --help"));
    }
    profiles::ensure_writable(&context.profile_name)?;
    context.warn_of_mistyped(&input.scopes.set(profile.place())?);
    let siblings = context.siblings(&profile)?;
    let client = context.client(registration);
    let own = input.asked(&profile)?;
    let needed_too = context.needed_too(&siblings, &own, settings.account.as_deref(), true);
    let request = SignInRequest {
        scopes: own,
        claims: input.claims.clone(),
        account: settings.account.clone(),
        unnamed_as: context.unnamed_as(),
        without_offline_access: profile.offline_access == Some(false),
        lifetime: context.lifetime(&input.scopes)?,
        parameters: profile.parameters.clone().into_iter().collect(),
    };
    let signed_in = sign_in(&context, &client, &request, &needed_too)?;
    remember(&context, &input, &siblings, &needed_too, &signed_in)?;
    let asked = signed_in.asked.of_resources();
    if !asked.is_empty() && asked == signed_in.not_granted {
        let failure = AcquireError::ScopeNotGranted { scopes: asked };
        return Err(context.failure(failure, &request.scopes).without_advice());
    }
    Ok(())
}

/// Signs in and says who did. What is `needed_too` is asked for besides, unless the server refuses that.
pub(super) fn sign_in(
    context: &Context,
    client: &PublicClient<'_>,
    request: &SignInRequest,
    needed_too: &ScopeSet,
) -> Result<SignedIn, Failure> {
    let all = SignInRequest { scopes: request.scopes.union(needed_too), ..request.clone() };
    let mut result = client.sign_in_by_device_code(&all).block_on();
    if !needed_too.is_empty() && result.as_ref().is_err_and(is_of_scope) {
        tell(plain(&format!("The server refuses these scopes; asking for {} alone.", request.scopes)));
        result = client.sign_in_by_device_code(request).block_on();
    }
    context.observer.end_countdown();
    let signed_in = result.map_err(|error| context.failure(error, &request.scopes))?;
    let account = &signed_in.token.account;
    let name = match (&signed_in.name, account.username.as_str()) {
        (Some(name), username) if !username.is_empty() && name != username => format!("{name}, {username}"),
        (_, "") => account.home_account_id.to_string(),
        (_, username) => username.to_owned(),
    };
    let left = signed_in.token.expires_on.seconds_since(context.clock.now());
    let until = if signed_in.token.is_lifetime_unknown {
        "the server gave no lifetime: the access token is served until it is revoked".to_owned()
    } else {
        format!("the access token is valid for {}", about(left))
    };
    tell(format_args!("Signed in as {}; {until}.", plain(&name)));
    if !signed_in.not_granted.is_empty() {
        let granted = plain(&signed_in.token.scopes.to_string());
        tell(format_args!("granted: {granted}; not in this token: {}", plain(&signed_in.not_granted.to_string())));
    }
    if !signed_in.can_refresh && !signed_in.token.is_lifetime_unknown {
        tell("warning: the server gave no refresh token: when this token expires, you have to sign in again");
    }
    Ok(signed_in)
}

/// Whether the server refuses what was asked for, of a device code or of the approval.
fn is_of_scope(error: &AcquireError) -> bool {
    match error {
        AcquireError::Denied(response) | AcquireError::SignInRefused { response, .. } => {
            response.error == ErrorCode::InvalidScope
        }
        _ => false,
    }
}

/// As a profile has it: `30d`, or in seconds.
pub(super) fn days_or_seconds(lifetime: Duration) -> String {
    match lifetime.as_secs() {
        seconds if seconds % 86_400 == 0 => format!("{}d", seconds / 86_400),
        seconds => format!("{seconds}s"),
    }
}

impl Input {
    /// Whether the command line says that the profile may become somebody else's.
    pub(super) fn takes_over(&self, context: &Context) -> bool {
        let settings = &context.settings;
        self.replace || settings.account.is_some() && !settings.variables.contains(&"TOKCACHE_ACCOUNT")
    }

    /// The scopes to ask for: those of the profile, unless what was typed cannot be asked for together with them.
    fn asked(&self, profile: &Profile) -> Result<ScopeSet, Failure> {
        let typed = self.scopes.set(profile.place())?;
        let remembered = profile.scopes.iter().map(String::as_str).collect::<ScopeSet>();
        Ok(if typed.iter().all(|scope| remembered.contains(scope)) { remembered } else { typed })
    }

    /// Whether the profile keeps its scopes, as no request can ask for what was typed and for them.
    pub(super) fn is_apart(&self, profile: &Profile) -> bool {
        self.asked(profile).is_ok_and(|asked| !asked.iter().all(|scope| profile.scopes.iter().any(|own| own == scope)))
    }

    /// The profile as it will be saved: what was typed, else what it is. Scopes are added to those of the same
    /// authority. Endpoints named for another authority go.
    pub(super) fn profile(
        &self,
        settings: &Settings,
        context: &Context,
        old: Option<Profile>,
    ) -> Result<Profile, Failure> {
        let mut profile = old.unwrap_or_default();
        let mut is_for_another = false;
        if let Some(authority) = settings.authority.clone().or(profile.authority.clone()) {
            if !is_same_authority(profile.authority.as_ref(), Some(&authority)) {
                profile.authority_kind = None;
            }
            profile.authority_kind = settings.authority_kind.or(profile.authority_kind);
            let kind = profile.authority_kind.map(Into::into);
            let authority = Authority::of_kind(&authority, self.tenant.as_deref(), kind)
                .map_err(|error| Failure::from(error).of_variable("TOKCACHE_AUTHORITY", settings))?;
            let authority = authority.url().to_owned();
            if !is_same_authority(profile.authority.as_ref(), Some(&authority)) {
                profile.endpoints = EndpointNames::default();
                is_for_another = true;
            }
            profile.authority = Some(authority);
        }
        profile.client_id = settings.client_id.clone().or(profile.client_id);
        let scopes = self.scopes.set(profile.place())?;
        if !scopes.is_empty() {
            if self.replace || is_for_another {
                profile.scopes.clear();
            }
            let remembered: ScopeSet = profile.scopes.iter().map(String::as_str).collect();
            if profile.scopes.is_empty() || can_be_asked_together(&remembered.union(&scopes), profile.place()) {
                let missing = scopes.iter().filter(|scope| !remembered.contains(scope));
                profile.scopes.extend(missing.map(str::to_owned));
            }
        }
        if is_for_another {
            profile.parameters.clear();
            profile.lifetime = None;
            profile.offline_access = None;
        }
        profile.parameters = self.scopes.parameters(profile.place(), &profile.parameters);
        if let Some(lifetime) = self.scopes.lifetime {
            profile.lifetime = Some(days_or_seconds(lifetime));
        }
        profile.offline_access = self.offline_access.or(profile.offline_access);
        profile.store = settings.store.as_ref().map(|_| context.store.describe().url).or(profile.store);
        profile.encrypt = keys::remembered(settings, profile.encrypt)?;
        profile.key_cache = settings.key_cache.or(profile.key_cache);
        profile.ca_file = match &settings.ca_file {
            Some(path) => Some(profiles::remembered_path(path, "--ca-file")?),
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

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::args::{Arguments, Command};

    #[test]
    fn the_scopes_of_the_profile_are_asked_for_unless_what_was_typed_stands_alone() {
        let profile = Profile {
            authority: Some("https://login.microsoftonline.com/t".to_owned()),
            scopes: vec!["https://a/.default".to_owned()],
            ..Profile::default()
        };
        for (line, expected, is_apart) in [
            ("login", "https://a/.default", false),
            ("login --resource https://a", "https://a/.default", false),
            ("login --resource https://b/", "https://b//.default", true),
        ] {
            let parsed = Arguments::try_parse_from(["tokcache"].into_iter().chain(line.split(' ')));
            let Ok(Arguments { command: Command::Login(input), .. }) = parsed else { panic!("{line}") };
            assert_eq!(input.asked(&profile).unwrap().to_string(), expected, "{line}");
            assert_eq!(input.is_apart(&profile), is_apart, "{line}");
        }
    }
}
