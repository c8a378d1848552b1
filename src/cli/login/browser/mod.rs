//! The sign-in through the browser of this machine (RFC 8252): a listener on a loopback address receives the response.

mod turn;

use std::io::ErrorKind;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use pollster::FutureExt as _;
use tokcache_core::acquire::{
    AcquireError, AuthorizationCodeSignIn, Observer as _, ProviderMetadata, PublicClient, SignInRequest, SignedIn,
};
use tokcache_core::oauth::{AuthorityKind, AuthorizationError, ErrorCode, PendingAuthorization, Request, ResponseMode};
use tokcache_core::types::ScopeSet;
use tokcache_http::{Callback, LoopbackListener, Page};

use crate::cli::context::Context;
use crate::cli::desktop::browser as desktop;
use crate::cli::{Exit, Failure};
use crate::output::{page, plain, tell};

pub(in crate::cli) use desktop::NoBrowser;
use turn::Turn;

/// How long a person has to sign in, unless the command line says otherwise.
const LONGEST_SIGN_IN: Duration = Duration::from_secs(15 * 60);

/// How often the countdown is shown.
const TICK: Duration = Duration::from_millis(500);

/// The settings of a sign-in through the browser.
#[derive(Clone, Debug, Default)]
pub(in crate::cli) struct BrowserSignIn {
    /// Whether only to print the address.
    pub(in crate::cli) without_browser: bool,
    /// The redirect URI, or that of the provider's kind.
    pub(in crate::cli) redirect_uri: Option<String>,
    /// The port of the redirect URI, or any free one.
    pub(in crate::cli) port: Option<u16>,
    /// Whether the request is pushed to the provider (RFC 9126), even if the provider does not demand it.
    pub(in crate::cli) is_pushed: bool,
    /// The variable with the client secret, which the browser does not inherit.
    pub(in crate::cli) secret_variables: Vec<String>,
    /// The form in which the browser returns.
    pub(in crate::cli) response_mode: Option<ResponseMode>,
    /// Whether the provider may have forgotten the client. Then a page with an error would be all that a person sees.
    pub(in crate::cli) probes: bool,
}

impl BrowserSignIn {
    /// Whether the sign-in can start.
    pub(in crate::cli) fn ensure_browser(&self) -> Result<(), NoBrowser> {
        if self.without_browser { Ok(()) } else { desktop::ensure_browser() }
    }

