//! Explains failed exchanges, and decides whether a retry can help.

use std::error::Error;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rustls::CertificateError;
use ureq::Proxy;
use ureq::http::Uri;

use super::NetworkOptions;
use super::coding::CodingError;
use super::resolve::LookupError;
use super::tls_fault;
use tokcache_core::oauth::url::{bare_host, is_loopback};
use tokcache_core::oauth::{Response, Stage, TransportError};

/// The progress of an exchange.
#[derive(Debug, Default)]
pub(super) struct Progress {
    /// Whether a connection was established, including proxy and TLS. Before that, no part of a request has been sent.
    pub(super) connected: AtomicBool,
    /// Whether the head of an answer has arrived.
    pub(super) answered: AtomicBool,
    /// The host and port of the first failed connection, to the proxy or the server.
    pub(super) failed_at: Mutex<Option<String>>,
    /// The issuer of a certificate that cannot be trusted.
    pub(super) issuer: Mutex<Option<String>>,
    /// Whether the server has asked for a certificate of the client.
    pub(super) asked_for_certificate: AtomicBool,
}

impl Progress {
    fn has(flag: &AtomicBool) -> bool {
        flag.load(Ordering::Relaxed)
    }
}

/// The host, the proxy and the timeout of a request.
pub(super) struct Route {
    host: String,
    proxy: Option<Via>,
    timeout: Duration,
    has_certificate: bool,
}

/// The proxy of a route.
struct Via {
    host: String,
    address: String,
    has_user: bool,
}

impl Route {
    pub(super) fn new(uri: &Uri, proxy: Option<&Proxy>, options: &NetworkOptions) -> Route {
        let host = uri.authority().map(ToString::to_string).unwrap_or_default();
        let via = |proxy: &Proxy| Via {
            host: proxy.host().to_owned(),
            address: format!("{}:{}", proxy.host(), proxy.port()),
            has_user: proxy.username().is_some(),
        };
        let has_certificate = options.client_certificate.is_some();
        Route { host, proxy: proxy.map(via), timeout: options.timeout, has_certificate }
    }

    /// Explains the error, with a remedy if there is one. The text contains only the host and port of a URL.
    pub(super) fn fault(&self, error: &ureq::Error, progress: &Progress) -> TransportError {
        let (connected, answered) = (Progress::has(&progress.connected), Progress::has(&progress.answered));
        let stage = if connected { Stage::Unknown } else { Stage::NotSent };
        let in_vain = if connected { Stage::Unreadable } else { Stage::Unsendable };
        let host = &self.host;
        let via = self.proxy.as_ref().map(|proxy| format!(" through the proxy {}", proxy.address)).unwrap_or_default();
        let seconds = self.timeout.as_secs_f32();
        if let Some(error) = lookup_error(error) {
            return self.lookup_fault(error);
        }
        if let Some(error) = tls_error(error) {
            let issuer = progress.issuer.lock().ok().and_then(|issuer| issuer.clone());
            let fault = tls_fault::explain(error, issuer.as_deref(), self.has_certificate);
            let failed_at = progress.failed_at.lock().ok().and_then(|failed_at| failed_at.clone());
            let with = failed_at.filter(|_| !connected).unwrap_or_else(|| host.clone());
            let stage = match fault.is_permanent {
                // In TLS 1.3 this alert arrives after the request was sent. The server does not process the request.
                true if tls_fault::is_of_client_certificate(error) => Stage::Unsendable,
                true => in_vain,
                false => stage,
            };
            return TransportError { stage, message: format!("TLS with {with} failed: {}", fault.words) };
        }
        if let Some(error) = other(error).and_then(|error| error.downcast_ref::<CodingError>()) {
            return match error {
                CodingError::CutOff => {
                    TransportError { stage, message: format!("the answer of {host}{via} was lost: {error}") }
                }
                error => TransportError { stage: in_vain, message: format!("{host} sent {error}") },
            };
        }
        let (stage, message) = match error {
            ureq::Error::ConnectProxyFailed(reason) => self.tunnel_fault(reason),
            ureq::Error::Timeout(_) if connected => (stage, format!("{host}{via} did not answer within {seconds} s")),
            ureq::Error::Timeout(_) => (stage, format!("cannot reach {host}{via} within {seconds} s")),
            ureq::Error::BodyExceedsLimit(_) => (in_vain, format!("{host} sent an answer of more than 1 MiB")),
            ureq::Error::LargeResponseHeader(..) => (in_vain, format!("{host} sent headers without end")),
            ureq::Error::Protocol(_) if !answered => {
                let who = if connected { host } else { self.proxy.as_ref().map_or(host, |proxy| &proxy.address) };
                (in_vain, format!("{who} does not answer in HTTP; check the port"))
            }
            ureq::Error::Tls(_) => (in_vain, format!("TLS with {host} failed: no certificate can hold such a name")),
            ureq::Error::BadUri(_) | ureq::Error::Http(_) => {
                (Stage::Unsendable, format!("cannot reach {host}{via}: the request is malformed"))
            }
            error if connected => {
                let is_asked = !self.has_certificate && Progress::has(&progress.asked_for_certificate);
                let hint = if is_asked && !answered { "; it asks for a client certificate: --client-cert" } else { "" };
                (stage, format!("the answer of {host}{via} was lost: {}{hint}", cause(error)))
            }
            error => (stage, format!("cannot reach {host}{via}: {}", cause(error))),
        };
        TransportError { stage, message }
    }

