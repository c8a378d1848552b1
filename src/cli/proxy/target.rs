//! The server that a proxy is for.

use hyper::Uri;
use hyper::http::uri::{Authority, PathAndQuery, Scheme};
use tokcache_core::oauth::url::parse_secure;
use zeroize::Zeroizing;

use crate::endpoint::EndpointSecret;

/// The server, and the path to begin at.
#[derive(Clone, Debug)]
pub(super) struct Target {
    scheme: Scheme,
    authority: Authority,
    path: String,
}

impl Target {
    /// Parses a URL, or a host, with or without a port. Only servers of this machine can do without TLS.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let url = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
        let uri = parse_secure(&url).map_err(|error| error.to_string())?.into_parts();
        let (Some(scheme), Some(authority)) = (uri.scheme, uri.authority) else {
            return Err("type a host or a URL".to_owned());
        };
        if authority.as_str().contains('@') || authority.host().is_empty() {
            return Err("type a host or a URL, without a user".to_owned());
        }
        let path = uri.path_and_query.map_or_else(|| "/".to_owned(), |path| path.to_string());
        Ok(Target { scheme, authority, path })
    }

    /// Returns the host and port.
    pub(super) fn authority(&self) -> &str {
        self.authority.as_str()
    }

    /// Returns the address of the proxy that stands for the URL.
    pub(super) fn address(&self, port: Option<u16>, secret: Option<&EndpointSecret>) -> Zeroizing<String> {
        let port = port.map(|port| format!(":{port}"));
        let host = if port.is_some() { "127.0.0.1" } else { "localhost" };
        let prefix = secret.map(|secret| format!("/{}", secret.expose())).map(Zeroizing::new);
        let prefix = prefix.as_ref().map(|prefix| prefix.as_str()).unwrap_or_default();
        Zeroizing::new(format!("http://{host}{}{prefix}{}", port.unwrap_or_default(), self.path))
    }

    /// Returns the URL of a path on the server.
    pub(super) fn url(&self, path: PathAndQuery) -> Option<Uri> {
        let uri = Uri::builder().scheme(self.scheme.clone()).authority(self.authority.clone()).path_and_query(path);
        uri.build().ok()
    }

    /// Returns the path and query of a URL or a reference, if it is on the server.
    pub(super) fn path_of<'u>(&self, url: &'u str) -> Option<&'u str> {
        if url.starts_with('/') {
            return Some(url).filter(|url| !url.starts_with("//"));
        }
        let (scheme, rest) = url.split_once("://")?;
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        let is_own = self.scheme.as_str().eq_ignore_ascii_case(scheme) && self.is_authority(authority);
        is_own.then_some(if path.is_empty() { "/" } else { path }).filter(|path| path.starts_with('/'))
    }

    /// Compares hosts and ports. A port that is left out is that of the scheme.
    fn is_authority(&self, other: &str) -> bool {
        let default = if self.scheme == Scheme::HTTPS { 443 } else { 80 };
        let Ok(other) = other.parse::<Authority>() else { return false };
        let port = |authority: &Authority| authority.port_u16().unwrap_or(default);
        other.host().eq_ignore_ascii_case(self.authority.host()) && port(&other) == port(&self.authority)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_stands_for_its_https_url() {
        for (typed, address) in [
            ("api.example.com", "http://127.0.0.1:9/"),
            ("api.example.com:8443/mcp", "http://127.0.0.1:9/mcp"),
            ("https://api.example.com/v1/?a=b", "http://127.0.0.1:9/v1/?a=b"),
            ("http://127.0.0.1:8080/x", "http://127.0.0.1:9/x"),
        ] {
            assert_eq!(*Target::parse(typed).unwrap().address(Some(9), None), address, "{typed}");
        }
        for typed in ["http://api.example.com", "ftp://api.example.com", "https://a@b.example", "", "https://", "a b"] {
            assert!(Target::parse(typed).is_err(), "{typed}");
        }
    }

    #[test]
    fn only_urls_of_the_server_are_its_own() {
        let target = Target::parse("https://api.example.com").unwrap();
        for (url, path) in [
            ("/login", Some("/login")),
            ("https://API.example.com:443/a?b", Some("/a?b")),
            ("https://api.example.com", Some("/")),
            ("//evil.example/a", None),
            ("https://api.example.com.evil.example/a", None),
            ("http://api.example.com/a", None),
            ("https://api.example.com:8443/a", None),
            ("relative", None),
        ] {
            assert_eq!(target.path_of(url), path, "{url}");
        }
    }
}
