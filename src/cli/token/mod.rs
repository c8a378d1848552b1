//! `tokcache token`: prints a valid access token.

mod consumer;

use std::borrow::Cow;
use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use clap::builder::{OsStringValueParser, TypedValueParser as _};
use pollster::FutureExt as _;
use tokcache_core::acquire::{AcquireError, AuthenticationResult, PublicClient, SignInRequest, SilentRequest, Source};
use tokcache_core::cache::MinValid;
use tokcache_core::oauth::Challenge;
use tokcache_core::time::Clock;

use super::context::Context;
use super::context::scopes::Scopes;
use super::grants::Acquired;
use super::login::flow::ChosenFlow;
use super::profiles::Profile;
use super::secrets::passphrase::PromptPolicy;
use super::settings::Settings;
use super::settings::values::{bound, challenge, claims, duration, path};
use super::{Exit, Failure, login};
use crate::output::{self, TokenFormat, TokenView};

#[derive(Args, Debug, Default)]
pub(super) struct Input {
    #[command(flatten)]
    pub(super) selection: Selection,

    /// The output format
    #[arg(short, long, value_enum, default_value_t)]
    pub(super) output: TokenFormat,

    /// Ask a person to sign in if there is no other way to get a token
    #[arg(long, conflicts_with = "offline")]
    login: bool,

    /// Time limit for the whole sign-in [default: until the code expires]
    #[arg(long, value_name = "DURATION", value_parser = bound, requires = "login")]
    sign_in_timeout: Option<Duration>,
}

/// The flags that select a token.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct Selection {
    #[command(flatten)]
    pub(super) scopes: Scopes,

    /// How long the token must be valid; exit status 8 if it is not [default: 5m, but at most a fifth of its lifetime]
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub(super) min_valid: Option<Duration>,

    /// Ignore cached access tokens and get a new one
    #[arg(long, conflicts_with = "offline")]
    pub(super) force_refresh: bool,

    /// Never use the network
    #[arg(long)]
    pub(super) offline: bool,

    /// Another tenant of the same Entra cloud, for the token of the same account there: a GUID or a domain
    #[arg(long, value_name = "TENANT")]
    pub(super) tenant: Option<String>,

    /// A claims challenge, in JSON; ignores cached access tokens
    #[arg(long, value_name = "JSON", value_parser = claims, conflicts_with = "offline")]
    pub(super) claims: Option<String>,

    /// Get a token on behalf of the user whose access token is in this file; - is standard input
    #[arg(long, value_name = "PATH", conflicts_with = "account")]
    #[arg(value_parser = OsStringValueParser::new().try_map(path))]
    pub(super) assertion_file: Option<PathBuf>,

    /// The WWW-Authenticate header of a server that wants another token: its claims, scope or resource are requested
    #[arg(long, value_name = "HEADER", value_parser = challenge, conflicts_with_all = ["claims", "offline"])]
    pub(super) challenge: Option<Challenge>,
}

pub(super) fn run(settings: &Settings, input: Input) -> Result<(), Failure> {
    let settings = &settings.bounded_by(input.sign_in_timeout);
    match print(settings, &input) {
        Err(failure) if input.login && failure.needs_sign_in() => {
            let Some(url) = &settings.protected_resource else { return Err(failure) };
            login::resource::login(settings, url, &input.selection.sign_in_for_resource())?;
            print(settings, &input)
        }
        outcome => outcome,
    }
}

fn print(settings: &Settings, input: &Input) -> Result<(), Failure> {
    let asking = if input.login { PromptPolicy::allowed() } else { PromptPolicy::never() };
    let mut context = input.selection.context(settings, asking, true)?;
    context.observer.give_up_after(input.sign_in_timeout);
    // The sign-in for a protected resource begins with the resource.
    let login = input.login && settings.protected_resource.is_none();
    let Acquired { outcome, client_id, requested } = input.selection.acquire(&context, login)?;
    let view = TokenView {
        outcome: &outcome,
        hosts: context.allowed_hosts(),
        kubernetes_version: match input.output {
            TokenFormat::ExecCredential => consumer::kubernetes_version()?,
            _ => None,
        },
        client_id: &client_id,
        requested: &requested,
        now: context.clock.now(),
    };
    let text = view.render(input.output).map_err(|error| match input.output {
        TokenFormat::Netrc if view.hosts.is_empty() => without_hosts(error, &context.profile_name),
        _ => unfit(error),
    })?;
    if input.output == TokenFormat::GithubActions {
        consumer::set_in_github_actions(&outcome)?;
    }
    if io::stdout().is_terminal() {
        output::tell("stdout is a terminal: the token will stay in its history");
    }
    Ok(output::answer(text.as_bytes())?)
}