    fn lookup_fault(&self, error: &LookupError) -> TransportError {
        let is_proxy = self.proxy.as_ref().is_some_and(|proxy| proxy.host == error.host);
        let (stage, message) = match (error.is_final, is_proxy) {
            (true, true) => (Stage::Unsendable, format!("{error}; https_proxy or all_proxy names it as the proxy")),
            (true, false) => (Stage::NoSuchHost, format!("{error}; check the name")),
            (false, _) => (Stage::NotSent, error.to_string()),
        };
        TransportError { stage, message }
    }

    /// Explains a failed tunnel. `reason` is ureq's text, which ends in the status, twice.
    fn tunnel_fault(&self, reason: &str) -> (Stage, String) {
        let Some(Via { address, has_user, .. }) = &self.proxy else { return (Stage::NotSent, reason.to_owned()) };
        let host = &self.host;
        let status = reason.rsplit(['/', ' ']).next().and_then(|status| status.parse::<u16>().ok());
        let cannot = format!("cannot reach {host} through the proxy {address}");
        match status {
            Some(407) if *has_user => {
                (Stage::Unsendable, format!("{cannot}: it does not accept the user name and password (407)"))
            }
            Some(407) => (
                Stage::Unsendable,
                format!(
                    "{cannot}: it wants a user name and password (407); set https_proxy to \
                     http://USER:PASSWORD@{address}, percent-encoded"
                ),
            ),
            Some(403) => (Stage::Unsendable, format!("{cannot}: it does not allow connections to that host (403)")),
            Some(408 | 425 | 429 | 500 | 502..=504) | None => (Stage::NotSent, format!("{cannot}: {reason}")),
            Some(status) => {
                (Stage::Unsendable, format!("{cannot}: it does not make tunnels (HTTP {status}); check https_proxy"))
            }
        }
    }
}

fn other(error: &ureq::Error) -> Option<&(dyn Error + Send + Sync + 'static)> {
    match error {
        ureq::Error::Other(error) => Some(error.as_ref()),
        _ => None,
    }
}

fn lookup_error(error: &ureq::Error) -> Option<&LookupError> {
    other(error)?.downcast_ref()
}

fn tls_error(error: &ureq::Error) -> Option<&rustls::Error> {
    match error {
        ureq::Error::Rustls(error) => Some(error),
        ureq::Error::Io(error) => error.get_ref()?.downcast_ref(),
        _ => None,
    }
}

/// Whether the server was not trusted because of its issuer.
pub(super) fn is_of_unknown_issuer(error: &ureq::Error) -> bool {
    matches!(
        tls_error(error),
        Some(rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer | CertificateError::BadSignature))
    )
}

/// Returns the answer, unless the network has given it in place of the server because it wants a sign-in (a captive
/// portal): a redirect to a page of another host without TLS.
pub(super) fn ensure_not_of_network(uri: &Uri, response: Response) -> Result<Response, TransportError> {
    let target: Option<Uri> =
        response.location.as_deref().and_then(|target| target.split(['?', '#']).next()?.parse().ok());
    let is_page = |target: &Uri| target.scheme_str() == Some("http") && !is_loopback(bare_host(target));
    match target.filter(|target| (300..400).contains(&response.status) && is_page(target)) {
        Some(target) if bare_host(&target) != bare_host(uri) => {
            let (host, page) = (bare_host(uri), bare_host(&target));
            let message = format!(
                "{host} answered with a redirect to http://{page}: this network wants you to sign in to it first; open \
                 any page in a browser"
            );
            Err(TransportError { stage: Stage::Unknown, message })
        }
        _ => Ok(response),
    }
}

