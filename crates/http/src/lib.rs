//! HTTP over the real network: requests to providers, and the response of a sign-in through the browser.

mod cancellation;
mod client_certificate;
mod coding;
mod connect;
mod forward;
mod issuer;
mod loopback;
mod proxy;
mod resolve;
#[cfg(feature = "tokio")]
mod runtime;
mod tls;
mod tls_fault;
mod transport_error;
mod trust;
mod wiped;

use std::io::{self, Read};
use std::net::ToSocketAddrs as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, UNIX_EPOCH};

use ureq::Agent;
use ureq::config::ConfigBuilder;
use ureq::http::response::Parts;
use ureq::http::uri::Authority;
use ureq::http::{HeaderMap, HeaderValue, Uri, header};
use ureq::typestate::AgentScope;
use ureq::unversioned::transport::{ConnectProxyConnector, ConnectionDetails, Connector, SocksConnector, Transport};
use zeroize::Zeroizing;

use tokcache_core::time::{Clock as _, SystemClock, Timestamp};

use connect::HappyEyeballs;
use resolve::Named;
use tls::{Tls, TlsSettings};
use tokcache_core::future::BoxFuture;
use tokcache_core::oauth::url::bare_host;
use tokcache_core::oauth::{Body, Head, Http, Reach, Request, Response, Stage, TransportError};
use transport_error::Progress;
use trust::TrustError;
use wiped::Wiped;

pub use cancellation::Cancellation;
pub use client_certificate::ClientCertificateFile;
pub use forward::{ForwardedBody, Upload};
pub use loopback::{Callback, LoopbackListener, Page, user_of_peer};
pub use proxy::ProxyRules;
#[cfg(feature = "tokio")]
pub use runtime::{TokioClock, TokioNetwork};

/// The maximum length of an answer in bytes.
const LONGEST_BODY: usize = 1 << 20;

type AgentConfig = ConfigBuilder<AgentScope>;

/// Returns a configuration that follows no redirect and returns every status.
fn plain_config() -> AgentConfig {
    Agent::config_builder().http_status_as_error(false).max_redirects(0).max_redirects_will_error(false)
}

/// The settings for reaching providers.
#[derive(Clone, Debug)]
pub struct NetworkOptions {
    /// The time limit for one whole exchange, including name resolution.
    pub timeout: Duration,
    /// A file with PEM certificates to trust in addition to the system's.
    pub ca_file: Option<PathBuf>,
    /// Checks `ca_file` before it is read. A user who can change that file can read everything that is sent.
    pub check_ca_file: fn(&Path) -> io::Result<()>,
    /// A certificate with its private key, to present to servers that ask for one (mTLS).
    pub client_certificate: Option<ClientCertificateFile>,
    /// The proxy to use.
    pub proxy: ProxyRules,
}

/// A limit of 30 s for an exchange, no proxy, and the system's certificates.
impl Default for NetworkOptions {
    fn default() -> Self {
        NetworkOptions {
            timeout: Duration::from_secs(30),
            ca_file: None,
            check_ca_file: |_| Ok(()),
            client_certificate: None,
            proxy: ProxyRules::none(),
        }
    }
}

/// The network. Does not follow redirects. Opens a new connection for each exchange: if the server closed a reused one,
/// it would be unclear whether a refresh token was redeemed.
#[derive(Debug)]
pub struct Network {
    options: NetworkOptions,
    /// Loaded for the first https request only.
    tls: OnceLock<Result<TlsSettings, TrustError>>,
    /// Whether a server was not trusted because of its issuer.
    has_met_unknown_issuer: AtomicBool,
}

impl Network {
    /// Creates the network without touching a file or the network.
    pub fn new(options: NetworkOptions) -> Network {
        Network { options, tls: OnceLock::new(), has_met_unknown_issuer: AtomicBool::default() }
    }

