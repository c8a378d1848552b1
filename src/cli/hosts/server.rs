//! The hosts that credential helpers are configured for, and the servers that programs name to them.

use std::fmt;

use super::{host_and_port, is_loopback};

/// A host that may get a token, such as `git.example.com` or `registry.example.com:5000`. Without a port, it is the
/// default port of the scheme.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(in crate::cli) struct Host {
    name: String,
    port: Option<u16>,
}

/// A server that a program asks a token for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(in crate::cli) struct Server {
    is_tls: bool,
    host: Host,
}

impl Host {
    /// Parses `HOST`, `HOST:PORT` or a URL, of which the host and port count.
    pub(in crate::cli) fn parse(text: &str) -> Result<Host, String> {
        match Server::parse(text) {
            Some(server) if server.is_trustworthy() => Ok(server.host),
            Some(_) => Err("only https can carry a token to another machine".to_owned()),
            None => Err("type a host, such as git.example.com or registry.example.com:5000".to_owned()),
        }
    }

    /// Whether `server` is this host.
    pub(in crate::cli) fn is_of(&self, server: &Server) -> bool {
        let port = |host: &Host| host.port.unwrap_or(if server.is_tls { 443 } else { 80 });
        self.name == server.host.name && port(self) == port(&server.host)
    }

    /// Returns the name, without the port.
    pub(in crate::cli) fn name(&self) -> &str {
        &self.name
    }

    /// Returns the port, if it is not the default port of the scheme.
    pub(in crate::cli) fn port(&self) -> Option<u16> {
        self.port
    }

    /// Whether the host is this machine.
    pub(in crate::cli) fn is_loopback(&self) -> bool {
        is_loopback(&self.name)
    }

    /// Returns the URL of the host's root, without a slash at the end.
    pub(in crate::cli) fn url(&self) -> String {
        let is_plain = self.is_loopback() && self.port.is_some();
        format!("{}://{self}", if is_plain { "http" } else { "https" })
    }
}

impl fmt::Display for Host {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.name)?;
        self.port.iter().try_for_each(|port| write!(formatter, ":{port}"))
    }
}

impl Server {
    /// Parses a URL, or `HOST`, `HOST:PORT` or `HOST/PATH`, which stand for https.
    pub(in crate::cli) fn parse(text: &str) -> Option<Server> {
        match text.split_once("://") {
            Some((scheme, rest)) => {
                // cargo writes `sparse+https`.
                let scheme = scheme.strip_prefix("sparse+").unwrap_or(scheme);
                Server::of(scheme, rest.split(['/', '?', '#']).next()?)
            }
            None => Server::of("https", text.split(['/', '?', '#']).next()?),
        }
    }

    /// Returns the server of a scheme and `[USER@]HOST[:PORT]`, unless programs disagree on the host.
    pub(in crate::cli) fn of(scheme: &str, authority: &str) -> Option<Server> {
        let is_tls = match scheme {
            _ if scheme.eq_ignore_ascii_case("https") => true,
            _ if scheme.eq_ignore_ascii_case("http") => false,
            _ => return None,
        };
        let is_plain = |user: &str| user.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
        let host = match authority.split_once('@') {
            Some((user, host)) => is_plain(user).then_some(host)?,
            None => authority,
        };
        let (name, port) = host_and_port(host).ok()?;
        Some(Server { is_tls, host: Host { name, port } })
    }

    /// Whether a token on its way to the server cannot be read by others.
    pub(in crate::cli) fn is_trustworthy(&self) -> bool {
        self.is_tls || is_loopback(&self.host.name)
    }

    /// Returns the host and port.
    pub(in crate::cli) fn host(&self) -> &Host {
        &self.host
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_given(host: &str, asked: &str) -> bool {
        let host = Host::parse(host).unwrap();
        Server::parse(asked).is_some_and(|server| server.is_trustworthy() && host.is_of(&server))
    }

    #[test]
    fn a_host_is_the_same_in_each_form() {
        for asked in [
            "git.example.com",
            "GIT.example.com.",
            "https://git.example.com",
            "https://git.example.com:443/a?b#c",
            "https://me:secret@git.example.com/",
            "sparse+https://git.example.com/index/",
            "git.example.com/v2/",
        ] {
            assert!(is_given("git.example.com", asked), "{asked}");
            assert!(is_given("https://git.example.com/", asked), "{asked}");
        }
        assert!(is_given("r.example.com:5000", "r.example.com:5000"));
        assert!(is_given("127.0.0.1:5000", "http://127.0.0.1:5000/v2"));
        assert!(is_given("[::1]:5000", "http://[::1]:5000"));
    }

    #[test]
    fn no_other_host_gets_the_token() {
        for asked in [
            "https://git.example.com.evil.example",
            "https://evil.example/git.example.com",
            "evil.example/+https://git.example.com",
            "https://git.example.com@evil.example",
            "https://evil.example\\@git.example.com",
            "https://evil.example#@git.example.com",
            "https://evil.example?@git.example.com",
            "https://a@evil.example@git.example.com",
            "https://git.example.com:8443",
            "https://git.example.com:443@evil.example",
            "https://git.example.com%2eevil.example",
            "https://git.example.com\n.evil.example",
            "http://git.example.com",
            "ssh://git.example.com",
            "https://xgit.example.com",
            "https://example.com",
            "https:///git.example.com",
            "/git.example.com",
            "///git.example.com",
            "//evil.example//git.example.com",
            "https://",
            "",
        ] {
            assert!(!is_given("git.example.com", asked), "{asked}");
        }
        assert!(!is_given("r.example.com:5000", "r.example.com"));
        assert!(!is_given("r.example.com:443", "http://r.example.com:443"));
    }

    #[test]
    fn only_a_host_can_be_configured() {
        for text in
            ["", "http://git.example.com", "*.example.com", "a b", "git.example.com:port", "-x", "a..b", "ssh://a"]
        {
            assert!(Host::parse(text).is_err(), "{text}");
        }
        assert_eq!(Host::parse("https://R.example.com:5000/v2").unwrap().to_string(), "r.example.com:5000");
        assert_eq!(Host::parse("127.0.0.1:80").unwrap().url(), "http://127.0.0.1:80");
        assert_eq!(Host::parse("a.example:80").unwrap().url(), "https://a.example:80");
    }
}
