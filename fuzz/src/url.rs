//! Parses URLs by hand.

use std::net::{Ipv4Addr, Ipv6Addr};

/// Returns the host of an absolute URL, without brackets and port.
pub fn host(url: &str) -> &str {
    match authority(url).strip_prefix('[') {
        Some(literal) => literal.split(']').next().unwrap_or_default(),
        None => authority(url).split(':').next().unwrap_or_default(),
    }
}

fn authority(url: &str) -> &str {
    let (_, rest) = url.split_once("://").expect("an absolute URL");
    rest.split(['/', '?', '#']).next().unwrap_or_default()
}

/// Asserts that a secret may be sent to the URL: over TLS or to this machine, and to this host only.
pub fn assert_secure(url: &str) {
    assert!(url.bytes().all(|byte| byte.is_ascii_graphic() || !byte.is_ascii()), "a blank in {url:?}");
    assert!(!url.contains('#') && !authority(url).contains(['@', '\\']), "{url:?} may be taken for another host");
    assert!(!host(url).is_empty(), "no host in {url:?}");
    let is_https = url.get(..8).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https://"));
    assert!(is_https || is_plain_loopback(url), "{url:?} is neither https nor loopback");
}

/// Whether the URL is plain http to this machine.
pub fn is_plain_loopback(url: &str) -> bool {
    let host = host(url);
    url.get(..7).is_some_and(|scheme| scheme.eq_ignore_ascii_case("http://"))
        && (host.eq_ignore_ascii_case("localhost")
            || host.parse().is_ok_and(|address: Ipv4Addr| address.octets()[0] == 127)
            || host.parse() == Ok(Ipv6Addr::LOCALHOST))
}
