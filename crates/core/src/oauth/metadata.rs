//! Provider metadata: their addresses and their contents (OpenID Connect Discovery 1.0, RFC 8414).

use http::Uri;
use serde_json::value::RawValue;

use super::authority::{Authority, AuthorityKind};
use super::endpoint::{Endpoint, Endpoints};
use super::error::RequestError;
use super::http::Response;
use super::issuer::is_issuer_of;
use super::json::Members;
use super::redaction::Secrets;
use super::url::is_loopback;

/// Returns the URL of OpenID Connect Discovery §4. The Microsoft identity platform has a separate one for version 2.0.
pub(super) fn openid_configuration(authority: &Authority) -> String {
    let version = if authority.kind().is_entra_like() { "/v2.0" } else { "" };
    format!("{}{version}/.well-known/openid-configuration", authority.url())
}

/// Returns the URL of RFC 8414 §3.1, with the well-known part before the path.
pub(super) fn oauth_authorization_server(authority: &Authority) -> String {
    format!("{}/.well-known/oauth-authorization-server{}", authority.origin(), authority.path())
}

/// Returns the URLs at which a provider may publish what its OpenID Connect document omits: that of RFC 8414, and the
/// one that many use below an issuer with a path. Microsoft has neither.
pub(super) fn beside_openid_configuration(authority: &Authority) -> Vec<String> {
    let mut urls = Vec::new();
    if authority.kind() == AuthorityKind::Oidc {
        urls.push(oauth_authorization_server(authority));
        urls.push(format!("{}/.well-known/oauth-authorization-server", authority.url()));
        urls.dedup();
    }
    urls
}

/// Whether a response contains metadata: a JSON object.
pub(super) fn is_document(response: &Response) -> bool {
    response.status == 200 && Members::parse(&response.body).is_some()
}

/// Returns the `issuer` of a document.
pub(super) fn issuer_in(metadata: &Response) -> Option<String> {
    Members::parse(&metadata.body)?.string("issuer")
}

/// Returns the endpoints in a document. A client that presents a certificate in TLS gets the endpoints for such clients
/// (RFC 8705 §5), where there are any.
///
/// # Errors
/// The document belongs to another issuer, or names an endpoint that secrets must not be sent to.
pub(super) fn read(
    response: &Response,
    authority: &Authority,
    presents_certificate: bool,
) -> Result<Endpoints, RequestError> {
    let members =
        Members::parse(&response.body).ok_or_else(|| RequestError::unintelligible(response, &Secrets::none()))?;
    let issuer = members.string("issuer").unwrap_or_default();
    if !is_issuer_of(&issuer, authority) {
        return Err(wrong(format!("the metadata at {} name another issuer, {issuer:?}", authority.url())));
    }
    let aliases = members.read::<&RawValue>("mtls_endpoint_aliases").filter(|_| presents_certificate);
    let aliases = aliases.and_then(|aliases| Members::parse(aliases.get().as_bytes()));
    let alias = |name: &str| aliases.as_ref()?.string(name);
    let endpoint = |name: &'static str| match alias(name).or_else(|| members.string(name)) {
        None => Ok(None),
        Some(url) => match Endpoint::parse(&url) {
            Ok(endpoint) if is_acceptable(&endpoint, authority) => Ok(Some(endpoint)),
            _ => Err(wrong(format!("the metadata at {} name an unsafe {name}", authority.url()))),
        },
    };
    // An unsafe endpoint that the client may not use is left out.
    let if_safe = |name: &'static str| endpoint(name).ok().flatten();
    Ok(Endpoints {
        issuer: Some(issuer),
        authorization: if_safe("authorization_endpoint"),
        token: endpoint("token_endpoint")?,
        device_authorization: endpoint("device_authorization_endpoint")?,
        revocation: endpoint("revocation_endpoint")?,
        end_session: if_safe("end_session_endpoint"),
        jwks: if_safe("jwks_uri"),
        pushed_authorization_request: if_safe("pushed_authorization_request_endpoint"),
        require_pushed_authorization_requests: members.read("require_pushed_authorization_requests").unwrap_or(false),
        scopes_supported: members.scopes("scopes_supported"),
        id_token_signing_alg_values_supported: members.strings("id_token_signing_alg_values_supported"),
        authorization_response_iss_parameter_supported: members
            .read("authorization_response_iss_parameter_supported")
            .unwrap_or(false),
        is_complete: false,
    })
}

/// Whether the endpoint may be used. Plain http is only for this machine, so only an authority on this machine may name
/// it.
pub(super) fn is_acceptable(endpoint: &Endpoint, authority: &Authority) -> bool {
    let is_plain = endpoint.as_str().parse().is_ok_and(|uri: Uri| uri.scheme_str() == Some("http"));
    !is_plain || is_loopback(authority.environment().as_str())
}

fn wrong(message: String) -> RequestError {
    RequestError::WrongAuthority { message }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn authority(url: &str) -> Authority {
        Authority::parse(url, None).unwrap()
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
}
