//! The headers that a proxy passes on (RFC 9110 §7.6.1).

use hyper::header::{
    ACCEPT, AUTHORIZATION, CONNECTION, CONTENT_LENGTH, EXPECT, HOST, HeaderMap, HeaderName, HeaderValue, LOCATION,
    PROXY_AUTHENTICATE, PROXY_AUTHORIZATION, REFERER, TE, TRAILER, TRANSFER_ENCODING, UPGRADE, VIA,
};
use tokcache_core::secret::{AccessToken, SecretBuffer};

use super::target::Target;

const KEEP_ALIVE: HeaderName = HeaderName::from_static("keep-alive");
const PROXY_CONNECTION: HeaderName = HeaderName::from_static("proxy-connection");
/// Would lead a client past the proxy.
const ALT_SVC: HeaderName = HeaderName::from_static("alt-svc");

/// The headers for one connection only.
const HOP_BY_HOP: [HeaderName; 9] = [
    CONNECTION,
    KEEP_ALIVE,
    PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION,
    PROXY_CONNECTION,
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
];

/// Whether the client wants to speak another protocol, such as WebSocket.
pub(super) fn wants_upgrade(headers: &HeaderMap) -> bool {
    headers.contains_key(UPGRADE) && named_by_connection(headers).any(|name| name == UPGRADE)
}

/// Returns the headers for the server, without a token.
pub(super) fn for_server(headers: &HeaderMap) -> HeaderMap {
    let mut passed = end_to_end(headers);
    // The proxy itself expects nothing. A referrer has the secret of the proxy in its path.
    for name in [AUTHORIZATION, EXPECT, HOST, REFERER] {
        passed.remove(name);
    }
    // RFC 9112 §6.3: the length of a body in chunks is not what another header says.
    if headers.contains_key(TRANSFER_ENCODING) {
        passed.remove(CONTENT_LENGTH);
    }
    passed.append(VIA, HeaderValue::from_static("1.1 tokcache"));
    passed
}

/// Adds the token.
pub(super) fn authorize(headers: &mut HeaderMap, token: &AccessToken) {
    let mut text = SecretBuffer::new();
    text.push_str("Bearer ");
    text.push_str(token.expose());
    // Visible ASCII, as every token that is served.
    if let Ok(mut value) = HeaderValue::from_str(&text.finish()) {
        value.set_sensitive(true);
        headers.insert(AUTHORIZATION, value);
    }
}

/// Returns the headers for the client. `prefix` comes before the path in a redirect to the server itself, so that the
/// client stays with the proxy.
pub(super) fn for_client(headers: &HeaderMap, target: &Target, prefix: &str) -> HeaderMap {
    let mut passed = end_to_end(headers);
    passed.remove(ALT_SVC);
    let location = headers.get(LOCATION).and_then(|url| url.to_str().ok()).and_then(|url| target.path_of(url));
    let location = location.and_then(|path| HeaderValue::from_str(&format!("{prefix}{path}")).ok());
    if let Some(location) = location {
        passed.insert(LOCATION, location);
    }
    passed
}

/// Returns the headers that are not for one connection only.
fn end_to_end(headers: &HeaderMap) -> HeaderMap {
    let mut passed = headers.clone();
    for name in named_by_connection(headers).chain(HOP_BY_HOP) {
        passed.remove(name);
    }
    passed
}

fn named_by_connection(headers: &HeaderMap) -> impl Iterator<Item = HeaderName> {
    let values = headers.get_all(CONNECTION).iter().filter_map(|value| value.to_str().ok());
    let names = values.flat_map(|value| value.split(',')).filter_map(|name| name.trim().parse().ok());
    // A request cannot remove headers that it needs.
    names.filter(|name| *name != ACCEPT && *name != HOST)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &'static str)| {
            (HeaderName::from_static(name), HeaderValue::from_static(value))
        };
        pairs.iter().map(pair).collect()
    }

    #[test]
    fn only_end_to_end_headers_are_passed_on() {
        let sent = headers(&[
            ("accept", "text/event-stream"),
            ("authorization", "Bearer secret"),
            ("connection", "keep-alive, X-Hop"),
            ("content-length", "5"),
            ("cookie", "a=b"),
            ("host", "127.0.0.1:9"),
            ("keep-alive", "5"),
            ("mcp-session-id", "1"),
            ("proxy-authorization", "Basic x"),
            ("referer", "http://127.0.0.1:9/secret/"),
            ("te", "trailers"),
            ("transfer-encoding", "chunked"),
            ("x-hop", "1"),
        ]);
        let mut passed = for_server(&sent);
        assert_eq!(
            passed,
            headers(&[
                ("accept", "text/event-stream"),
                ("cookie", "a=b"),
                ("mcp-session-id", "1"),
                ("via", "1.1 tokcache")
            ])
        );
        authorize(&mut passed, &AccessToken::new("at"));
        assert_eq!(passed["authorization"], "Bearer at");
        assert!(!format!("{passed:?}").contains("Bearer at"));
    }

    #[test]
    fn an_upgrade_must_be_named_by_both_headers() {
        assert!(wants_upgrade(&headers(&[("connection", "Keep-Alive, Upgrade"), ("upgrade", "websocket")])));
        assert!(!wants_upgrade(&headers(&[("upgrade", "h2c")])));
    }

    #[test]
    fn a_redirect_to_the_server_stays_with_the_proxy() {
        let target = Target::parse("https://api.example.com").unwrap();
        for (location, expected) in [
            ("https://api.example.com/a?b", "/s/a?b"),
            ("/a", "/s/a"),
            ("https://other.example/a", "https://other.example/a"),
            ("a", "a"),
        ] {
            let answered = headers(&[("location", location), ("alt-svc", "h3=\":443\""), ("connection", "close")]);
            assert_eq!(for_client(&answered, &target, "/s"), headers(&[("location", expected)]), "{location}");
        }
    }
}
