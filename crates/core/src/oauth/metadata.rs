//! Where provider metadata are: OpenID Connect Discovery 1.0, and RFC 8414.

use http::Uri;

use super::authority::{Authority, AuthorityKind, origin};
use super::error::RequestError;
use super::http::{Http, Response};
use super::json::Members;
use super::redaction::Secrets;
use super::request::Request;

/// Redirects that are followed one after the other.
const MOST_REDIRECTS: usize = 5;

/// A document of metadata: a JSON object.
#[derive(Debug)]
pub(super) struct Metadata {
    pub(super) response: Response,
    /// Whether it is that of OpenID Connect, beside which there may be one of RFC 8414.
    pub(super) is_openid: bool,
}

/// Gets the provider's metadata. Both places are tried, whatever the first one answers. A redirect is
/// followed within the origin: the request holds no secret, and an answer of another origin would prove nothing.
///
/// # Errors
/// The outage, if there is one, else [`RequestError::NoMetadata`] with what is there instead.
pub(super) fn fetch(http: &dyn Http, authority: &Authority) -> Result<Metadata, RequestError> {
    let mut failure: Option<RequestError> = None;
    let places = [(openid_configuration(authority), true), (oauth_authorization_server(authority), false)];
    for (url, is_openid) in places {
        let response = match follow(http, &url) {
            Ok(response) => response,
            // The other place is on the same server, which does not answer.
            Err(error @ RequestError::Unavailable { .. }) => return Err(failure.unwrap_or(error)),
            Err(RequestError::NoSuchHost { message }) => return Err(RequestError::WrongAuthority { message }),
            Err(error @ RequestError::Unintelligible { .. }) => {
                failure = Some(more_telling(failure, error));
                continue;
            }
            Err(error) => return Err(error),
        };
        if is_document(&response) {
            return Ok(Metadata { response, is_openid });
        }
        let error = match RequestError::of(&response, &Secrets::none()) {
            outage @ RequestError::Unavailable { .. } => outage,
            _ => RequestError::unintelligible(&response, &Secrets::none()),
        };
        failure = Some(more_telling(failure, error));
    }
    let nothing = format!("{} has no provider metadata", authority.url());
    Err(match failure {
        Some(outage @ RequestError::Unavailable { .. }) => outage,
        Some(RequestError::Unintelligible { message, status }) if status != 404 => {
            RequestError::NoMetadata { message: format!("{nothing}: {message}") }
        }
        _ => RequestError::NoMetadata { message: nothing },
    })
}

/// The documents of RFC 8414 beside that of OpenID Connect, each asked for when it is its turn: the one that the RFC means, and
/// the one where many put it, below an issuer with a path. Whatever else is there is passed over. Microsoft has none.
///
/// # Errors
/// That the server does not answer any more.
pub(super) fn beside(http: &dyn Http, authority: &Authority) -> impl Iterator<Item = Result<Response, RequestError>> {
    let mut places = Vec::new();
    if authority.kind() == AuthorityKind::Oidc {
        places.push(oauth_authorization_server(authority));
        places.push(format!("{}/.well-known/oauth-authorization-server", authority.url()));
        places.dedup();
    }
    places.into_iter().filter_map(move |url| match follow(http, &url) {
        Ok(response) => is_document(&response).then_some(Ok(response)),
        Err(outage @ RequestError::Unavailable { .. }) => Some(Err(outage)),
        Err(_) => None,
    })
}

fn is_document(response: &Response) -> bool {
    response.status == 200 && Members::parse(&response.body).is_some()
}

/// An outage may pass; and that there is nothing at a place tells least.
fn more_telling(first: Option<RequestError>, second: RequestError) -> RequestError {
    match first {
        None | Some(RequestError::Unintelligible { status: 404, .. }) => second,
        Some(first) if second.is_retryable() && !first.is_retryable() => second,
        Some(first) => first,
    }
}

fn follow(http: &dyn Http, url: &str) -> Result<Response, RequestError> {
    let mut url = url.to_owned();
    for _ in 0..MOST_REDIRECTS {
        let response = http.send(&Request::get(&url))?.in_utf8();
        let target = response.location.as_deref().filter(|_| matches!(response.status, 301 | 302 | 303 | 307 | 308));
        match target.and_then(|target| within_origin(&url, target)) {
            Some(target) => url = target,
            None => return Ok(response),
        }
    }
    let message = format!("{MOST_REDIRECTS} redirects, one after the other");
    Err(RequestError::Unintelligible { message, status: 302 })
}

/// The URL that `location` means at `url` (RFC 3986 §5.2), if it is of the same origin.
fn within_origin(url: &str, location: &str) -> Option<String> {
    let uri: Uri = url.parse().ok()?;
    let location = location.trim().split('#').next().unwrap_or_default();
    let has_scheme = location.split(['/', '?']).next().is_some_and(|start| start.contains(':'));
    let path = uri.path();
    let target = if has_scheme {
        location.to_owned()
    } else if location.starts_with("//") {
        format!("{}:{location}", uri.scheme_str()?)
    } else if location.starts_with('/') {
        format!("{}{location}", origin(&uri))
    } else if location.is_empty() || location.starts_with('?') {
        format!("{}{path}{location}", origin(&uri))
    } else {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        format!("{}{folder}/{location}", origin(&uri))
    };
    let there = super::url::parse_secure(&target).ok()?;
    (origin(&there) == origin(&uri)).then_some(target)
}

/// OpenID Connect Discovery §4; the Microsoft identity platform keeps version 2.0 apart.
fn openid_configuration(authority: &Authority) -> String {
    let version = if authority.kind().is_entra_like() { "/v2.0" } else { "" };
    format!("{}{version}/.well-known/openid-configuration", authority.url())
}

