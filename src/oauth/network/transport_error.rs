//! What to tell a person when no answer came.

use std::time::Duration;

use rustls::CertificateError;
use ureq::Proxy;
use ureq::http::Uri;

use crate::oauth::http::Stage;

/// Where a request was to go.
pub(super) struct Route {
    host: String,
    proxy: Option<String>,
    timeout: Duration,
}

impl Route {
    pub(super) fn new(uri: &Uri, proxy: Option<&Proxy>, timeout: Duration) -> Route {
        let host = uri.authority().map(ToString::to_string).unwrap_or_default();
        Route { host, proxy: proxy.map(|proxy| format!("{}:{}", proxy.host(), proxy.port())), timeout }
    }

    /// Says what failed and, where there is a remedy, what to do. Repeats no more of a URL than host and port.
    pub(super) fn describe(&self, error: &ureq::Error, stage: Stage) -> String {
        if let Some(error) = tls_error(error) {
            return format!("TLS with {} failed: {error}{}", self.host, tls_advice(error));
        }
        let via = self.proxy.as_ref().map(|proxy| format!(" through the proxy {proxy}")).unwrap_or_default();
        let seconds = self.timeout.as_secs_f32();
        match (error, stage) {
            (ureq::Error::Timeout(_), Stage::NotSent | Stage::Unsendable) => {
                format!("cannot reach {}{via} within {seconds} s", self.host)
            }
            (ureq::Error::Timeout(_), Stage::Unknown) => {
                format!("{}{via} did not answer within {seconds} s", self.host)
            }
            (ureq::Error::BodyExceedsLimit(_), _) => format!("{} sent an answer of more than 1 MiB", self.host),
            (error, Stage::NotSent | Stage::Unsendable) => format!("cannot reach {}{via}: {}", self.host, cause(error)),
            (error, Stage::Unknown) => format!("the answer of {}{via} was lost: {}", self.host, cause(error)),
        }
    }
}

fn tls_error(error: &ureq::Error) -> Option<&rustls::Error> {
    match error {
        ureq::Error::Rustls(error) => Some(error),
        ureq::Error::Io(error) => error.get_ref()?.downcast_ref(),
        _ => None,
    }
}

fn tls_advice(error: &rustls::Error) -> &'static str {
    match error {
        rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer) => {
            "; if a private CA issued the certificate, name the CA's certificate with --ca-file"
        }
        rustls::Error::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        ) => "; check the host name of the authority",
        rustls::Error::InvalidCertificate(
            CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. },
        ) => "; check the clock of this machine",
        _ => "",
    }
}

/// The cause without ureq's prefix, and none of what a URL may hold.
fn cause(error: &ureq::Error) -> String {
    match error {
        ureq::Error::Io(error) => error.to_string(),
        ureq::Error::BadUri(_) | ureq::Error::Http(_) => "the request is malformed".to_owned(),
        error => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    #[test]
    fn an_unknown_issuer_is_met_with_the_option_that_helps() {
        let uri: Uri = "https://idp.example.com:8443/secret".parse().unwrap();
        let route = Route::new(&uri, None, Duration::from_secs(5));
        let unknown = rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer);
        let error = ureq::Error::Io(io::Error::new(io::ErrorKind::InvalidData, unknown));
        let message = route.describe(&error, Stage::NotSent);
        assert!(message.starts_with("TLS with idp.example.com:8443 failed: "), "{message}");
        assert!(message.ends_with("with --ca-file"), "{message}");
    }

    #[test]
    fn a_proxy_is_named_without_its_password() {
        let uri: Uri = "https://idp.example.com/".parse().unwrap();
        let proxy = Proxy::new("http://user:canary@proxy.example.com:3128").unwrap();
        let route = Route::new(&uri, Some(&proxy), Duration::from_secs(5));
        let message = route.describe(&ureq::Error::ConnectProxyFailed("refused".into()), Stage::NotSent);
        assert!(message.starts_with("cannot reach idp.example.com through the proxy proxy.example.com:3128: "));
        assert!(!message.contains("canary"));
    }
}
