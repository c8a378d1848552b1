use super::*;
use crate::oauth::endpoint::Endpoint;
use crate::oauth::http::Http as _;
use crate::oauth::issuer::is_issuer_of;
use crate::oauth::mock_http::{MockHttp, answer};
use crate::types::ScopeSet;
use pollster::FutureExt as _;

fn authority(url: &str) -> Authority {
    Authority::parse(url, None).unwrap()
}

fn discover(http: &MockHttp, authority: &Authority, needed: &[EndpointKind]) -> Result<Endpoints, RequestError> {
    let mut message = MetadataRequest::new(authority, needed);
    loop {
        let request = message.request();
        match message.response(&request, http.send(&request).block_on())? {
            Discovery::Found(endpoints) => return Ok(endpoints),
            Discovery::Next(next) => message = next,
        }
    }
}

fn discovered(url: &str, body: &str) -> Result<Endpoints, RequestError> {
    discover(&MockHttp::new([answer(200, body)]), &authority(url), &[])
}

#[test]
fn metadata_are_read() {
    let body = r#"{"issuer":"https://idp.example.com/a/","token_endpoint":"https://idp.example.com/t/",
        "device_authorization_endpoint":"https://idp.example.com/d","revocation_endpoint":"https://idp.example.com/r",
        "authorization_endpoint":"https://idp.example.com/a","end_session_endpoint":"https://idp.example.com/e",
        "pushed_authorization_request_endpoint":"https://idp.example.com/p","require_pushed_authorization_requests":true,
        "jwks_uri":"https://idp.example.com/j","id_token_signing_alg_values_supported":["RS256",1,"none"],
        "scopes_supported":["openid"],
        "authorization_response_iss_parameter_supported":true}"#;
    let endpoints = discovered("https://idp.example.com/a", body).unwrap();
    let endpoint = |url| Some(Endpoint::parse(url).unwrap());
    assert_eq!(
        endpoints,
        Endpoints {
            issuer: Some("https://idp.example.com/a/".into()),
            authorization: endpoint("https://idp.example.com/a"),
            token: endpoint("https://idp.example.com/t/"),
            device_authorization: endpoint("https://idp.example.com/d"),
            revocation: endpoint("https://idp.example.com/r"),
            end_session: endpoint("https://idp.example.com/e"),
            jwks: endpoint("https://idp.example.com/j"),
            pushed_authorization_request: endpoint("https://idp.example.com/p"),
            require_pushed_authorization_requests: true,
            scopes_supported: Some(ScopeSet::parse("openid")),
            id_token_signing_alg_values_supported: Some(vec!["RS256".into(), "none".into()]),
            authorization_response_iss_parameter_supported: true,
            is_complete: false,
        }
    );
}

#[test]
fn a_client_that_presents_a_certificate_gets_the_endpoints_for_such_clients() {
    let body = r#"{"issuer":"https://idp.example.com","token_endpoint":"https://idp.example.com/t",
        "revocation_endpoint":"https://idp.example.com/r",
        "mtls_endpoint_aliases":{"token_endpoint":"https://mtls.example.com/t","revocation_endpoint":7}}"#;
    let (http, authority) = (|| MockHttp::new([answer(200, body)]), authority("https://idp.example.com"));
    for (presents_certificate, token) in [(true, "https://mtls.example.com/t"), (false, "https://idp.example.com/t")] {
        let message = MetadataRequest::new(&authority, &[]).with_certificate(presents_certificate);
        let request = message.request();
        let found = message.response(&request, http().send(&request).block_on()).unwrap();
        let Discovery::Found(endpoints) = found else { panic!("{found:?}") };
        assert_eq!(endpoints.token.unwrap().as_str(), token);
        assert_eq!(endpoints.revocation.unwrap().as_str(), "https://idp.example.com/r");
    }
    let unsafe_alias = body.replace("https://mtls", "http://mtls");
    let http = MockHttp::new([answer(200, &unsafe_alias)]);
    let message = MetadataRequest::new(&authority, &[]).with_certificate(true);
    let request = message.request();
    message.response(&request, http.send(&request).block_on()).unwrap_err();
}