/// Returns the cause without ureq's prefix and without parts of a URL.
fn cause(error: &ureq::Error) -> String {
    match error {
        ureq::Error::Io(error) => error.to_string(),
        error => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    fn progress(connected: bool, answered: bool) -> Progress {
        Progress { connected: connected.into(), answered: answered.into(), ..Progress::default() }
    }

    fn at(proxy: Option<&str>) -> Route {
        let uri: Uri = "https://idp.example.com:8443/canary".parse().unwrap();
        let proxy = proxy.map(|proxy| Proxy::new(proxy).unwrap());
        Route::new(
            &uri,
            proxy.as_ref(),
            &NetworkOptions { timeout: Duration::from_secs(5), ..NetworkOptions::default() },
        )
    }

    fn fault(error: ureq::Error, connected: bool, answered: bool) -> (Stage, String) {
        let TransportError { stage, message } = at(None).fault(&error, &progress(connected, answered));
        assert!(!message.contains("canary"), "{message}");
        (stage, message)
    }

    #[test]
    fn an_unknown_issuer_is_met_with_the_option_that_helps() {
        let unknown = || rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer);
        let error = ureq::Error::Io(io::Error::new(io::ErrorKind::InvalidData, unknown()));
        let (stage, message) = fault(error, false, false);
        assert_eq!(stage, Stage::Unsendable);
        assert!(message.starts_with("TLS with idp.example.com:8443 failed: "), "{message}");
        assert!(message.ends_with("--ca-file"), "{message}");
        assert_eq!(fault(ureq::Error::Rustls(unknown()), true, false).0, Stage::Unreadable);
    }

    #[test]
    fn what_trying_again_can_mend_is_told_from_what_it_cannot() {
        let io = |kind: io::ErrorKind| ureq::Error::Io(kind.into());
        for (error, connected, answered, stage) in [
            (io(io::ErrorKind::ConnectionRefused), false, false, Stage::NotSent),
            (io(io::ErrorKind::ConnectionReset), true, false, Stage::Unknown),
            (io(io::ErrorKind::UnexpectedEof), true, true, Stage::Unknown),
            (ureq::Error::Timeout(ureq::Timeout::Global), false, false, Stage::NotSent),
            (ureq::Error::Timeout(ureq::Timeout::Global), true, false, Stage::Unknown),
            (ureq::Error::BodyExceedsLimit(9), true, true, Stage::Unreadable),
            (ureq::Error::LargeResponseHeader(9, 9), true, false, Stage::Unreadable),
            (ureq::Error::Tls("name"), false, false, Stage::Unsendable),
            (ureq::Error::BadUri("canary".to_owned()), false, false, Stage::Unsendable),
            (ureq::Error::Rustls(rustls::Error::DecryptError), false, false, Stage::NotSent),
            (ureq::Error::Rustls(rustls::Error::DecryptError), true, false, Stage::Unknown),
        ] {
            let text = format!("{error:?}");
            assert_eq!(fault(error, connected, answered).0, stage, "{text}");
        }
    }

    #[test]
    fn a_proxy_is_named_without_its_password() {
        for (proxy, reason, stage, words) in [
            ("http://proxy.example.com:3128", "407/407", Stage::Unsendable, "wants a user name"),
            ("http://user:canary@proxy.example.com:3128", "407/407", Stage::Unsendable, "does not accept"),
            ("http://user:canary@proxy.example.com:3128", "403/403", Stage::Unsendable, "does not allow"),
            ("http://user:canary@proxy.example.com:3128", "405/405", Stage::Unsendable, "tunnels"),
            ("http://user:canary@proxy.example.com:3128", "503/503", Stage::NotSent, "503"),
        ] {
            let error = ureq::Error::ConnectProxyFailed(format!("proxy server responded {reason}"));
            let error = at(Some(proxy)).fault(&error, &progress(false, false));
            assert_eq!(error.stage, stage, "{error}");
            let start = "cannot reach idp.example.com:8443 through the proxy proxy.example.com:3128: ";
            assert!(error.message.starts_with(start) && error.message.contains(words), "{error}");
            assert!(!error.message.contains("canary"));
        }
    }

    #[test]
    fn a_host_that_does_not_exist_is_told_from_a_proxy_that_does_not() {
        let lookup = |host: &str, is_final| {
            let error = LookupError { host: host.to_owned(), is_final, why: "why".to_owned() };
            at(Some("proxy.example.com:1")).fault(&ureq::Error::Other(Box::new(error)), &progress(false, false))
        };
        assert_eq!(lookup("idp.example.com", true).stage, Stage::NoSuchHost);
        assert_eq!(lookup("proxy.example.com", true).stage, Stage::Unsendable);
        assert!(lookup("proxy.example.com", true).message.contains("https_proxy"));
        assert_eq!(lookup("idp.example.com", false).stage, Stage::NotSent);
    }
}
