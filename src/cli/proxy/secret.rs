//! Finds the secret of the proxy in a request: as the first segment of its path, as a bearer token, or as the password
//! of Basic authentication. A program that can set one of them needs no other support.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use hyper::header::{AUTHORIZATION, HeaderMap};
use zeroize::Zeroizing;

use crate::endpoint::EndpointSecret;

/// The place of the secret in a request.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Found {
    Header,
    Path,
}

/// Returns where a request has the secret, and its path without the secret; `None` if it lacks the secret.
pub(super) fn find<'p>(secret: &EndpointSecret, path: &'p str, headers: &HeaderMap) -> Option<(Found, &'p str)> {
    let segment = path.strip_prefix('/').unwrap_or(path);
    let (segment, rest) = segment.split_at(segment.find(['/', '?']).unwrap_or(segment.len()));
    if secret.is(segment.as_bytes()) {
        return Some((Found::Path, rest));
    }
    is_in_header(secret, headers).then_some((Found::Header, path))
}

fn is_in_header(secret: &EndpointSecret, headers: &HeaderMap) -> bool {
    let header = headers.get(AUTHORIZATION).and_then(|header| header.to_str().ok());
    let Some((scheme, credentials)) = header.and_then(|header| header.split_once(' ')) else { return false };
    let credentials = credentials.trim();
    if scheme.eq_ignore_ascii_case("Bearer") {
        return secret.is(credentials.as_bytes());
    }
    let decoded = BASE64_STANDARD.decode(credentials).map(Zeroizing::new);
    let is_password = |decoded: Zeroizing<Vec<u8>>| {
        let colon = decoded.iter().position(|byte| *byte == b':');
        colon.is_some_and(|colon| secret.is(&decoded[colon + 1..]))
    };
    scheme.eq_ignore_ascii_case("Basic") && decoded.is_ok_and(is_password)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secret_is_found_in_the_path_and_in_the_header() {
        let secret = EndpointSecret::random().unwrap();
        let text = secret.expose();
        let with = |value: Option<String>| {
            let mut headers = HeaderMap::new();
            headers.extend(value.map(|value| (AUTHORIZATION, value.parse().unwrap())));
            headers
        };
        let none = with(None);
        assert_eq!(find(&secret, &format!("/{text}/a/b?c"), &none), Some((Found::Path, "/a/b?c")));
        assert_eq!(find(&secret, &format!("/{text}?c"), &none), Some((Found::Path, "?c")));
        assert_eq!(find(&secret, &format!("/{text}"), &none), Some((Found::Path, "")));
        let basic = format!("Basic {}", BASE64_STANDARD.encode(format!("any:{text}")));
        for value in [format!("Bearer {text}"), format!("bearer  {text}"), basic] {
            assert_eq!(find(&secret, "/a", &with(Some(value))), Some((Found::Header, "/a")));
        }
        for (path, value) in [
            ("/a".to_owned(), None),
            (format!("/a/{text}"), None),
            (format!("/{}", &text[1..]), None),
            ("/a".to_owned(), Some("Bearer x".to_owned())),
            ("/a".to_owned(), Some(text.to_owned())),
            ("/a".to_owned(), Some(format!("Basic {text}"))),
        ] {
            assert_eq!(find(&secret, &path, &with(value)), None, "{path}");
        }
    }
}