#[test]
fn an_unsafe_endpoint_that_is_not_for_every_client_is_left_out() {
    let body = r#"{"issuer":"https://idp.example.com","token_endpoint":"https://idp.example.com/t",
        "authorization_endpoint":"http://idp.example.com/a","end_session_endpoint":"javascript:1","jwks_uri":"/j"}"#;
    let endpoints = discovered("https://idp.example.com", body).unwrap();
    assert!(endpoints.token.is_some());
    assert_eq!((endpoints.authorization, endpoints.end_session, endpoints.jwks), (None, None, None));
}

#[test]
fn a_missing_endpoint_is_no_error() {
    let endpoints = discovered("https://idp.example.com", r#"{"issuer":"https://idp.example.com"}"#).unwrap();
    assert_eq!((endpoints.token, endpoints.device_authorization), (None, None));
    let endpoints = discovered("https://idp.example.com/a", OPENID).unwrap();
    assert!(endpoints.token.unwrap().is_told_by_provider());
}

const OPENID: &str = r#"{"issuer":"https://idp.example.com/a","token_endpoint":"https://idp.example.com/t"}"#;
const RFC_8414: &str = r#"{"issuer":"https://idp.example.com/a","token_endpoint":"https://idp.example.com/other",
    "revocation_endpoint":"https://idp.example.com/r"}"#;

/// Returns the revocation endpoint after a discovery that must use all these answers.
fn revocation<const N: usize>(url: &str, answers: [Response; N]) -> Result<Option<String>, RequestError> {
    let http = MockHttp::new(answers);
    let found = discover(&http, &authority(url), &[EndpointKind::Token, EndpointKind::Revocation]);
    assert_eq!(http.left(), 0, "answers not asked for");
    Ok(found?.revocation.map(|endpoint| endpoint.as_str().to_owned()))
}

#[test]
fn an_endpoint_that_only_rfc_8414_names_is_found_there() {
    let url = "https://idp.example.com/a";
    let http = MockHttp::new([answer(200, OPENID), answer(404, ""), answer(200, RFC_8414)]);
    let found = discover(&http, &authority(url), &[EndpointKind::Revocation]).unwrap();
    let endpoint = |url| Some(Endpoint::parse(url).unwrap());
    assert_eq!(found.revocation, endpoint("https://idp.example.com/r"));
    assert_eq!(found.token, endpoint("https://idp.example.com/t"), "that of OpenID Connect counts");
    let places = ["/a/.well-known/openid-configuration", "/.well-known/oauth-authorization-server/a"];
    for (index, place) in places.into_iter().chain(["/a/.well-known/oauth-authorization-server"]).enumerate() {
        assert_eq!(http.url(index), format!("https://idp.example.com{place}"));
    }
    let found = revocation(url, [answer(200, OPENID), answer(200, RFC_8414)]).unwrap();
    assert_eq!(found.as_deref(), Some("https://idp.example.com/r"), "and nobody is asked once more");
}

#[test]
fn where_nothing_that_is_needed_is_missing_one_document_is_enough() {
    let http = MockHttp::new([answer(200, OPENID)]);
    let found = discover(&http, &authority("https://idp.example.com/a"), &[EndpointKind::Token]).unwrap();
    assert_eq!(found.revocation, None);
    let microsoft = r#"{"issuer":"https://login.microsoftonline.com/{tenantid}/v2.0",
        "token_endpoint":"https://login.microsoftonline.com/t/oauth2/v2.0/token"}"#;
    assert_eq!(revocation("https://login.microsoftonline.com/t", [answer(200, microsoft)]).unwrap(), None);
    // The only place of RFC 8414 is not requested again.
    assert_eq!(revocation("https://idp.example.com/a", [answer(404, ""), answer(200, OPENID)]).unwrap(), None);
}

#[test]
fn another_issuer_s_document_adds_nothing() {
    let of_another = RFC_8414.replace("com/a", "com/b");
    for second in [answer(200, &of_another), answer(200, "{}"), answer(503, ""), answer(200, "<html>")] {
        let answers = [answer(200, OPENID), second, answer(404, "")];
        assert_eq!(revocation("https://idp.example.com/a", answers).unwrap(), None);
    }
    let unsafe_one = RFC_8414.replace("https://idp.example.com/r", "http://idp.example.com/r");
    let error = revocation("https://idp.example.com/a", [answer(200, OPENID), answer(200, &unsafe_one)]);
    assert!(error.unwrap_err().to_string().contains("an unsafe revocation_endpoint"));
    let http = MockHttp::new([answer(200, OPENID)]).then_broken();
    let outage = discover(&http, &authority("https://idp.example.com/a"), &[EndpointKind::Revocation]);
    assert!(outage.unwrap_err().is_retryable());
}

