//! Provider metadata: OpenID Connect Discovery 1.0, and RFC 8414 for providers that have no other.

use http::Uri;

use super::authority::Authority;
use super::endpoint::{Endpoint, EndpointKind, Endpoints};
use super::error::RequestError;
use super::http::{Http, Response};
use super::issuer::is_issuer_of;
use super::json::Members;
use super::metadata;
use super::redaction::Secrets;
use super::url::is_loopback;

/// Asks the provider for its endpoints. That one is missing is no error here. If one that is `needed` is missing in the
/// document of OpenID Connect, those of RFC 8414 are read too, as far as they are of the same issuer: some providers
/// name there what OpenID Connect does not know of.
///
/// # Errors
/// No metadata, metadata of another issuer (the mix-up attack), or an endpoint that secrets must not be sent to.
pub fn discover(http: &dyn Http, authority: &Authority, needed: &[EndpointKind]) -> Result<Endpoints, RequestError> {
    let found = metadata::fetch(http, authority)?;
    let mut endpoints = read(&found.response, authority)?;
    let lacks_any = |endpoints: &Endpoints| needed.iter().any(|kind| endpoints.get(*kind).is_none());
    if found.is_openid && lacks_any(&endpoints) {
        for response in metadata::beside(http, authority) {
            let response = response?;
            if issuer_in(&response) == endpoints.issuer {
                endpoints = endpoints.or(read(&response, authority)?);
            }
            if !lacks_any(&endpoints) {
                break;
            }
        }
    }
    Ok(endpoints.told_by_provider())
}

fn issuer_in(metadata: &Response) -> Option<String> {
    Members::parse(&metadata.body)?.string("issuer")
}

fn read(response: &Response, authority: &Authority) -> Result<Endpoints, RequestError> {
    let members =
        Members::parse(&response.body).ok_or_else(|| RequestError::unintelligible(response, &Secrets::none()))?;
    let issuer = members.string("issuer").unwrap_or_default();
    if !is_issuer_of(&issuer, authority) {
        return Err(wrong(format!("the metadata at {} name another issuer, {issuer:?}", authority.url())));
    }
    let endpoint = |name: &'static str| match members.string(name) {
        None => Ok(None),
        Some(url) => match Endpoint::parse(&url) {
            Ok(endpoint) if is_acceptable(&endpoint, authority) => Ok(Some(endpoint)),
            _ => Err(wrong(format!("the metadata at {} name an unsafe {name}", authority.url()))),
        },
    };
    Ok(Endpoints {
        issuer: Some(issuer),
        token: endpoint("token_endpoint")?,
        device_authorization: endpoint("device_authorization_endpoint")?,
        revocation: endpoint("revocation_endpoint")?,
        scopes_supported: members.scopes("scopes_supported"),
    })
}

/// Plain http is for this machine, so only an authority on this machine may send us there.
fn is_acceptable(endpoint: &Endpoint, authority: &Authority) -> bool {
    let is_plain = endpoint.as_str().parse().is_ok_and(|uri: Uri| uri.scheme_str() == Some("http"));
    !is_plain || is_loopback(authority.environment().as_str())
}

fn wrong(message: String) -> RequestError {
    RequestError::WrongAuthority { message }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::mock_http::{MockHttp, answer};

    fn authority(url: &str) -> Authority {
        Authority::parse(url, None).unwrap()
    }

    fn discovered(url: &str, body: &str) -> Result<Endpoints, RequestError> {
        discover(&MockHttp::new([answer(200, body)]), &authority(url), &[])
    }

    #[test]
    fn metadata_are_read() {
        let body = r#"{"issuer":"https://idp.example.com/a/","token_endpoint":"https://idp.example.com/t/",
            "device_authorization_endpoint":"https://idp.example.com/d","revocation_endpoint":"https://idp.example.com/r"}"#;
        let endpoints = discovered("https://idp.example.com/a", body).unwrap();
        let endpoint = |url| Some(Endpoint::parse(url).unwrap());
        assert_eq!(
            endpoints,
            Endpoints {
                issuer: Some("https://idp.example.com/a/".into()),
                token: endpoint("https://idp.example.com/t/"),
                device_authorization: endpoint("https://idp.example.com/d"),
                revocation: endpoint("https://idp.example.com/r"),
                scopes_supported: None,
            }
        );
    }

    #[test]
    fn a_missing_endpoint_is_no_error() {
        let endpoints = discovered("https://idp.example.com", r#"{"issuer":"https://idp.example.com"}"#).unwrap();
        assert_eq!((endpoints.token, endpoints.device_authorization), (None, None));
    }

    const OPENID: &str = r#"{"issuer":"https://idp.example.com/a","token_endpoint":"https://idp.example.com/t"}"#;
    const RFC_8414: &str = r#"{"issuer":"https://idp.example.com/a","token_endpoint":"https://idp.example.com/other",
        "revocation_endpoint":"https://idp.example.com/r"}"#;

    /// What is found by these answers, all of which are asked for, where an endpoint for revocation is needed.
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
        // What was found at the only place of RFC 8414 is not asked for again.
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
            // External ID and B2C on a domain of the tenant's own.
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
}