/// RFC 8414 §3.1: the well-known part stands before the path.
fn oauth_authorization_server(authority: &Authority) -> String {
    format!("{}/.well-known/oauth-authorization-server{}", authority.origin(), authority.path())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::mock_http::{MockHttp, answer};

    const METADATA: &str = r#"{"issuer":"https://idp.example.com/a"}"#;

    fn authority(url: &str) -> Authority {
        Authority::parse(url, None).unwrap()
    }

    fn redirect(status: u16, location: &str) -> Response {
        Response { location: Some(location.to_owned()), ..answer(status, "") }
    }

    /// What comes of these answers, and that all of them were asked for.
    fn fetched<const N: usize>(answers: [Response; N]) -> Result<String, RequestError> {
        let http = MockHttp::new(answers);
        let found = fetch(&http, &authority("https://idp.example.com/a"));
        assert_eq!(http.left(), 0, "answers not asked for");
        found.map(|found| String::from_utf8(found.response.body.to_vec()).unwrap())
    }

    #[test]
    fn each_kind_has_its_place_for_metadata() {
        for (url, expected) in [
            ("https://idp.example.com/a/", "https://idp.example.com/a/.well-known/openid-configuration"),
            ("https://fs.example.com/adfs", "https://fs.example.com/adfs/.well-known/openid-configuration"),
            ("https://login.windows.net/t", "https://login.windows.net/t/v2.0/.well-known/openid-configuration"),
            ("https://c.ciamlogin.com/t", "https://c.ciamlogin.com/t/v2.0/.well-known/openid-configuration"),
            ("https://c.b2clogin.com/t/p", "https://c.b2clogin.com/t/p/v2.0/.well-known/openid-configuration"),
        ] {
            assert_eq!(openid_configuration(&authority(url)), expected);
        }
    }

    #[test]
    fn whatever_is_at_the_first_place_the_one_of_rfc_8414_is_tried() {
        for first in [
            answer(404, ""),
            answer(403, "forbidden"),
            answer(401, ""),
            answer(400, r#"{"error":"invalid_request"}"#),
            answer(500, "<html>"),
            answer(503, ""),
            answer(200, "<html>"),
            answer(200, ""),
            redirect(301, "https://elsewhere.example/"),
        ] {
            let http = MockHttp::new([first, answer(200, METADATA)]);
            fetch(&http, &authority("https://idp.example.com/a")).unwrap();
            assert_eq!(http.url(1), "https://idp.example.com/.well-known/oauth-authorization-server/a");
        }
    }

    #[test]
    fn the_most_telling_failure_is_told() {
        for (answers, words) in [
            ([answer(404, ""), answer(404, "")], "https://idp.example.com/a has no provider metadata"),
            (
                [answer(403, "no"), answer(404, "")],
                "https://idp.example.com/a has no provider metadata: HTTP 403: an answer that is not what was asked for",
            ),
            (
                [answer(404, ""), redirect(301, "https://b.example/x?secret")],
                "https://idp.example.com/a has no provider metadata: HTTP 301: a redirect to https://b.example/x, which \
                 is not followed",
            ),
            ([answer(503, ""), answer(404, "")], "HTTP 503"),
            ([answer(404, ""), answer(503, "")], "HTTP 503"),
            ([answer(403, ""), answer(503, "")], "HTTP 503"),
        ] {
            let error = fetched(answers).unwrap_err();
            assert_eq!(error.to_string(), words);
            assert_eq!(error.is_retryable(), words == "HTTP 503", "{error:?}");
        }
    }

    #[test]
    fn a_server_that_does_not_answer_is_not_asked_for_the_other_place() {
        let http = MockHttp::new([]).then_broken();
        let error = fetch(&http, &authority("https://idp.example.com/a")).unwrap_err();
        assert!(error.is_retryable(), "{error:?}");
    }

    #[test]
    fn a_redirect_is_followed_within_the_origin_only() {
        let here = |location: &str| fetched([redirect(302, location), answer(200, METADATA)]).unwrap();
        for location in ["/b", "//idp.example.com/b", "https://IDP.example.com:443/b", "b", "?b"] {
            assert_eq!(here(location), METADATA, "{location}");
        }
        for location in ["http://idp.example.com/b", "https://evil.example/b", "//evil.example", "javascript:b"] {
            let error = fetched([redirect(301, location), answer(404, "")]).unwrap_err();
            assert!(error.to_string().contains("which is not followed"), "{error}");
        }
    }

    #[test]
    fn redirects_without_end_are_given_up() {
        let error = fetched(std::array::from_fn::<_, { 2 * MOST_REDIRECTS }, _>(|_| redirect(302, "/b"))).unwrap_err();
        assert!(error.to_string().contains("redirects, one after the other"), "{error}");
    }

    #[test]
    fn a_redirect_means_what_rfc_3986_says() {
        let url = "https://idp.example.com/a/b";
        for (location, target) in [
            ("c", "https://idp.example.com/a/c"),
            ("/c", "https://idp.example.com/c"),
            ("?c", "https://idp.example.com/a/b?c"),
            ("c:d", ""),
            ("/c#d", "https://idp.example.com/c"),
            ("https://idp.example.com/c", "https://idp.example.com/c"),
            ("https://user@idp.example.com/c", ""),
        ] {
            let expected = Some(target.to_owned()).filter(|target| !target.is_empty());
            assert_eq!(within_origin(url, location), expected, "{location}");
        }
    }
}
