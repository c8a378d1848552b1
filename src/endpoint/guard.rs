//! Refuses requests that do not come from a program of this user.
//!
//! A web page can make a browser send requests to this machine. It cannot choose `Host` or leave out `Origin` and
//! `Sec-Fetch-Site` (Fetch standard; W3C Fetch Metadata), but a name of its own can resolve to a loopback address (DNS
//! rebinding).

use hyper::header::{HOST, HeaderMap, ORIGIN};

use super::listener::Peer;

const SEC_FETCH_SITE: &str = "sec-fetch-site";

/// Why a request is refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Refusal {
    /// The process of another user has sent it.
    AnotherUser,
    /// The kernel does not say which user has sent it.
    UnknownUser,
    /// A web page has sent it.
    WebPage,
    /// It is for another host.
    ForeignHost,
}

impl Refusal {
    /// Returns the reason, for people.
    pub(crate) fn reason(self) -> &'static str {
        match self {
            Refusal::AnotherUser => "this endpoint is for another user of the machine",
            Refusal::UnknownUser => "the kernel does not say which user has sent this request",
            Refusal::WebPage => "web pages cannot use this endpoint",
            Refusal::ForeignHost => "the Host header is not the address of this endpoint",
        }
    }
}

/// The conditions of an endpoint.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Guard {
    /// The port of the endpoint; `None` for a Unix socket.
    pub(crate) port: Option<u16>,
    /// Whether requests of unknown users are refused. Without a secret, they must be.
    pub(crate) demands_user: bool,
}

impl Guard {
    /// Checks who has sent a request.
    ///
    /// # Errors
    /// The request must be refused.
    pub(crate) fn check(&self, peer: Peer, headers: &HeaderMap) -> Result<(), Refusal> {
        match peer {
            Peer::Other => return Err(Refusal::AnotherUser),
            Peer::Unknown if self.demands_user => return Err(Refusal::UnknownUser),
            Peer::Own | Peer::Unknown => {}
        }
        let site = headers.get(SEC_FETCH_SITE);
        if headers.contains_key(ORIGIN) || site.is_some_and(|site| site != "none") {
            return Err(Refusal::WebPage);
        }
        let mut hosts = headers.get_all(HOST).iter();
        match (hosts.next(), hosts.next()) {
            (Some(host), None) if host.to_str().is_ok_and(|host| self.is_own_host(host)) => Ok(()),
            _ => Err(Refusal::ForeignHost),
        }
    }

    /// Whether `host` is this endpoint. The clients of a Unix socket, and programs that forward a port to it, name any
    /// port.
    fn is_own_host(&self, host: &str) -> bool {
        let (name, port) = match host.rsplit_once(':') {
            Some((name, port)) => (name, port.parse().ok()),
            None => (host, Some(80)),
        };
        let is_loopback = name == "127.0.0.1" || name.eq_ignore_ascii_case("localhost");
        is_loopback && port.is_some() && (self.port.is_none() || self.port == port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, value.parse().unwrap());
        }
        headers
    }

    const TCP: Guard = Guard { port: Some(4711), demands_user: false };
    const SOCKET: Guard = Guard { port: None, demands_user: true };

    #[test]
    fn a_program_of_this_user_gets_through() {
        for host in ["127.0.0.1:4711", "localhost:4711", "LOCALHOST:4711"] {
            assert_eq!(TCP.check(Peer::Own, &headers(&[("host", host)])), Ok(()), "{host}");
        }
        assert_eq!(TCP.check(Peer::Unknown, &headers(&[("host", "localhost:4711")])), Ok(()));
        for host in ["localhost", "127.0.0.1:8000"] {
            assert_eq!(SOCKET.check(Peer::Own, &headers(&[("host", host)])), Ok(()), "{host}");
        }
        let typed = headers(&[("host", "localhost:4711"), ("sec-fetch-site", "none")]);
        assert_eq!(TCP.check(Peer::Own, &typed), Ok(()));
    }

    #[test]
    fn a_name_that_resolves_to_this_machine_is_refused() {
        for host in ["evil.example:4711", "127.0.0.1:80", "127.0.0.1", "localhost.evil.example:4711", "", "localhost:x"]
        {
            assert_eq!(TCP.check(Peer::Own, &headers(&[("host", host)])), Err(Refusal::ForeignHost), "{host}");
        }
        assert_eq!(SOCKET.check(Peer::Own, &headers(&[("host", "evil.example")])), Err(Refusal::ForeignHost));
        let two = headers(&[("host", "localhost:4711"), ("host", "localhost:4711")]);
        assert_eq!(TCP.check(Peer::Own, &two), Err(Refusal::ForeignHost));
        assert_eq!(TCP.check(Peer::Own, &HeaderMap::new()), Err(Refusal::ForeignHost));
    }

    #[test]
    fn a_web_page_is_refused_even_from_this_machine() {
        for (name, value) in [
            ("origin", "http://localhost:4711"),
            ("origin", "null"),
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-origin"),
        ] {
            let sent = headers(&[("host", "localhost:4711"), (name, value)]);
            assert_eq!(TCP.check(Peer::Own, &sent), Err(Refusal::WebPage), "{name}: {value}");
        }
    }

    #[test]
    fn another_user_is_refused() {
        let sent = headers(&[("host", "localhost:4711")]);
        assert_eq!(TCP.check(Peer::Other, &sent), Err(Refusal::AnotherUser));
        assert_eq!(SOCKET.check(Peer::Unknown, &sent), Err(Refusal::UnknownUser));
    }
}