    /// Whether a request was not sent because [`NetworkOptions::ca_file`] is not usable, or lacks the issuer of a
    /// server.
    pub fn needs_another_ca_file(&self) -> bool {
        matches!(self.tls.get(), Some(Err(TrustError::CaFile(_))))
            || self.has_met_unknown_issuer.load(Ordering::Relaxed)
    }

    /// Whether a request was not sent because [`NetworkOptions::client_certificate`] is not usable.
    pub fn has_refused_client_certificate(&self) -> bool {
        matches!(self.tls.get(), Some(Err(TrustError::ClientCertificate(_))))
    }

    /// Loads the trusted certificates and the client's own, as the first https request does.
    ///
    /// # Errors
    /// A message for people: no certificate can be loaded, or a file that the settings name cannot be used.
    pub fn load_certificates(&self) -> Result<(), String> {
        match self.tls.get_or_init(|| self.load_tls()) {
            Ok(_) => Ok(()),
            Err(error) => Err(error.to_string()),
        }
    }

    /// Returns the files and folders that the trusted certificates come from, for people. No file is read.
    pub fn trusted_certificates(&self) -> Vec<String> {
        let own = self.options.ca_file.iter().map(|path| path.display().to_string());
        trust::system_sources().into_iter().chain(own).collect()
    }

    /// Returns the address of the proxy for requests to `url`, without a user name; `None` if there is none.
    ///
    /// # Errors
    /// A message for people, without the value: the settings for the proxy cannot be used.
    pub fn proxy_for(&self, url: &str) -> Result<Option<String>, String> {
        let Ok(uri) = url.parse() else { return Ok(None) };
        let proxy = self.options.proxy.proxy_for(&uri)?;
        Ok(proxy.map(|proxy| format!("{}:{}", proxy.host(), proxy.port())))
    }

    /// Returns the configuration of an exchange with a provider.
    fn config(&self) -> AgentConfig {
        plain_config()
            .accept("application/json")
            .accept_encoding("identity")
            .timeout_global(Some(self.options.timeout))
            .user_agent(concat!("tokcache/", env!("CARGO_PKG_VERSION")))
    }

    fn agent(
        &self,
        uri: &Uri,
        config: AgentConfig,
        progress: Arc<Progress>,
        cancellation: Option<Cancellation>,
    ) -> Result<Agent, TrustError> {
        let is_encrypted = uri.scheme_str() == Some("https");
        let settings = is_encrypted.then(|| self.tls.get_or_init(|| self.load_tls()).clone()).transpose()?;
        // ureq's own chain, except for TCP and TLS.
        let connector =
            ().chain(SocksConnector::default())
                .chain(ConnectProxyConnector::default())
                .chain(HappyEyeballs { cancellation })
                .chain(Tls { settings, progress: Arc::clone(&progress) });
        let connector = Watched { inner: connector, progress };
        Ok(Agent::with_parts(config.build(), connector, Named::default()))
    }

    fn load_tls(&self) -> Result<TlsSettings, TrustError> {
        let NetworkOptions { ca_file, check_ca_file, client_certificate, .. } = &self.options;
        let roots = trust::load(ca_file.as_deref(), check_ca_file)?;
        let certificate = client_certificate.as_ref().map(ClientCertificateFile::load).transpose()?;
        TlsSettings::new(roots, certificate)
    }
}

impl Http for Network {
    /// Blocks: the future is ready at the first poll.
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Response, TransportError>> {
        Box::pin(async move { self.exchange(request) })
    }

    /// Blocks, like [`send`](Http::send).
    fn probe<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Head, TransportError>> {
        Box::pin(async move { self.with_agent(request, head) })
    }

    /// Asks the system's resolver, and blocks. A proxy resolves names by itself, so that nothing is known about them.
    fn reach<'a>(&'a self, url: &'a str) -> BoxFuture<'a, Option<Reach>> {
        Box::pin(async move { self.reach_of(&url.parse().ok()?) })
    }