    /// Signs a person in. If the provider refuses the scopes of a request, the browser goes on to the next of the `smaller`
    /// ones. `None`: another process has signed in with this profile meanwhile.
    pub(in crate::cli) fn sign_in(
        &self,
        context: &Context,
        client: &PublicClient<'_>,
        mut request: SignInRequest,
        smaller: Vec<SignInRequest>,
    ) -> Result<Option<SignedIn>, Failure> {
        let mut smaller = smaller.into_iter();
        // Both steps need the metadata.
        let metadata = ProviderMetadata::default();
        let client = &mut client.clone();
        client.metadata = Some(&metadata);
        let asked = format!("{request:?} {:?} {:?} {:?}", self.redirect_uri, self.port, context.settings);
        let Some(turn) = Turn::wait(context, client, &asked)? else { return Ok(None) };
        let listener = self.listen(client)?;
        let failed = |error, request: &SignInRequest| context.failure(error, &request.scopes);
        let mut pending = self.begin(client, &listener, &request).map_err(|error| failed(error, &request))?;
        self.ensure_client_is_known(context, client, &pending)?;
        self.show(&pending.url);
        let end = Instant::now() + LONGEST_SIGN_IN;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() || context.observer.sign_in_pending(left) == ControlFlow::Break(()) {
                return Err(failed(AcquireError::NotApproved, &request));
            }
            let Some(callback) = listener.next(TICK) else { continue };
            let outcome = client.finish_sign_in(&pending, callback.parameters(), request.clone()).block_on();
            let error = match outcome {
                Ok(signed_in) => {
                    context.observer.end_countdown();
                    respond(callback, 200, &page::signed_in(name(&signed_in)));
                    turn.succeed();
                    return Ok(Some(signed_in));
                }
                Err(error) => error,
            };
            if is_of_scope(&error)
                && let Some(next) = smaller.next()
            {
                tell_reduced(context, &request, &next);
                request = next;
                pending = match self.begin(client, &listener, &request) {
                    Ok(pending) => pending,
                    Err(error) => {
                        context.observer.end_countdown();
                        respond(callback, 400, &page::failed(&error.to_string()));
                        return Err(failed(error, &request));
                    }
                };
                callback.redirect(&pending.url);
                continue;
            }
            match &error {
                // Another program or page has sent this. The person's own response may still come.
                AcquireError::AuthorizationResponse(unrelated)
                    if !matches!(unrelated, AuthorizationError::Refused(_)) =>
                {
                    context.observer.note(|| format!("refused a request to the redirect URI: {unrelated}"));
                    callback.refuse(page::unrelated());
                }
                _ => {
                    context.observer.end_countdown();
                    respond(callback, 400, &page::failed(&error.to_string()));
                    return Err(failed(error, &request));
                }
            }
        }
    }

    /// Asks the provider for the page that the browser would show. An error there is about the client or its redirect URI:
    /// the provider reports any other to the redirect URI (RFC 6749 §4.1.2.1).
    fn ensure_client_is_known(
        &self,
        context: &Context,
        client: &PublicClient<'_>,
        pending: &PendingAuthorization,
    ) -> Result<(), Failure> {
        if !self.probes || self.is_pushed || client.registration.endpoints.require_pushed_authorization_requests {
            return Ok(());
        }
        let probed = context.network().probe(&Request::get(&pending.url)).block_on();
        match probed {
            Ok(head) if matches!(head.status, 400 | 401 | 403) => Err(Failure::unknown_client()),
            _ => Ok(()),
        }
    }

    fn begin(
        &self,
        client: &PublicClient<'_>,
        listener: &LoopbackListener,
        request: &SignInRequest,
    ) -> Result<PendingAuthorization, AcquireError> {
        let request = AuthorizationCodeSignIn {
            redirect_uri: listener.redirect_uri().to_owned(),
            scopes: request.scopes.clone(),
            without_offline_access: request.without_offline_access,
            response_mode: self.response_mode,
            login_hint: request.account.clone().filter(|account| account.contains('@')),
            claims: request.claims.clone(),
            parameters: request.parameters.clone(),
            is_pushed: self.is_pushed,
            is_for_resource: request.resource.is_some(),
            ..AuthorizationCodeSignIn::default()
        };
        client.begin_sign_in(&request).block_on()
    }

    fn listen(&self, client: &PublicClient<'_>) -> Result<LoopbackListener, Failure> {
        // Entra ID ignores the port of localhost only, and registers it without a path.
        let default = match client.registration.authority.kind() {
            AuthorityKind::Entra | AuthorityKind::B2c | AuthorityKind::Ciam => "http://localhost",
            _ => "http://127.0.0.1/callback",
        };
        let uri = self.redirect_uri.as_deref().unwrap_or(default);
        let uri = match self.port {
            Some(port) => with_port(uri, port),
            None => uri.to_owned(),
        };
        LoopbackListener::bind(&uri).map_err(|error| {
            let failure = Failure::new(Exit::Config, format!("cannot listen at {uri}: {error}"));
            match error.kind() {
                ErrorKind::InvalidInput => failure.try_with("--redirect-uri", "http://127.0.0.1/PATH"),
                ErrorKind::AddrInUse => failure.try_with("--redirect-port", "PORT"),
                _ => failure,
            }
        })
    }

    fn show(&self, url: &str) {
        let shown = plain(url);
        if self.without_browser {
            return tell(format_args!("\nTo sign in, open this page in a browser of this machine:\n\n    {shown}\n"));
        }
        match desktop::open(url, &self.secret_variables) {
            Ok(()) => tell(format_args!("Sign in with the browser. If no page opens, open this one:\n\n    {shown}\n")),
            Err(NoBrowser(why)) => tell(format_args!(
                "No browser opens ({}). Open this page in a browser of this machine:\n\n    {shown}\n",
                plain(&why)
            )),
        }
    }
}

/// Whether the provider refuses the scopes.
fn is_of_scope(error: &AcquireError) -> bool {
    matches!(error, AcquireError::AuthorizationResponse(AuthorizationError::Refused(refusal))
        if refusal.error == ErrorCode::InvalidScope)
}

fn respond(callback: Callback, status: u16, html: &str) {
    callback.respond(&Page { status, html });
}

fn name(signed_in: &SignedIn) -> &str {
    let account = &signed_in.account;
    let username = Some(account.username.as_str()).filter(|name| !name.is_empty());
    username.or(signed_in.name.as_deref()).unwrap_or(account.home_account_id.as_str())
}

/// Says which scopes are not asked for any more.
fn tell_reduced(context: &Context, before: &SignInRequest, after: &SignInRequest) {
    if after.without_offline_access && !before.without_offline_access {
        context.observer.scopes_refused(&ScopeSet::parse("offline_access"));
    }
    if before.scopes != after.scopes {
        tell(plain(&format!("The server refuses these scopes; asking for {} alone.", after.scopes)));
    }
}

/// Returns the redirect URI with this port.
fn with_port(uri: &str, port: u16) -> String {
    let Some((scheme, rest)) = uri.split_once("://") else { return uri.to_owned() };
    let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    let end_of_address = authority.rfind(']').map_or(0, |at| at + 1);
    let host = authority[end_of_address..].find(':').map_or(authority, |at| &authority[..end_of_address + at]);
    format!("{scheme}://{host}:{port}{path}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_takes_the_place_of_another() {
        for (uri, expected) in [
            ("http://127.0.0.1/callback", "http://127.0.0.1:8400/callback"),
            ("http://localhost", "http://localhost:8400"),
            ("http://localhost:1/a:b", "http://localhost:8400/a:b"),
            ("http://[::1]/", "http://[::1]:8400/"),
            ("http://[::1]:99", "http://[::1]:8400"),
        ] {
            assert_eq!(with_port(uri, 8400), expected);
        }
    }
}
