//! Selects the proxy for a request by curl's rules.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use ureq::Proxy;
use ureq::http::Uri;

use tokcache_core::oauth::url::{bare_host, is_loopback};
use tokcache_core::secret::ProxyUrl;

const HTTPS_PORT: u16 = 443;

/// The proxy settings from the environment. The environment is read when a request is sent.
///
/// Only https goes through a proxy. Plain http is only for loopback hosts, which no proxy can reach, so `http_proxy`
/// has no effect.
#[derive(Clone)]
pub struct ProxyRules {
    lookup: Arc<Lookup>,
}

/// Looks up a variable.
type Lookup = dyn Fn(&str) -> Option<String> + Send + Sync;

impl ProxyRules {
    /// Returns rules that never use a proxy.
    pub fn none() -> ProxyRules {
        ProxyRules::from_environment(|_| None)
    }

    /// Reads `https_proxy`, else `all_proxy`, and `no_proxy` with `lookup`, each first in lower case and then in upper
    /// case. As in curl, an empty variable counts as unset. As in Go, a pattern of `no_proxy` may end in a port.
    pub fn from_environment(lookup: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> ProxyRules {
        ProxyRules { lookup: Arc::new(lookup) }
    }

    fn either(&self, name: &str) -> Option<String> {
        let set = |name: &str| (self.lookup)(name).filter(|value| !value.is_empty());
        set(name).or_else(|| set(&name.to_ascii_uppercase()))
    }

    /// Returns the proxy for `uri`. The error is a message for people.
    pub(super) fn proxy_for(&self, uri: &Uri) -> Result<Option<Proxy>, String> {
        let host = bare_host(uri).trim_end_matches('.').to_ascii_lowercase();
        let port = uri.port_u16().unwrap_or(HTTPS_PORT);
        if uri.scheme_str() != Some("https") || is_loopback(&host) || self.is_excepted(&host, port) {
            return Ok(None);
        }
        // The URL may contain a password. A blank one disables the proxy.
        let proxy = self.either("https_proxy").or_else(|| self.either("all_proxy")).map(ProxyUrl::new);
        let proxy = proxy.as_ref().map(|proxy| proxy.expose().trim()).filter(|proxy| !proxy.is_empty());
        if proxy.is_some_and(has_raw_user) {
            return Err(
                "https_proxy or all_proxy: percent-encode the user name and password of the proxy: / is %2F, @ \
                        is %40, : is %3A, ? is %3F, # is %23"
                    .to_owned(),
            );
        }
        let wrong = |_| "https_proxy or all_proxy is not the URL of a proxy".to_owned();
        proxy.map(|proxy| Proxy::new(proxy).map_err(wrong)).transpose()
    }

    /// Whether `no_proxy` excludes the host. `host` is in lower case and without brackets.
    fn is_excepted(&self, host: &str, port: u16) -> bool {
        let exceptions = self.either("no_proxy").unwrap_or_default();
        let mut patterns = exceptions.split([',', ' ', '\t', '\r', '\n']).filter(|pattern| !pattern.is_empty());
        patterns.any(|pattern| {
            let (pattern, only) = without_port(pattern);
            only.is_none_or(|only| only == port) && Exception::parse(pattern).covers(host)
        })
    }
}

/// Splits a pattern of `no_proxy` into the host and the port that it is limited to.
fn without_port(pattern: &str) -> (&str, Option<u16>) {
    let split = pattern.rsplit_once(':').filter(|(host, _)| !host.contains(':') || host.ends_with(']'));
    match split.and_then(|(host, port)| Some((host, port.parse().ok()?))) {
        Some((host, port)) => (host, Some(port)),
        None => (pattern, None),
    }
}

/// Whether `proxy` contains a user name or password that is not percent-encoded. A part of it would be taken for the
/// host, shown in messages, and looked up.
fn has_raw_user(proxy: &str) -> bool {
    let rest = proxy.split_once("://").map_or(proxy, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    let users = rest.matches('@').count();
    users != authority.matches('@').count() || users > 1
}

impl fmt::Debug for ProxyRules {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ProxyRules").finish_non_exhaustive()
    }
}

/// A pattern of `no_proxy`.
enum Exception {
    /// `*`.
    All,
    /// A domain and its subdomains. Leading dots and `*.` are ignored.
    Domain(String),
    /// An address, or a range in CIDR notation.
    Range { network: IpAddr, prefix: u32 },
}

impl Exception {
    fn parse(pattern: &str) -> Exception {
        if pattern == "*" {
            return Exception::All;
        }
        let (address, prefix) = match pattern.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (pattern, None),
        };
        if let Ok(network) = address.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>() {
            let whole = if network.is_ipv4() { 32 } else { 128 };
            let prefix = prefix.map_or(Ok(whole), str::parse);
            if let Some(prefix) = prefix.ok().filter(|prefix| *prefix <= whole) {
                return Exception::Range { network, prefix };
            }
        }
        Exception::Domain(pattern.trim_start_matches("*.").trim_matches('.').to_ascii_lowercase())
    }

    /// Whether the pattern matches. `host` is in lower case and without brackets.
    fn covers(&self, host: &str) -> bool {
        match self {
            Exception::All => true,
            Exception::Domain(domain) => host
                .strip_suffix(domain.as_str())
                .is_some_and(|rest| !domain.is_empty() && (rest.is_empty() || rest.ends_with('.'))),
            Exception::Range { network, prefix } => {
                host.parse::<IpAddr>().is_ok_and(|address| is_within(address, *network, *prefix))
            }
        }
    }
}