    fn presents_certificate(&self) -> bool {
        self.options.client_certificate.is_some()
    }
}

impl Network {
    fn exchange(&self, request: &Request) -> Result<Response, TransportError> {
        let answered = self.with_agent(request, exchange)?;
        let uri = request.secure_url().map_err(unsendable)?;
        transport_error::ensure_not_of_network(&uri, answered)
    }

    /// Returns the least reach of the host's addresses.
    fn reach_of(&self, uri: &Uri) -> Option<Reach> {
        let host = bare_host(uri);
        if let Some(known) = Reach::of_host(host) {
            return Some(known);
        }
        if self.options.proxy.proxy_for(uri).ok()?.is_some() {
            return None;
        }
        let addresses = (host, uri.port_u16().unwrap_or(443)).to_socket_addrs().ok()?;
        addresses.map(|address| Reach::of_address(address.ip())).min()
    }

    fn with_agent<Answer>(
        &self,
        request: &Request,
        send: fn(&Agent, &Uri, &Request, &Progress) -> Result<Answer, ureq::Error>,
    ) -> Result<Answer, TransportError> {
        let uri = request.secure_url().map_err(unsendable)?;
        let proxy = match request.is_to_platform {
            true => None,
            false => self.options.proxy.proxy_for(&uri).map_err(unsendable)?,
        };
        let route = transport_error::Route::new(&uri, proxy.as_ref(), &self.options);
        let progress = Arc::new(Progress::default());
        let agent = self.agent(&uri, self.config().proxy(proxy), Arc::clone(&progress), None).map_err(unsendable)?;
        send(&agent, &uri, request, &progress).map_err(|error| {
            if transport_error::is_of_unknown_issuer(&error) {
                self.has_met_unknown_issuer.store(true, Ordering::Relaxed);
            }
            route.fault(&error, &progress)
        })
    }
}

fn unsendable(why: impl ToString) -> TransportError {
    TransportError { stage: Stage::Unsendable, message: why.to_string() }
}

fn head(agent: &Agent, uri: &Uri, request: &Request, progress: &Progress) -> Result<Head, ureq::Error> {
    let response = begin(agent, uri, request, progress)?;
    let challenges = response.headers().get_all(header::WWW_AUTHENTICATE).iter();
    let challenges = challenges.filter_map(|header| header.to_str().ok()).map(str::to_owned).collect();
    Ok(Head { status: response.status().as_u16(), challenges })
}

fn begin(
    agent: &Agent,
    uri: &Uri,
    request: &Request,
    progress: &Progress,
) -> Result<ureq::http::Response<ureq::Body>, ureq::Error> {
    let response = match &request.body {
        Body::None => with_headers(agent.get(uri), request).call()?,
        Body::Form(form) => with_headers(agent.post(uri), request).send(form.encode().as_bytes())?,
        Body::Json(json) => with_headers(agent.post(uri), request).send(json.as_bytes())?,
    };
    progress.answered.store(true, Ordering::Relaxed);
    Ok(response)
}

fn exchange(agent: &Agent, uri: &Uri, request: &Request, progress: &Progress) -> Result<Response, ureq::Error> {
    let (parts, body) = begin(agent, uri, request, progress)?.into_parts();
    let date = http_date(&parts.headers, header::DATE);
    Ok(Response {
        status: parts.status.as_u16(),
        body: read_bounded(body).and_then(|body| decoded(body, &parts))?,
        retry_after: retry_after(&parts.headers, date),
        date,
        location: parts.headers.get(header::LOCATION).and_then(|url| url.to_str().ok()).map(str::to_owned),
    })
}

