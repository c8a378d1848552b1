//! Resolves host names with the system's resolver.

use std::fmt;
use std::io;
use std::time::Duration;

use ureq::Error;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

use super::connect::{HEAD_START, race};
use tokcache_core::oauth::url::bare_host;

/// The system's resolver. Its errors contain the name, and whether the name exists.
#[derive(Debug, Default)]
pub(super) struct Named(DefaultResolver);

impl Resolver for Named {
    fn resolve(&self, uri: &Uri, config: &Config, timeout: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
        let addresses = self.0.resolve(uri, config, timeout).map_err(|error| match error {
            Error::Io(error) => Error::Other(Box::new(LookupError::new(bare_host(uri), &error))),
            Error::HostNotFound => {
                let host = bare_host(uri).to_owned();
                Error::Other(Box::new(LookupError { host, is_final: true, why: "it has no address".to_owned() }))
            }
            other => other,
        })?;
        Ok(if is_socks(uri) { self.reachable(addresses, timeout) } else { addresses })
    }
}

impl Named {
    /// Returns only an address that answers. ureq itself would try the addresses of a SOCKS proxy one after the other.
    fn reachable(&self, addresses: ResolvedSocketAddrs, timeout: NextTimeout) -> ResolvedSocketAddrs {
        let limit = timeout.not_zero().map_or(Duration::MAX, |timeout| *timeout);
        let is_one = addresses.len() == 1;
        let reached = (!is_one).then(|| race(&addresses, limit, HEAD_START).ok()?.peer_addr().ok()).flatten();
        let Some(reached) = reached else { return addresses };
        let mut only = self.empty();
        only.push(reached);
        only
    }
}

fn is_socks(uri: &Uri) -> bool {
    uri.scheme_str().is_some_and(|scheme| scheme.starts_with("socks"))
}

/// A failed name lookup.
#[derive(Debug)]
pub(super) struct LookupError {
    pub(super) host: String,
    /// Whether the resolver says that the name does not exist.
    pub(super) is_final: bool,
    pub(super) why: String,
}

impl LookupError {
    fn new(host: &str, error: &io::Error) -> Self {
        let text = error.to_string();
        let why = text.strip_prefix("failed to lookup address information: ").unwrap_or(&text).to_owned();
        LookupError { host: host.to_owned(), is_final: is_final(error.raw_os_error(), &why), why }
    }
}

/// Whether the name does not exist. Except on Windows, the standard library passes only the resolver's text on, so this
/// compares the texts of glibc, musl and macOS for `EAI_NONAME` and `EAI_NODATA`.
fn is_final(code: Option<i32>, text: &str) -> bool {
    const HOST_NOT_FOUND: i32 = 11001;
    const NO_DATA: i32 = 11004;
    const WORDS: [&str; 6] = [
        "Name or service not known",
        "No address associated with hostname",
        "Name does not resolve",
        "Name has no usable address",
        "nodename nor servname provided",
        "Non-recoverable",
    ];
    (cfg!(windows) && matches!(code, Some(HOST_NOT_FOUND | NO_DATA))) || WORDS.iter().any(|words| text.contains(words))
}

impl fmt::Display for LookupError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let LookupError { host, is_final, why } = self;
        match is_final {
            true => write!(formatter, "there is no host {host} ({why})"),
            false => write!(formatter, "the address of {host} cannot be looked up now: {why}"),
        }
    }
}

impl std::error::Error for LookupError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_does_not_exist_is_told_from_a_resolver_that_is_not_well() {
        for (text, is_final) in [
            ("Name or service not known", true),
            ("Name does not resolve", true),
            ("nodename nor servname provided, or not known", true),
            ("No address associated with hostname", true),
            ("Temporary failure in name resolution", false),
            ("Try again", false),
            ("System error", false),
        ] {
            let error = io::Error::other(format!("failed to lookup address information: {text}"));
            let error = LookupError::new("idp.example.com", &error);
            assert_eq!(error.is_final, is_final, "{text}");
            assert!(error.to_string().contains("idp.example.com") && error.to_string().contains(text), "{error}");
        }
    }
}