/// The error for a format that names the hosts, with a profile that names none.
fn without_hosts(error: anyhow::Error, profile: &str) -> Failure {
    Failure::new(Exit::Config, error).try_shell(format!("tokcache profile set {profile} --host HOST"))
}

/// The error for a token that the output format cannot carry.
pub(super) fn unfit(error: anyhow::Error) -> Failure {
    Failure::from(error).try_tokcache(["token", "-o", "json"])
}

impl Selection {
    /// Returns the selection of a command that gets tokens for other programs.
    #[cfg(feature = "serve")]
    pub(super) fn of(scopes: Scopes, claims: Option<String>, force_refresh: bool) -> Selection {
        Selection { scopes, claims, force_refresh, ..Selection::default() }
    }

    /// Whether a flag was typed that makes sense for one token only.
    #[cfg(feature = "serve")]
    pub(super) fn is_for_one_token(&self) -> bool {
        let Scopes { audience, parameters, lifetime, .. } = &self.scopes;
        let of_scopes = audience.is_some() || !parameters.is_empty() || lifetime.is_some();
        let of_token = self.min_valid.is_some() || self.force_refresh || self.offline || self.claims.is_some();
        let of_source = self.tenant.is_some() || self.assertion_file.is_some() || self.challenge.is_some();
        of_scopes || of_token || of_source
    }

    /// Resolves the settings, for the typed tenant. Only with `may_ask`, the network may be used for that.
    pub(super) fn context(&self, settings: &Settings, asking: PromptPolicy, may_ask: bool) -> Result<Context, Failure> {
        let mut context = Context::new(settings, asking)?;
        context.settings.tenant.clone_from(&self.tenant);
        context.resolve_tenant(may_ask && !self.offline)?;
        Ok(context)
    }

    /// Returns the arguments of a sign-in for a protected resource.
    fn sign_in_for_resource(&self) -> login::args::Input {
        login::args::Input {
            scopes: self.scopes.clone(),
            challenge: self.challenge.clone(),
            claims: self.claims.clone(),
            ..login::args::Input::default()
        }
    }

    pub(super) fn request(&self, context: &Context) -> Result<SilentRequest, Failure> {
        let (scopes, challenge) = (&self.wanted_scopes(), self.challenge.as_ref());
        Ok(SilentRequest {
            scopes: context.scopes(scopes)?,
            account: context.account(),
            min_valid: self.min_valid.map_or(MinValid::Default, MinValid::AtLeast),
            force_refresh: self.force_refresh || challenge.is_some_and(Challenge::refuses_token),
            offline: self.offline,
            claims: self.claims.clone().or_else(|| challenge?.claims.clone()),
            lifetime: context.lifetime(scopes)?,
            parameters: context.parameters(scopes),
        })
    }

    /// Whether a token is acquired with data from standard input, which can be read only once.
    pub(super) fn reads_standard_input(&self) -> bool {
        self.assertion_file.as_deref().is_some_and(|file| file.as_os_str() == "-")
    }

    /// Returns the selection of the same token at a later time. A cached token is good enough then.
    pub(super) fn again(&self) -> Selection {
        let scopes = self.wanted_scopes().into_owned();
        Selection { scopes, force_refresh: false, claims: None, challenge: None, ..self.clone() }
    }