fn is_within(address: IpAddr, network: IpAddr, prefix: u32) -> bool {
    let (difference, width) = match (address, network) {
        (IpAddr::V4(address), IpAddr::V4(network)) => (u128::from(address.to_bits() ^ network.to_bits()), 32),
        (IpAddr::V6(address), IpAddr::V6(network)) => (address.to_bits() ^ network.to_bits(), 128),
        _ => return false,
    };
    difference.checked_shr(width - prefix).unwrap_or_default() == 0
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn rules(environment: &[(&str, &str)]) -> ProxyRules {
        let environment: BTreeMap<_, _> =
            environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        ProxyRules::from_environment(move |name| environment.get(name).cloned())
    }

    fn host_for(environment: &[(&str, &str)], url: &str) -> Option<String> {
        let proxy = rules(environment).proxy_for(&url.parse().unwrap()).unwrap();
        proxy.map(|proxy| format!("{}:{}", proxy.host(), proxy.port()))
    }

    #[test]
    fn the_variables_have_curl_s_precedence() {
        let url = "https://idp.example.com/";
        let all = [("ALL_PROXY", "all:1"), ("HTTPS_PROXY", "upper:2"), ("https_proxy", "http://lower:3")];
        assert_eq!(host_for(&all[..1], url).as_deref(), Some("all:1"));
        assert_eq!(host_for(&all[..2], url).as_deref(), Some("upper:2"));
        assert_eq!(host_for(&all, url).as_deref(), Some("lower:3"));
        assert_eq!(host_for(&[("https_proxy", ""), ("all_proxy", "all:1")], url).as_deref(), Some("all:1"));
        assert_eq!(host_for(&[("https_proxy", " "), ("all_proxy", "all:1")], url), None);
        assert_eq!(host_for(&[("http_proxy", "plain:1"), ("HTTP_PROXY", "plain:1")], url), None);
        assert_eq!(host_for(&[("all_proxy", "socks5h://s")], url).as_deref(), Some("s:1080"));
    }

    #[test]
    fn loopback_is_never_proxied() {
        for url in ["https://localhost:8443/", "https://127.3.2.1/", "https://[::1]/", "http://localhost/"] {
            assert_eq!(host_for(&[("https_proxy", "p:1"), ("all_proxy", "p:1")], url), None, "{url}");
        }
    }

    #[test]
    fn no_proxy_covers_what_curl_and_go_cover() {
        for (no_proxy, host, is_covered) in [
            ("*", "a.example", true),
            ("foo, example.com", "example.com", true),
            ("foo\texample.com", "login.example.com", true),
            (".example.com", "login.example.com", true),
            (".example.com", "example.com", true),
            ("*.example.com", "login.example.com", true),
            ("Example.COM.", "LOGIN.example.com", true),
            ("example.com", "badexample.com", false),
            ("example.com", "example.com.evil", false),
            (",., ,", "example.com", false),
            ("10.0.0.0/8", "10.200.3.4", true),
            ("10.0.0.0/8", "11.0.0.1", false),
            ("0.0.0.0/0", "8.8.8.8", true),
            ("::/0", "[2001:db8::1]", true),
            ("10.1.2.3", "10.1.2.3", true),
            ("10.1.2.3", "10.1.2.30", false),
            ("fd00::/8", "[fd12::1]", true),
            ("[fd12::1]", "[fd12::1]", true),
            ("fd00::/8", "10.0.0.1", false),
            ("10.0.0.0/99", "10.0.0.1", false),
            ("example.com:8443", "login.example.com:8443", true),
            ("example.com:8443", "login.example.com", false),
            (".example.com:443", "login.example.com", true),
            ("example.com:", "example.com", false),
            ("10.1.2.3:8443", "10.1.2.3:8443", true),
            ("10.1.2.3:8443", "10.1.2.3", false),
            ("[fd12::1]:8443", "[fd12::1]:8443", true),
            ("[fd12::1]:8443", "[fd12::1]", false),
            ("fd12::1", "[fd12::1]:8443", true),
            ("*:8443", "a.example:8443", true),
        ] {
            let environment = [("https_proxy", "p:1"), ("NO_PROXY", no_proxy)];
            let is_direct = host_for(&environment, &format!("https://{host}/")).is_none();
            assert_eq!(is_direct, is_covered, "{no_proxy} {host}");
        }
    }

    #[test]
    fn a_password_that_is_not_encoded_is_neither_shown_nor_looked_up() {
        for proxy in [
            "http://me:2024/canary@proxy:80",
            "http://me:canary?x@proxy:80",
            "http://me:canary#x@proxy:80",
            "http://me:can@ary@proxy:80",
            "me:80/canary@proxy",
            "socks5h://me:1/canary@proxy",
        ] {
            let rules = rules(&[("https_proxy", proxy)]);
            let error = rules.proxy_for(&"https://idp.example.com".parse().unwrap()).unwrap_err();
            assert!(error.contains("percent-encode") && !error.contains("can"), "{error}");
        }
        let encoded = [("https_proxy", "http://me:2024%2Fs%40cret@proxy:80")];
        assert_eq!(host_for(&encoded, "https://idp.example.com/").as_deref(), Some("proxy:80"));
    }

    #[test]
    fn a_proxy_that_is_no_url_is_an_error_without_its_text() {
        let rules = rules(&[("https_proxy", "gopher://user:canary@x y")]);
        let error = rules.proxy_for(&"https://idp.example.com".parse().unwrap()).unwrap_err();
        assert!(!format!("{error} {rules:?}").contains("canary"));
        assert!(rules.proxy_for(&"https://localhost".parse().unwrap()).unwrap().is_none());
    }
}
