//! `tokcache login --for`: finds out how to sign in for a resource, and signs in.

mod client;
mod secret_file;

use pollster::FutureExt as _;
use tokcache_core::acquire::find_resource;
use tokcache_core::oauth::{ResourceDiscovery, ResourceMetadata, ResourceUrl};
use tokcache_core::types::ScopeSet;

use super::args::Input;
use super::browser::BrowserSignIn;
use crate::cli::context::Context;
use crate::cli::resource::{ResourceSettings, ensure_for};
use crate::cli::secrets::passphrase::PromptPolicy;
use crate::cli::settings::Settings;
use crate::cli::settings::profile_format::{Flow, Profile};
use crate::cli::settings::values::is_same_authority;
use crate::cli::{Exit, Failure, login, profiles};
use crate::output::{plain, tell};
use client::{ClientChoice, ResourceClient, auth_method_of};

/// Signs in for the resource, and saves the settings as its profile.
pub(in crate::cli) fn login(settings: &Settings, url: &ResourceUrl, input: &Input) -> Result<(), Failure> {
    let context = Context::of_new_profile(settings, PromptPolicy::allowed())?;
    let old = context.profile.as_ref();
    if let Some(old) = old {
        ensure_for(url, &context.profile_name, old)?;
    }
    profiles::ensure_writable(&context.profile_name)?;
    let found = find(&context, url, input)?;
    let authority = found.server.authority.url().to_owned();
    let old = old.filter(|old| is_same_authority(old.authority.as_ref(), Some(&authority)));
    ensure_useful(&context, url, input, old)?;
    let sign_in = SignIn { context: &context, url, input, found: &found, old };
    let client = sign_in.client(input.replace)?;
    match sign_in.run(&client) {
        Err(failure) if client.is_remembered && failure.is_of_client() => {
            tell(plain(&format!("{authority} does not know the client any more.")));
            sign_in.run(&sign_in.client(true)?)
        }
        outcome => outcome,
    }
}

fn find(context: &Context, url: &ResourceUrl, input: &Input) -> Result<ResourceMetadata, Failure> {
    let issuer = context.settings.authority.as_deref();
    let search = ResourceDiscovery { url, challenge: input.challenge.as_ref(), issuer };
    let found = find_resource(context.network(), &search).block_on();
    found.map_err(|error| context.failure(error, &ScopeSet::default()))
}

/// Refuses a sign-in that would change nothing: the resource wants scopes that the sign-in has already got. This ends the
/// loop of a caller that signs in whenever it is asked for more.
fn ensure_useful(context: &Context, url: &ResourceUrl, input: &Input, old: Option<&Profile>) -> Result<(), Failure> {
    let (Some(challenge), Some(old)) = (input.challenge.as_ref().filter(|it| it.wants_more_scopes()), old) else {
        return Ok(());
    };
    let is_old = challenge.scopes.iter().all(|scope| old.scopes.iter().any(|own| own == scope));
    let account = old.account().map(|account| account.wanted().to_owned());
    let is_signed_in = || matches!(context.explained(old, account.as_deref()), Some(Ok(it)) if it.account.is_some());
    if input.replace || !is_old || !is_signed_in() {
        return Ok(());
    }
    let scopes = match challenge.scopes.to_string() {
        scopes if scopes.is_empty() => "names none".to_owned(),
        scopes => format!("those that it names were granted already: {scopes}"),
    };
    let message = format!("{url} wants a token with more scopes, but {scopes}; another sign-in would not help");
    Err(Failure::new(Exit::Denied, message).with_code("scope_not_granted").try_tokcache(["explain"]))
}

/// A sign-in whose authorization server is known.
struct SignIn<'a> {
    context: &'a Context,
    url: &'a ResourceUrl,
    input: &'a Input,
    found: &'a ResourceMetadata,
    /// The profile, if it has the same authorization server.
    old: Option<&'a Profile>,
}

impl SignIn<'_> {
    /// Returns the flow: as typed or saved, else through the browser. Without a browser, a code is used if the server has
    /// them.
    fn flow(&self) -> Flow {
        let typed = self.input.flow.typed(self.context.settings.flow);
        let saved = self.old.and_then(|old| old.flow);
        typed.or(saved).unwrap_or_else(|| match self.has_device_flow() && !has_browser() {
            true => Flow::Device,
            false => Flow::Browser,
        })
    }

    fn has_device_flow(&self) -> bool {
        self.found.server.endpoints.device_authorization.is_some()
    }

    /// Returns the scopes to request: the typed ones, else those of the resource, unless the profile has some and the
    /// resource has not just asked for others.
    fn scopes(&self) -> ScopeSet {
        let typed: ScopeSet = self.input.scopes.scopes.iter().flat_map(|scopes| scopes.split_whitespace()).collect();
        let is_kept = self.input.challenge.is_none() && self.old.is_some_and(|old| !old.scopes.is_empty());
        if !typed.is_empty() || is_kept { typed } else { self.found.scopes.clone() }
    }

    fn client(&self, anew: bool) -> Result<ResourceClient, Failure> {
        let saved = self.old.iter().flat_map(|old| &old.scopes).map(String::as_str).collect::<ScopeSet>();
        let choice = ClientChoice {
            context: self.context,
            server: &self.found.server,
            old: self.old,
            flow: self.flow(),
            client_id_url: self.input.client_id_url.as_deref(),
            redirect_uri: self.input.flow.redirect_uri(),
            scopes: &saved.union(&self.scopes()),
        };
        choice.choose(anew)
    }

    /// Signs in with the client.
    fn run(&self, client: &ResourceClient) -> Result<(), Failure> {
        let (server, flow) = (&self.found.server, self.flow());
        if flow == Flow::Browser && !server.supports_s256 {
            let message = format!(
                "{} does not announce PKCE with S256, without which codes can be stolen",
                server.authority.url()
            );
            return Err(Failure::new(Exit::Config, message).try_with("--authority", "URL"));
        }
        let scopes = self.scopes();
        let asked = if scopes.is_empty() { String::new() } else { format!(", and asks for {scopes}") };
        tell(plain(&format!("{} trusts {}{asked}.", self.url, server.authority.url())));
        let mut settings = self.context.settings.clone();
        settings.authority = Some(server.authority.url().to_owned());
        settings.client_id = Some(client.client_id.clone());
        settings.flow = Some(flow);
        if let Some(file) = &client.secret_file {
            settings.credential.client_secret_file = Some(file.clone());
        }
        let method = client.auth_method.or_else(|| auth_method_of(server).filter(|_| client.dynamic.is_none()));
        settings.credential.client_auth_method = settings.credential.client_auth_method.or(method);
        let mut input = self.input.clone();
        input.scopes.scopes = scopes.iter().map(str::to_owned).collect();
        let resource = self.found.resource.clone().unwrap_or_default();
        input.scopes.parameters.push(("resource".to_owned(), resource));
        if let Some(uri) = &client.redirect_uri {
            input.flow.set_redirect_uri(uri);
        }
        if flow == Flow::Browser && !has_browser() && !self.has_device_flow() {
            input.flow.print_address();
        }
        input.resource = Some(Box::new(ResourceSettings {
            url: self.url.clone(),
            authority: server.authority.url().to_owned(),
            endpoints: server.endpoints.clone(),
            dynamic_client: client.dynamic.clone(),
            is_client_remembered: client.is_remembered,
        }));
        login::sign_in_and_remember(&settings, input)
    }
}

fn has_browser() -> bool {
    BrowserSignIn::default().ensure_browser().is_ok()
}