#[test]
fn without_metadata_the_error_names_the_authority() {
    let http = MockHttp::new([answer(404, "canary"), answer(404, "canary")]);
    let error = discover(&http, &authority("https://idp.example.com"), &[]).unwrap_err();
    assert_eq!(error.to_string(), "https://idp.example.com has no provider metadata");
    let http = MockHttp::new([answer(200, "<html>canary"), answer(404, "canary")]);
    let error = discover(&http, &authority("https://idp.example.com"), &[]).unwrap_err();
    assert!(error.to_string().contains("HTTP 200: a web page where JSON was expected"), "{error}");
    assert!(!format!("{error} {error:?}").contains("canary"));
}

#[test]
fn a_web_page_in_answer_to_each_request_looks_like_a_captive_portal() {
    let page = || answer(200, " <!DOCTYPE html>canary");
    let http = MockHttp::new([page(), page()]);
    let error = discover(&http, &authority("https://idp.example.com"), &[]).unwrap_err();
    assert!(error.is_retryable(), "{error:?}");
    for words in ["https://idp.example.com", "network wants you to sign in", "the authority is wrong"] {
        assert!(error.to_string().contains(words), "{error}");
    }
    assert!(!format!("{error} {error:?}").contains("canary"));
    for answers in [[page(), answer(404, "<html>")], [answer(404, "<html>"), page()], [page(), answer(200, "no")]] {
        let error = discover(&MockHttp::new(answers), &authority("https://idp.example.com"), &[]).unwrap_err();
        assert!(matches!(error, RequestError::NoMetadata { .. }), "{error:?}");
    }
}

#[test]
fn an_outage_is_an_outage() {
    let http = MockHttp::new([answer(503, "<html>"), answer(404, "")]);
    let error = discover(&http, &authority("https://idp.example.com"), &[]).unwrap_err();
    assert!(matches!(error, RequestError::Unavailable { status: Some(503), .. }), "{error:?}");
}

#[test]
fn issuers_are_accepted_as_msal_python_accepts_them() {
    for (url, issuer) in [
        ("https://idp.example.com/a", "https://idp.example.com/a"),
        ("https://idp.example.com/a", "https://idp.example.com/a/"),
        ("https://idp.example.com/a", "https://IDP.example.com:443/other"),
        ("https://example.com", "https://eu.example.com/x"),
        ("http://localhost:80/a", "http://localhost/b"),
        ("https://login.windows.net/common", "https://login.microsoftonline.com/{tenantid}/v2.0"),
        ("https://c.ciamlogin.com/t", "https://3f2c.ciamlogin.com/3f2c/v2.0"),
        // External ID and B2C on a tenant's own domain.
        ("https://login.contoso.test/3f2c/v2.0", "https://3f2c.ciamlogin.com/3f2c/v2.0"),
        ("https://login.contoso.test/c.onmicrosoft.com/b2c_1_in", "https://c.b2clogin.com/3f2c/v2.0/"),
    ] {
        assert!(is_issuer_of(issuer, &authority(url)), "{url} {issuer}");
    }
}

