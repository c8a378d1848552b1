//! The metadata of a resource's authorization server (RFC 8414, OpenID Connect Discovery 1.0).

use http::Uri;

use super::document::document;
use crate::oauth::authority::Authority;
use crate::oauth::endpoint::{Endpoint, Endpoints};
use crate::oauth::error::RequestError;
use crate::oauth::http::{Http, Response};
use crate::oauth::json::Members;
use crate::oauth::metadata;
use crate::oauth::url::{origin, parse_secure};

/// The authorization server of a protected resource.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AuthorizationServer {
    /// The server.
    pub authority: Authority,
    /// Its endpoints, and its issuer, verbatim.
    pub endpoints: Endpoints,
    /// `registration_endpoint` (RFC 7591 §3).
    pub registration: Option<Endpoint>,
    /// `client_id_metadata_document_supported`: a client identifier may be the URL of a document that describes the
    /// client.
    pub accepts_client_id_metadata_documents: bool,
    /// Whether the server announces PKCE with S256 (RFC 7636), or is one that supports it without saying so.
    pub supports_s256: bool,
    /// `token_endpoint_auth_methods_supported`.
    pub token_endpoint_auth_methods: Option<Vec<String>>,
    /// `grant_types_supported`.
    pub grant_types: Option<Vec<String>>,
}

/// Reads the metadata of the issuer. They must name exactly this issuer (RFC 8414 §3.3); a slash instead of an empty path
/// is the same URL.
///
/// # Errors
/// There are no metadata, those of another issuer, or an outage.
pub(super) async fn of_issuer(http: &dyn Http, issuer: &str) -> Result<AuthorizationServer, RequestError> {
    let authority = parsed(issuer)?;
    for place in places(issuer)? {
        let Some(response) = document(http, &place).await? else { continue };
        let found = metadata::issuer_in(&response).unwrap_or_default();
        if found != issuer && with_path(&found) != with_path(issuer) {
            let message = format!("the metadata at {place} name another issuer, {found:?}");
            return Err(RequestError::WrongAuthority { message });
        }
        return read(&response, authority);
    }
    Err(RequestError::NoMetadata { message: format!("the authorization server {issuer} has no metadata") })
}

/// Returns the authorization server of a resource without metadata, as in the Model Context Protocol of 2025-03-26: the
/// resource's own origin, with the metadata of RFC 8414, or with fixed endpoints.
pub(super) async fn at_origin(http: &dyn Http, at: &str) -> Result<AuthorizationServer, RequestError> {
    for place in places(at)? {
        let Some(response) = document(http, &place).await? else { continue };
        let issuer = metadata::issuer_in(&response).unwrap_or_default();
        if !parse_secure(&issuer).is_ok_and(|uri| origin(&uri) == at) {
            let message = format!("the metadata at {place} name the issuer of another origin, {issuer:?}");
            return Err(RequestError::WrongAuthority { message });
        }
        return read(&response, parsed(&issuer)?);
    }
    let endpoint = |name: &str| Endpoint::parse(&format!("{at}/{name}")).ok();
    Ok(AuthorizationServer {
        authority: parsed(at)?,
        endpoints: Endpoints {
            authorization: endpoint("authorize"),
            token: endpoint("token"),
            is_complete: true,
            ..Endpoints::default()
        }
        .told_by_provider(),
        registration: endpoint("register").map(Endpoint::told_by_provider),
        accepts_client_id_metadata_documents: false,
        supports_s256: true,
        token_endpoint_auth_methods: None,
        grant_types: None,
    })
}

/// Returns the places of the metadata (Model Context Protocol 2025-11-25, "Authorization Server Metadata Discovery"): RFC
/// 8414 with the path inserted, OpenID Connect with the path inserted, OpenID Connect with the path before it.
fn places(issuer: &str) -> Result<Vec<String>, RequestError> {
    let uri = parse_secure(issuer).map_err(|error| wrong(issuer, &error.to_string()))?;
    let (origin, path) = (origin(&uri), uri.path().trim_end_matches('/'));
    let mut places = vec![
        format!("{origin}/.well-known/oauth-authorization-server{path}"),
        format!("{origin}/.well-known/openid-configuration{path}"),
    ];
    places.extend((!path.is_empty()).then(|| format!("{origin}{path}/.well-known/openid-configuration")));
    Ok(places)
}

fn read(response: &Response, authority: Authority) -> Result<AuthorizationServer, RequestError> {
    let members = Members::parse(&response.body).ok_or_else(|| wrong(authority.url(), "it is no JSON object"))?;
    let endpoints = metadata::read(response, &authority, false)?.told_by_provider();
    let endpoints = Endpoints { is_complete: true, ..endpoints };
    let registration = members.string("registration_endpoint").and_then(|url| Endpoint::parse(&url).ok());
    let registration = registration.map(Endpoint::told_by_provider);
    let methods = members.strings("code_challenge_methods_supported").unwrap_or_default();
    Ok(AuthorizationServer {
        endpoints,
        registration: registration.filter(|endpoint| metadata::is_acceptable(endpoint, &authority)),
        accepts_client_id_metadata_documents: members.read("client_id_metadata_document_supported").unwrap_or(false),
        supports_s256: methods.iter().any(|method| method == "S256"),
        token_endpoint_auth_methods: members.strings("token_endpoint_auth_methods_supported"),
        grant_types: members.strings("grant_types_supported"),
        authority,
    })
}

/// Returns the authority of an issuer.
pub(super) fn parsed(issuer: &str) -> Result<Authority, RequestError> {
    Authority::parse(issuer, None).map_err(|error| wrong(issuer, &error.to_string()))
}

/// Returns the URL with the slash of an empty path, which is the same URL (RFC 3986 §6.2.3).
fn with_path(url: &str) -> String {
    let is_bare = url.parse().is_ok_and(|uri: Uri| uri.path() == "/" && uri.query().is_none());
    if is_bare { format!("{}/", url.trim_end_matches('/')) } else { url.to_owned() }
}

fn wrong(issuer: &str, why: &str) -> RequestError {
    RequestError::WrongAuthority { message: format!("{issuer:?} cannot be an authorization server: {why}") }
}
