//! `tokcache login`: signs in and saves the settings as a profile.

mod application;
pub(super) mod args;
mod browser;
pub(super) mod flow;
pub(super) mod offline_access;
pub(super) mod presets;
mod provider;
mod remember;
pub(super) mod resource;

use pollster::FutureExt as _;
use tokcache_core::acquire::{AcquireError, PublicClient, SignInRequest, SignedIn};
use tokcache_core::oauth::ErrorCode;
use tokcache_core::time::Clock;
use tokcache_core::types::ScopeSet;

use super::context::Context;
use super::observer::CodeHelp;
use super::secrets::passphrase::PromptPolicy;
use super::settings::Settings;
use super::{Exit, Failure, profiles};
use crate::output::{about, plain, tell};
use args::Input;
use flow::ChosenFlow;
use remember::remember;

pub(super) fn run(settings: &Settings, mut input: Input) -> Result<(), Failure> {
    if let Some(url) = &settings.protected_resource {
        return resource::login(settings, url, &input);
    }
    let settings = input.expand_provider(settings)?;
    let provider = input.provider.words();
    sign_in_and_remember(&settings, input).map_err(|failure| failure.with_login_flags(provider))
}

pub(super) fn sign_in_and_remember(settings: &Settings, input: Input) -> Result<(), Failure> {
    let settings = &settings.bounded_by(input.sign_in_timeout);
    let mut context = Context::of_new_profile(settings, PromptPolicy::allowed())?;
    context.observer.give_up_after(input.sign_in_timeout);
    let profile = input.profile(settings, &context, context.profile.clone())?;
    if profile.store.as_deref() == Some("memory:") {
        let message = "memory: lasts only until this command ends";
        return Err(Failure::new(Exit::Usage, message).try_shell("tokcache token --login --store memory: --help"));
    }
    context.observer.code_help = CodeHelp {
        qr: input.qr,
        clipboard: input.clipboard,
        open: input.open,
        secret_variables: profile.secret_variables(),
    };
    context.ensure_one_flow("login")?;
    input.flow.ensure_of_flow(&profile)?;
    profiles::ensure_writable(&context.profile_name)?;
    if profile.flow.is_some_and(|flow| !flow.needs_person()) {
        return application::login(&context, &input, &profile);
    }
    let mut registration = context.registration_of(&profile)?;
    if let Some(resource) = &input.resource {
        registration.endpoints = registration.endpoints.or(resource.endpoints.clone());
    }
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
        resource: profile.bound_resource(),
    };
    let is_client_remembered = input.resource.as_ref().is_some_and(|resource| resource.is_client_remembered);
    let flow = input.flow.chosen(&profile).with_known_client(!is_client_remembered);
    let Some(signed_in) = sign_in(&context, &client, flow, &request, &needed_too)? else {
        tell("Signed in by the other process.");
        return Ok(());
    };
    remember(&context, &input, &siblings, &needed_too, &signed_in)?;
    let asked = signed_in.asked.of_resources();
    if !asked.is_empty() && asked == signed_in.not_granted {
        let failure = AcquireError::ScopeNotGranted { scopes: asked };
        return Err(context.failure(failure, &request.scopes).without_advice());
    }
    Ok(())
}

/// Signs in and reports the account. Also asks for the scopes `needed_too`, unless the server refuses them. `None`:
/// another process has signed in meanwhile.
pub(super) fn sign_in(
    context: &Context,
    client: &PublicClient<'_>,
    flow: ChosenFlow,
    request: &SignInRequest,
    needed_too: &ScopeSet,
) -> Result<Option<SignedIn>, Failure> {
    let signed_in = match flow {
        ChosenFlow::Device => sign_in_by_code(context, client, request, needed_too)?,
        ChosenFlow::Browser(browser) => {
            let (all, smaller) = with_smaller(request, needed_too);
            let Some(signed_in) = browser.sign_in(context, client, all, smaller)? else { return Ok(None) };
            signed_in
        }
    };
    report(context, &signed_in);
    Ok(Some(signed_in))
}

fn sign_in_by_code(
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
    result.map_err(|error| context.failure(error, &request.scopes))
}

/// Returns the request for all scopes, and those to try one after the other if the provider refuses scopes.
fn with_smaller(request: &SignInRequest, needed_too: &ScopeSet) -> (SignInRequest, Vec<SignInRequest>) {
    let all = SignInRequest { scopes: request.scopes.union(needed_too), ..request.clone() };
    let mut smaller = Vec::new();
    if !needed_too.is_empty() {
        smaller.push(request.clone());
    }
    if !request.without_offline_access {
        smaller.push(SignInRequest { without_offline_access: true, ..request.clone() });
    }
    (all, smaller)
}

fn report(context: &Context, signed_in: &SignedIn) {
    let account = &signed_in.account;
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
    match context.settings.protected_resource.as_ref().filter(|_| account.home_account_id.unnamed_at().is_some()) {
        Some(url) => tell(plain(&format!("Signed in for {url}; {until}."))),
        None => tell(format_args!("Signed in as {}; {until}.", plain(&name))),
    }
    if !signed_in.not_granted.is_empty() {
        let granted = plain(&signed_in.token.scopes.to_string());
        tell(format_args!("granted: {granted}; not in this token: {}", plain(&signed_in.not_granted.to_string())));
    }
    if !signed_in.can_refresh && !signed_in.token.is_lifetime_unknown {
        tell("warning: the server gave no refresh token: when this token expires, you have to sign in again");
    }
}

/// Whether the server refuses the scopes, for a device code or at the approval.
fn is_of_scope(error: &AcquireError) -> bool {
    match error {
        AcquireError::Denied(response) | AcquireError::SignInRefused { response, .. } => {
            response.error == ErrorCode::InvalidScope
        }
        _ => false,
    }
}