#[test]
fn another_issuer_is_refused() {
    for (url, issuer) in [
        ("https://idp.example.com/a", "https://evil.example/a"),
        ("https://idp.example.com", "https://idp.example.com.evil.example"),
        ("https://example.com", "https://a.b.example.com"),
        ("https://example.com", "https://evilexample.com"),
        ("https://example.com", "http://eu.example.com"),
        ("https://idp.example.com", "https://idp.example.com:8443"),
        ("https://idp.example.com", "http://idp.example.com"),
        ("https://idp.example.com", "https://login.microsoftonline.com/t/v2.0"),
        ("https://idp.example.com", "nonsense"),
        ("https://idp.example.com", "https://ciamlogin.com/t/v2.0"),
        ("https://idp.example.com", "https://t.ciamlogin.com.evil.example/t/v2.0"),
        ("https://idp.example.com", "https://idp.{example}.com"),
    ] {
        assert!(!is_issuer_of(issuer, &authority(url)), "{url} {issuer}");
        let error = discovered(url, &format!(r#"{{"issuer":"{issuer}"}}"#)).unwrap_err();
        assert!(matches!(error, RequestError::WrongAuthority { .. }), "{error:?}");
    }
    assert!(discovered("https://idp.example.com", "{}").is_err());
}

#[test]
fn an_endpoint_that_is_not_safe_is_refused() {
    let with = |authority: &str, endpoint: &str| {
        discovered(authority, &format!(r#"{{"issuer":"{authority}","token_endpoint":"{endpoint}"}}"#))
    };
    for endpoint in ["http://idp.example.com/t", "/t", "javascript:1", "http://127.0.0.1/t"] {
        assert!(with("https://idp.example.com", endpoint).is_err(), "{endpoint}");
    }
    assert!(with("http://127.0.0.1:1", "http://127.0.0.1:2/t").is_ok());
    let error = with("https://idp.example.com", "https://u:canary@idp.example.com/t").unwrap_err();
    assert!(!format!("{error} {error:?}").contains("canary"));
}

const METADATA: &str = r#"{"issuer":"https://idp.example.com/a"}"#;

fn redirect(status: u16, location: &str) -> Response {
    Response { location: Some(location.to_owned()), ..answer(status, "") }
}

/// Returns the issuer after a discovery that must use all these answers.
fn issuer<const N: usize>(answers: [Response; N]) -> Result<String, RequestError> {
    let http = MockHttp::new(answers);
    let found = discover(&http, &authority("https://idp.example.com/a"), &[]);
    assert_eq!(http.left(), 0, "answers not asked for");
    found.map(|found| found.issuer.unwrap())
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
        discover(&http, &authority("https://idp.example.com/a"), &[]).unwrap();
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
        let error = issuer(answers).unwrap_err();
        assert_eq!(error.to_string(), words);
        assert_eq!(error.is_retryable(), words == "HTTP 503", "{error:?}");
    }
}

#[test]
fn a_server_that_does_not_answer_is_not_asked_for_the_other_place() {
    let http = MockHttp::new([]).then_broken();
    let error = discover(&http, &authority("https://idp.example.com/a"), &[]).unwrap_err();
    assert!(error.is_retryable(), "{error:?}");
}

#[test]
fn a_redirect_is_followed_within_the_origin_only() {
    let here = |location: &str| issuer([redirect(302, location), answer(200, METADATA)]).unwrap();
    for location in ["/b", "//idp.example.com/b", "https://IDP.example.com:443/b", "b", "?b", "../b", "./b"] {
        assert_eq!(here(location), "https://idp.example.com/a", "{location}");
    }
    for location in ["http://idp.example.com/b", "https://evil.example/b", "//evil.example", "javascript:b"] {
        let error = issuer([redirect(301, location), answer(404, "")]).unwrap_err();
        assert!(error.to_string().contains("which is not followed"), "{error}");
    }
}

#[test]
fn redirects_without_end_are_given_up() {
    let http = MockHttp::new([redirect(302, "/b"), redirect(302, "/c"), redirect(302, "/d"), redirect(302, "/e")])
        .then(answer(200, OPENID))
        .then(redirect(302, "/f"))
        .then(answer(200, RFC_8414));
    let found = discover(&http, &authority("https://idp.example.com/a"), &[EndpointKind::Revocation]).unwrap();
    assert!(found.revocation.is_some());
    assert_eq!(http.url(6), "https://idp.example.com/f", "each document may be elsewhere");
    let error = issuer(std::array::from_fn::<_, { 2 * MOST_REDIRECTS }, _>(|_| redirect(302, "/b"))).unwrap_err();
    assert!(error.to_string().contains("redirects, one after the other"), "{error}");
}

#[test]
fn a_request_for_metadata_is_a_get_without_headers() {
    let request = MetadataRequest::new(&authority("https://idp.example.com/a"), &[]).request();
    assert_eq!(request, Request::get("https://idp.example.com/a/.well-known/openid-configuration"));
    assert_eq!((request.method().as_str(), request.headers.len()), ("GET", 0));
}
