//! Answers the requests of the proxy.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use hyper::body::Incoming;
use hyper::header::{CONTENT_LENGTH, HeaderMap, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use hyper::http::response::Parts;
use hyper::http::uri::PathAndQuery;
use hyper::{Method, Request, Response, StatusCode, Uri, Version};
use tokcache_core::oauth::Challenge;
use tokcache_core::store::mutex::locked;
use tokcache_core::types::ScopeSet;
use tokcache_http::Network;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::headers::{authorize, for_client, for_server, wants_upgrade};
use super::secret::{Found, find};
use super::target::Target;
use super::upload::RequestBody;
use super::upstream::exchange;
use crate::cli::context::scopes::Scopes;
use crate::cli::endpoint::token_source::{NoToken, ServedToken, TokenSource, Want};
use crate::cli::settings::Settings;
use crate::endpoint::{Answer, EndpointSecret, Guard, Peer, ResponseBody, Service, text};
use crate::output::{plain, quote, tell};

/// The maximum number of requests at a time. More requests wait.
const MOST_REQUESTS: usize = 200;

/// When to ask again if the provider does not say it, in seconds.
const USUAL_RETRY_AFTER: u64 = 2;

/// How long no other token is requested after the server has refused a new one too.
const PAUSE: Duration = Duration::from_secs(60);

type Refused = Box<Response<ResponseBody>>;

/// The proxy.
pub(super) struct Proxy {
    target: Target,
    network: Arc<Network>,
    guard: Guard,
    secret: Option<EndpointSecret>,
    source: TokenSource,
    /// The scopes that the server may demand.
    allowed: ScopeSet,
    requests: Arc<Semaphore>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The scopes that the server has demanded.
    demanded: ScopeSet,
    /// When the server has refused a new token.
    refused: Option<Instant>,
    /// The scopes that were reported on stderr, because the server may not demand them.
    reported: ScopeSet,
}

/// The address of a request.
struct Address {
    path: PathAndQuery,
    /// The beginning of the path, to be repeated in a redirect.
    prefix: String,
}

impl Proxy {
    pub(super) fn new(
        settings: &Settings,
        scopes: Scopes,
        allowed: ScopeSet,
        target: Target,
        network: Network,
        guard: Guard,
        secret: Option<EndpointSecret>,
    ) -> Self {
        Proxy {
            target,
            network: Arc::new(network),
            guard,
            secret,
            source: TokenSource::new(settings, scopes),
            allowed,
            requests: Arc::new(Semaphore::new(MOST_REQUESTS)),
            state: Mutex::default(),
        }
    }

    /// Waits until no token is being requested.
    pub(super) fn finish(&self) {
        self.source.finish();
    }

    /// Checks who has sent a request, and returns its address on the server.
    fn address(&self, request: &Request<Incoming>, peer: Peer) -> Result<Address, Refused> {
        let (headers, uri) = (request.headers(), request.uri());
        let path = uri.path_and_query().map_or("", PathAndQuery::as_str);
        if request.method() == Method::TRACE {
            return Err(refused(StatusCode::METHOD_NOT_ALLOWED, "the answer to TRACE would contain the token"));
        }
        if request.method() == Method::CONNECT || uri.authority().is_some() || !path.starts_with('/') {
            let message =
                "tokcache is a reverse proxy: use its address in place of the server's, not as a proxy setting";
            return Err(refused(StatusCode::BAD_REQUEST, message));
        }
        self.guard.check(peer, headers).map_err(|refusal| refused(StatusCode::FORBIDDEN, refusal.reason()))?;
        let (path, prefix) = match &self.secret {
            None => (path, String::new()),
            Some(secret) => match find(secret, path, headers) {
                Some((Found::Path, path)) => (path, format!("/{}", secret.expose())),
                Some((Found::Header, path)) => (path, String::new()),
                None => {
                    let message = "the request lacks the secret in the address that tokcache proxy has printed";
                    return Err(refused(StatusCode::FORBIDDEN, message));
                }
            },
        };
        if wants_upgrade(headers) {
            let message = "tokcache proxy does not support WebSocket and other upgrades";
            return Err(refused(StatusCode::NOT_IMPLEMENTED, message));
        }
        let slash = if path.starts_with('/') { "" } else { "/" };
        let path = format!("{slash}{path}").parse();
        let path = path.map_err(|_| refused(StatusCode::BAD_REQUEST, "the path is not valid"))?;
        Ok(Address { path, prefix })
    }

    async fn respond(
        &self,
        address: Result<Address, Refused>,
        request: Request<Incoming>,
    ) -> Result<Response<ResponseBody>, Refused> {
        let Address { path, prefix } = address?;
        let url = self.target.url(path).ok_or_else(|| refused(StatusCode::BAD_REQUEST, "the path is not valid"))?;
        let (head, body) = request.into_parts();
        let mut body = RequestBody::receive(body).await.map_err(|_| cut_off())?;
        let permit = Arc::clone(&self.requests).acquire_owned().await.map_err(|_| cut_off())?;
        let mut headers = for_server(&head.headers);
        // Otherwise, an empty body would be sent in chunks, which some servers refuse.
        if matches!(body, RequestBody::None) && [Method::PATCH, Method::POST, Method::PUT].contains(&head.method) {
            headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        let passed = Passed { method: head.method, url, headers, permit: Arc::new(permit) };
        let want = Want { further: locked(&self.state).demanded.clone(), ..Want::default() };
        let token = self.source.token(want.clone()).await.map_err(|why| without_token(&why))?;
        let is_repeatable = body.is_repeatable();
        let mut answer = self.send(&passed, &mut body, &token).await?;
        if is_repeatable && let Some(other) = self.other_token(&answer.0, want, &token).await {
            answer = self.send(&passed, &mut body, &other).await?;
        }
        let (mut head, body) = answer;
        head.headers = for_client(&head.headers, &self.target, &prefix);
        head.version = Version::HTTP_11;
        Ok(Response::from_parts(head, body))
    }

    async fn send(
        &self,
        passed: &Passed,
        body: &mut RequestBody,
        token: &ServedToken,
    ) -> Result<(Parts, ResponseBody), Refused> {
        let mut request = Request::new(body.upload());
        *request.method_mut() = passed.method.clone();
        *request.uri_mut() = passed.url.clone();
        *request.headers_mut() = passed.headers.clone();
        authorize(request.headers_mut(), &token.access_token);
        let answer = exchange(Arc::clone(&self.network), request, Arc::clone(&passed.permit)).await;
        answer.map_err(|error| refused(StatusCode::BAD_GATEWAY, plain(&error.message)))
    }

    /// Returns another token, if the server has refused `token` and another one may do.
    async fn other_token(&self, answer: &Parts, want: Want, token: &ServedToken) -> Option<Arc<ServedToken>> {
        let challenge = challenge(answer);
        let is_refused = answer.status == StatusCode::UNAUTHORIZED;
        let lacks_scope = challenge.error.as_deref() == Some("insufficient_scope");
        if !(is_refused || answer.status == StatusCode::FORBIDDEN && lacks_scope) {
            return None;
        }
        let lacking = challenge.scopes.filtered(|scope| !token.scopes.contains(scope));
        let lacking = if self.may_request(&lacking) { lacking } else { ScopeSet::default() };
        let further = want.further.union(&lacking);
        let is_wider = !lacking.is_empty();
        let has_paused = locked(&self.state).refused.is_none_or(|refused| refused.elapsed() >= PAUSE);
        let may_do = is_wider || is_refused && has_paused;
        if !may_do {
            return None;
        }
        let is_another = !is_wider && challenge.claims.is_none();
        let want = Want {
            refused: is_another.then(|| token.access_token.clone()),
            claims: challenge.claims,
            further: further.clone(),
        };
        let other = self.source.token(want).await.ok().filter(|other| other.access_token != token.access_token)?;
        let mut state = locked(&self.state);
        state.demanded = further;
        if !is_wider {
            state.refused = Some(Instant::now());
        }
        drop(state);
        Some(other)
    }

    /// Whether the user allows all these scopes. A server could otherwise demand a token for another server. Reports the
    /// first refusal on stderr.
    fn may_request(&self, scopes: &ScopeSet) -> bool {
        let foreign = scopes.filtered(|scope| !self.allowed.contains(scope));
        let mut state = locked(&self.state);
        if !foreign.is_empty() && state.reported != foreign {
            let flags: Vec<_> = foreign.iter().map(|scope| format!(" --allow-scope {}", quote(scope))).collect();
            let host = self.target.authority();
            tell(plain(&format!(
                "{host} demands further scopes; to request them, start the proxy with{}",
                flags.concat()
            )));
            state.reported = foreign.clone();
        }
        foreign.is_empty()
    }
}

/// A request as it is passed on, without its body and token.
struct Passed {
    method: Method,
    url: Uri,
    headers: HeaderMap,
    permit: Arc<OwnedSemaphorePermit>,
}

impl Service for Proxy {
    fn answer(self: Arc<Self>, request: Request<Incoming>, peer: Peer) -> Answer {
        let address = self.address(&request, peer);
        Box::pin(async move { self.respond(address, request).await.unwrap_or_else(|response| *response) })
    }
}

/// Returns the challenge of an answer, which may have several headers of this name.
fn challenge(answer: &Parts) -> Challenge {
    let headers = answer.headers.get_all(WWW_AUTHENTICATE).iter().filter_map(|header| header.to_str().ok());
    let challenges = headers.map(Challenge::parse);
    challenges.filter_map(Result::ok).next().unwrap_or_default()
}

fn refused(status: StatusCode, message: impl Into<String>) -> Refused {
    Box::new(text(status, message))
}

fn cut_off() -> Refused {
    refused(StatusCode::BAD_REQUEST, "the request is cut off")
}

fn without_token(why: &NoToken) -> Refused {
    let message = format!("tokcache has no token: {}", plain(&why.message));
    if !why.retryable {
        return refused(StatusCode::BAD_GATEWAY, message);
    }
    let mut response = refused(StatusCode::SERVICE_UNAVAILABLE, message);
    let seconds = why.retry_after.unwrap_or(USUAL_RETRY_AFTER);
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    response
}
