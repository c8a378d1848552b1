//! Requests of other programs, passed on to a resource server: any method, and bodies that are streamed both ways.

use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use ureq::http::{HeaderMap, HeaderValue, Request, Response, Uri, header};
use ureq::{BodyReader, SendBody};

use tokcache_core::oauth::TransportError;
use tokcache_core::oauth::url::{bare_host, is_loopback};

use super::cancellation::Cancellation;
use super::transport_error::{Progress, Route};
use super::{AgentConfig, Network, plain_config, unsendable};

/// The time limit for reaching the server, including name resolution and TLS.
const CONNECT: Duration = Duration::from_secs(30);

/// The body of a request, read while it is sent.
pub type Upload = Box<dyn Read + Send>;

/// The body of an answer. A read returns as soon as some bytes have arrived.
pub struct ForwardedBody(BodyReader<'static>);

impl Read for ForwardedBody {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.0.read(buffer)
    }
}

impl Network {
    /// Sends a request with an absolute URL, and returns the head of the answer as soon as it has arrived. Adds no
    /// header except those that frame the body. Never follows a redirect. Blocks, without a time limit once the server
    /// is reached: [`Cancellation::cancel`] ends the exchange.
    ///
    /// # Errors
    /// There was no answer. The error has the reason and the progress of the exchange.
    pub fn forward(
        &self,
        request: Request<Option<Upload>>,
        cancellation: &Cancellation,
    ) -> Result<Response<ForwardedBody>, TransportError> {
        let uri = request.uri().clone();
        ensure_secure(&uri)?;
        let proxy = self.options.proxy.proxy_for(&uri).map_err(unsendable)?;
        let route = Route::new(&uri, proxy.as_ref(), &self.options);
        let progress = Arc::new(Progress::default());
        let config = config_of(request.headers()).proxy(proxy);
        let agent = self.agent(&uri, config, Arc::clone(&progress), Some(cancellation.clone()));
        let agent = agent.map_err(unsendable)?;
        let request = request.map(|body| body.map_or_else(SendBody::none, SendBody::from_owned_reader));
        let answered = agent.run(request).map_err(|error| route.fault(&error, &progress))?;
        progress.answered.store(true, Ordering::Relaxed);
        Ok(answered.map(|body| ForwardedBody(body.into_with_config().limit(u64::MAX).reader())))
    }
}

/// Returns a configuration that does not add the headers that the request lacks.
fn config_of(headers: &HeaderMap<HeaderValue>) -> AgentConfig {
    let config = plain_config().allow_non_standard_methods(true).timeout_resolve(Some(CONNECT));
    let config = config.timeout_connect(Some(CONNECT));
    let config = if headers.contains_key(header::ACCEPT) { config } else { config.accept("") };
    let config = if headers.contains_key(header::ACCEPT_ENCODING) { config } else { config.accept_encoding("") };
    if headers.contains_key(header::USER_AGENT) { config } else { config.user_agent("") }
}

/// Refuses to send a token without TLS, except to this machine.
fn ensure_secure(uri: &Uri) -> Result<(), TransportError> {
    match uri.scheme_str() {
        Some("https") => Ok(()),
        Some("http") if is_loopback(bare_host(uri)) => Ok(()),
        _ => Err(unsendable("the URL must begin with https://")),
    }
}
