//! The hosts that a token may be sent to. [`Target`] is for `curl` and `proxy`, and [`server`] for credential helpers.
//!
//! Programs disagree about unusual URLs. A URL is refused here if it is not plain, so that the host that is checked is
//! the one that the program sends the token to.

pub(super) mod server;

use std::net::{Ipv4Addr, Ipv6Addr};

use super::{Exit, Failure};
use crate::output::command_line;

/// The host that a URL names.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Target {
    /// In lower case, without a dot at the end; an IPv6 address in brackets.
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) is_https: bool,
    /// Whether the host is this machine.
    pub(super) is_loopback: bool,
}

impl Target {
    /// Parses a URL.
    ///
    /// # Errors
    /// Why the token is not sent there.
    pub(super) fn parse(url: &str) -> Result<Target, String> {
        let (scheme, rest) = url.split_once("://").ok_or("type the whole URL, with https://")?;
        let is_https = scheme.eq_ignore_ascii_case("https");
        if !is_https && !scheme.eq_ignore_ascii_case("http") {
            return Err(format!("{scheme} is neither https nor http"));
        }
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (host, port) = host_and_port(&rest[..end])?;
        let is_loopback = is_loopback(&host);
        if !is_https && !is_loopback {
            return Err("http would show the token to the network: use https".to_owned());
        }
        Ok(Target { host, port: port.unwrap_or(if is_https { 443 } else { 80 }), is_https, is_loopback })
    }

    /// Whether one of the patterns of a profile stands for the host.
    fn is_among(&self, patterns: &[String]) -> bool {
        let usual = if self.is_https { 443 } else { 80 };
        patterns.iter().any(|pattern| {
            let Ok((host, port)) = host_and_port(pattern.strip_prefix("*.").unwrap_or(pattern)) else { return false };
            let is_of_domain =
                pattern.starts_with("*.") && self.host.strip_suffix(&host).is_some_and(|rest| rest.ends_with('.'));
            port.unwrap_or(usual) == self.port && (is_of_domain || !pattern.starts_with("*.") && self.host == host)
        })
    }

    /// Refuses the host if the profile names hosts, and not this one.
    pub(super) fn ensure_allowed(&self, profile: &str, hosts: &[String]) -> Result<(), Failure> {
        if hosts.is_empty() || self.is_among(hosts) {
            return Ok(());
        }
        let host = self.pattern();
        let message = format!("the profile {profile:?} does not allow {host}, so the token is not sent there");
        let words = ["tokcache", "profile", "set", profile].into_iter();
        let all = hosts.iter().map(String::as_str).chain([host.as_str()]).flat_map(|host| ["--host", host]);
        Err(Failure::new(Exit::Denied, message).try_shell(command_line(words.chain(all))))
    }

    /// Returns the host as a profile names it.
    pub(super) fn pattern(&self) -> String {
        match (self.is_https, self.port) {
            (true, 443) | (false, 80) => self.host.clone(),
            (_, port) => format!("{}:{port}", self.host),
        }
    }
}

/// Parses a host for a profile: `HOST`, `HOST:PORT` or `*.DOMAIN`.
pub(super) fn allowed_host(text: &str) -> Result<String, String> {
    let wrong = || "type a host such as api.example.com, localhost:8080 or *.example.com".to_owned();
    let (star, rest) = text.strip_prefix("*.").map_or(("", text), |rest| ("*.", rest));
    let (host, port) = host_and_port(rest).map_err(|_| wrong())?;
    if !star.is_empty() && (!host.contains('.') || host.parse::<Ipv4Addr>().is_ok()) {
        return Err("a * stands for the names in a domain, such as *.example.com".to_owned());
    }
    Ok(format!("{star}{host}{}", port.map(|port| format!(":{port}")).unwrap_or_default()))
}