fn with_headers<Any>(builder: ureq::RequestBuilder<Any>, request: &Request) -> ureq::RequestBuilder<Any> {
    let content_type = request.body.content_type().map(|value| (header::CONTENT_TYPE, value));
    let builder = content_type.into_iter().fold(builder, |builder, (name, value)| builder.header(name, value));
    request.headers.iter().fold(builder, |builder, (name, value)| match HeaderValue::from_str(value.expose()) {
        Ok(mut header) => {
            header.set_sensitive(value.is_secret());
            builder.header(*name, header)
        }
        // The builder reports this error when the request is sent.
        Err(_) => builder.header(*name, value.expose()),
    })
}

fn read_bounded(body: ureq::Body) -> Result<Zeroizing<Vec<u8>>, ureq::Error> {
    const USUAL: usize = 16 << 10;
    let length = body.content_length().and_then(|length| usize::try_from(length).ok()).unwrap_or(USUAL);
    let mut bytes = Zeroizing::new(Vec::with_capacity(length.min(LONGEST_BODY) + 1));
    // ureq refuses a body of exactly this length, hence the extra byte.
    body.into_with_config().limit(LONGEST_BODY as u64 + 1).reader().read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Decodes the body. If an error response cannot be decoded, its status is still reported.
fn decoded(body: Zeroizing<Vec<u8>>, head: &Parts) -> Result<Zeroizing<Vec<u8>>, ureq::Error> {
    let codings = head.headers.get_all(header::CONTENT_ENCODING).iter().filter_map(|coding| coding.to_str().ok());
    let codings = codings.collect::<Vec<_>>().join(",");
    match coding::decode(body, &codings, LONGEST_BODY) {
        Err(error) if head.status.is_success() => Err(ureq::Error::Other(Box::new(error))),
        body => Ok(body.unwrap_or_else(|error| Zeroizing::new(error.to_string().into_bytes()))),
    }
}

/// Returns `Retry-After` in seconds (RFC 9110 §10.2.3). A date is compared with the server's own date; if the server
/// sends none (§6.6.1), with this machine's.
fn retry_after(headers: &HeaderMap, date: Option<Timestamp>) -> Option<u64> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    // A number that is too large means "for ever".
    let seconds = is_number.then(|| text.parse().unwrap_or(u64::from(u32::MAX)));
    seconds.or_else(|| {
        let until = http_date(headers, header::RETRY_AFTER)?;
        let date = date.unwrap_or_else(|| SystemClock::new().now());
        u64::try_from(until.seconds_since(date)).ok()
    })
}

fn http_date(headers: &HeaderMap, name: header::HeaderName) -> Option<Timestamp> {
    let date = httpdate::parse_http_date(headers.get(name)?.to_str().ok()?).ok()?;
    i64::try_from(date.duration_since(UNIX_EPOCH).ok()?.as_secs()).ok().map(Timestamp)
}

fn host_and_port(authority: &Authority) -> String {
    authority.as_str().rsplit('@').next().unwrap_or_default().to_owned()
}

/// Records whether a connection was established, including proxy and TLS. Before that, no part of a request has been
/// sent.
#[derive(Debug)]
struct Watched<Inner> {
    inner: Inner,
    progress: Arc<Progress>,
}

impl<Inner: Connector> Connector for Watched<Inner> {
    type Out = Box<dyn Transport>;

    fn connect(&self, details: &ConnectionDetails<'_>, chained: Option<()>) -> Result<Option<Self::Out>, ureq::Error> {
        let transport = self.inner.connect(details, chained);
        // With a proxy, this also runs for the inner connection. The outer run ends last, and knows whether the tunnel
        // works.
        self.progress.connected.store(matches!(transport, Ok(Some(_))), Ordering::Relaxed);
        if let (Err(_), Ok(mut failed_at)) = (&transport, self.progress.failed_at.lock()) {
            failed_at.get_or_insert_with(|| details.uri.authority().map(host_and_port).unwrap_or_default());
        }
        Ok(transport?.map(|transport| Box::new(Wiped(Box::new(transport))) as Box<dyn Transport>))
    }
}

#[cfg(test)]
mod tests;