    /// Returns the selection of the token that a server wants in place of the one that it got: with the claims, and
    /// `with_scopes` also with the scopes of the challenge. A challenge cannot ask for another resource.
    #[cfg(unix)]
    pub(super) fn answering(&self, challenge: &Challenge, with_scopes: bool) -> Selection {
        let mut selection = Selection { claims: challenge.claims.clone(), ..self.again() };
        if with_scopes {
            let scopes = challenge.scopes.iter().map(str::to_owned).collect();
            selection.scopes = Scopes { scopes, resource: None, ..selection.scopes };
        }
        selection
    }

    /// Returns the typed scopes, or those of the challenge.
    fn wanted_scopes(&self) -> Cow<'_, Scopes> {
        match &self.challenge {
            Some(challenge) if self.scopes.scopes.is_empty() && self.scopes.resource.is_none() => {
                let scopes: Vec<_> = challenge.scopes.iter().map(str::to_owned).collect();
                let resource = challenge.resource.clone().filter(|_| scopes.is_empty());
                Cow::Owned(Scopes { scopes, resource, ..self.scopes.clone() })
            }
            _ => Cow::Borrowed(&self.scopes),
        }
    }

    /// Returns a token. Asks the user to sign in only if `login` is set.
    pub(super) fn acquire(&self, context: &Context, login: bool) -> Result<Acquired, Failure> {
        let acquired = if let Some(file) = &self.assertion_file {
            context.token_on_behalf_of(file, self.request(context)?)?
        } else if context.is_application() {
            context.application_token(self.request(context)?)?
        } else {
            self.acquire_for_user(context, login)?
        };
        context.observer.note(|| match acquired.outcome.source {
            Source::Cache => "the token comes from the cache",
            Source::Login => "the token comes from the sign-in",
            Source::Refresh => "the token comes from a refresh",
            Source::ManagedIdentity => "the token comes from the platform",
            Source::ClientCredentials | Source::OnBehalfOf | Source::TokenExchange => {
                "the token comes from the provider"
            }
        });
        Ok(acquired)
    }

    fn acquire_for_user(&self, context: &Context, login: bool) -> Result<Acquired, Failure> {
        let registration = context.registration()?;
        let request = self.request(context)?;
        let client_id = registration.client_id.to_string();
        context.observer.note(|| format!("asking {} for {}", context.store.describe().url, request.scopes));
        let client = context.client_of(registration, request.account.as_deref());
        let client = client.map_err(|error| context.failure(error, &request.scopes))?;
        let outcome = outcome(context, &client, &request, login);
        // A provider may have moved its endpoints and still refuse the request.
        context.remember_moved();
        let claims = request.claims.iter().flat_map(|claims| ["--claims".to_owned(), claims.clone()]);
        let outcome = outcome.map_err(|failure| failure.with_login_flags(claims.collect()))?;
        Ok(Acquired { outcome, client_id, requested: request.scopes })
    }
}

/// Returns a token from the cache or a refresh, or from a sign-in if `login` is set.
fn outcome(
    context: &Context,
    client: &PublicClient<'_>,
    request: &SilentRequest,
    login: bool,
) -> Result<AuthenticationResult, Failure> {
    let outcome = match client.acquire_token_silent(request).block_on() {
        Err(AcquireError::InteractionRequired(_) | AcquireError::NoSuchAccount { .. }) if login => {
            let siblings = context.siblings(&context.profile_in_use())?;
            let needed_too = context.needed_too(&siblings, &request.scopes, request.account.as_deref(), false);
            let asked = SignInRequest {
                scopes: request.scopes.clone(),
                claims: request.claims.clone(),
                account: request.account.clone(),
                unnamed_as: context.unnamed_as(),
                without_offline_access: context.is_without_offline_access(),
                lifetime: request.lifetime,
                parameters: request.parameters.clone(),
                resource: None,
            };
            let flow = ChosenFlow::of(context.profile_of_authority().unwrap_or(&Profile::default()), false);
            match login::sign_in(context, client, flow, &asked, &needed_too)? {
                Some(signed_in) => {
                    context.settle(&siblings, &signed_in.account)?;
                    signed_in.token_for(request, context.clock.now())
                }
                None => client.acquire_token_silent(request).block_on(),
            }
        }
        outcome => outcome,
    };
    outcome.map_err(|error| context.failure(error, &request.scopes))
}