/// Parses `HOST` or `HOST:PORT`. The host is returned in lower case, without a dot at the end; an IPv6 address in
/// brackets.
pub(super) fn host_and_port(text: &str) -> Result<(String, Option<u16>), String> {
    let strange = || "its host is not a plain name or address".to_owned();
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let (address, after) = rest.split_once(']').ok_or_else(strange)?;
            let address: Ipv6Addr = address.parse().map_err(|_| strange())?;
            let port = if after.is_empty() { None } else { Some(after.strip_prefix(':').ok_or_else(strange)?) };
            (format!("[{address}]"), port)
        }
        None => {
            let (host, port) = text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port)));
            let whole = host;
            let host = host.strip_suffix('.').unwrap_or(host);
            // Programs ask the DNS for "localhost.".
            if host.len() < whole.len() && is_loopback(&host.to_ascii_lowercase()) {
                return Err(strange());
            }
            let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
            let is_part = |part: &str| !part.is_empty() && !part.starts_with('-') && part.bytes().all(is_letter);
            host.split('.').all(is_part).then_some(()).ok_or_else(strange)?;
            (host.to_ascii_lowercase(), port)
        }
    };
    let is_number = |port: &&str| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    let port = port.map(|port| Some(port).filter(is_number).and_then(|port| port.parse().ok()).ok_or_else(strange));
    Ok((host, port.transpose()?))
}

/// Whether programs connect to this machine, without asking anybody.
pub(super) fn is_loopback(host: &str) -> bool {
    host == "localhost" || host == "[::1]" || host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_that_programs_could_read_differently_is_refused() {
        for url in [
            "api.example.com",
            "https:/api.example.com",
            "https:///api.example.com",
            "https://api.example.com@evil.example/",
            "https://evil.example\\@api.example.com/",
            "https://api.example.com\\.evil.example/",
            "https://{api.example.com,evil.example}/",
            "https://api.example.com%2eevil.example/",
            "https://api.example.com:443@evil.example/",
            "https://api.example.com:0443x/",
            "https://api.example.com:/",
            "http://localhost.:8080/",
            "http://LOCALHOST./",
            "http://127.0.0.1./",
            "https://[::1/",
            "https://[::1]x/",
            "https://ä.example/",
            "https://a b.example/",
            "https://.example/",
            "https://example../",
            " https://api.example.com/",
            "ftp://api.example.com/",
            "http://api.example.com/",
            "http://2130706433/",
            "http://127.1/",
            "http://localhost.example.com/",
            "http://0x7f.0.0.1/",
        ] {
            assert!(Target::parse(url).is_err(), "{url}");
        }
        for url in ["https://API.example.com./x?y=@z#\\", "HTTPS://api.example.com", "https://api.example.com:443?a"] {
            let target = Target::parse(url).unwrap();
            assert_eq!((target.host.as_str(), target.port), ("api.example.com", 443), "{url}");
        }
        for url in ["http://127.0.0.1:8080/", "http://localhost/", "http://[::1]:80", "http://127.9.9.9"] {
            assert!(Target::parse(url).unwrap().is_loopback, "{url}");
        }
    }

    #[test]
    fn a_pattern_stands_for_its_own_hosts_and_port_only() {
        let is_among = |url: &str, pattern: &str| {
            Target::parse(url).unwrap().is_among(&[allowed_host(pattern).unwrap_or_else(|why| panic!("{why}"))])
        };
        assert!(is_among("https://api.example.com/x", "API.example.com"));
        assert!(is_among("https://api.example.com:443/x", "api.example.com"));
        assert!(is_among("https://a.b.example.com", "*.example.com"));
        assert!(is_among("http://localhost:8080", "localhost:8080"));
        assert!(is_among("https://[::1]:1", "[0::1]:1"));
        assert!(!is_among("https://api.example.com:8443/x", "api.example.com"));
        assert!(!is_among("https://example.com", "*.example.com"));
        assert!(!is_among("https://evilexample.com", "*.example.com"));
        assert!(!is_among("https://api.example.com.evil.example", "api.example.com"));
        for pattern in ["*", "*.", "*.com", "a/b", "https://a", "a:b", "", "*.1.2.3.4", "user@host"] {
            assert!(allowed_host(pattern).is_err(), "{pattern}");
        }
    }
}
