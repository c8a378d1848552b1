//! Finds the authorization server of a protected resource.

use super::authorization_server::{self, AuthorizationServer, parsed};
use super::metadata::{LONGEST_SCOPES, metadata};
use super::resource_url::{ResourceUrl, host_of};
use crate::oauth::challenge::Challenge;
use crate::oauth::client::discover;
use crate::oauth::endpoint::EndpointKind;
use crate::oauth::error::RequestError;
use crate::oauth::field::FieldValue;
use crate::oauth::http::{Head, Http};
use crate::oauth::reach::Reach;
use crate::oauth::request::{Body, Request};
use crate::types::ScopeSet;

/// The first message of the Model Context Protocol, for a server that takes no GET.
const INITIALIZE: &str = concat!(
    r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"#,
    r#""clientInfo":{"name":"tokcache","version":""#,
    env!("CARGO_PKG_VERSION"),
    r#""}}}"#
);

/// The maximum number of authorization servers of one resource.
const MOST_SERVERS: usize = 16;

/// The search for the authorization server of a protected resource.
#[derive(Clone, Debug)]
pub struct ResourceDiscovery<'a> {
    /// The resource.
    pub url: &'a ResourceUrl,
    /// The challenge that the resource has sent. Without one, the resource is asked for it.
    pub challenge: Option<&'a Challenge>,
    /// The issuer that the user has named. The resource must trust it, unless the resource has no metadata.
    pub issuer: Option<&'a str>,
}

/// A protected resource and its authorization server.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ResourceMetadata {
    /// The value of the parameter `resource` (RFC 8707). Microsoft's platforms refuse the parameter beside a scope, which
    /// names the resource there.
    pub resource: Option<String>,
    /// The scopes to request: those of the challenge, else `scopes_supported`, else none.
    pub scopes: ScopeSet,
    /// The authorization server.
    pub server: AuthorizationServer,
}

/// Finds the authorization server of a protected resource, by one to a dozen requests without secrets.
///
/// # Errors
/// [`RequestError::WrongAuthority`] if an answer cannot be trusted, [`RequestError::NoMetadata`] if the authorization
/// server has none, or an outage.
pub async fn discover_resource(
    http: &dyn Http,
    search: &ResourceDiscovery<'_>,
) -> Result<ResourceMetadata, RequestError> {
    let ResourceDiscovery { url, issuer: named, .. } = *search;
    let challenge = match search.challenge {
        Some(challenge) => challenge.clone(),
        None => challenge_of(http, url).await?,
    };
    let metadata = metadata(http, url, &challenge).await?;
    let told = metadata.as_ref().map(|metadata| metadata.authorization_servers.as_slice()).unwrap_or_default();
    let trusted = told.get(..MOST_SERVERS).unwrap_or(told);
    let issuer = match named {
        Some(named) => Some(trusted_as(named, trusted).ok_or_else(|| not_trusted(url, named, trusted))?),
        None => trusted.first().cloned(),
    };
    let server = match &issuer {
        Some(issuer) => {
            // A person who names the server may name one in a private network.
            if named.is_none() {
                ensure_outward(http, url, issuer).await?;
            }
            server_of(http, issuer).await?
        }
        None => authorization_server::at_origin(http, url.origin()).await?,
    };
    if named.is_none() {
        for endpoint in endpoints_of(&server) {
            ensure_outward(http, url, &endpoint).await?;
        }
    }
    let is_microsoft = server.authority.kind().is_entra_like();
    let scopes_supported = metadata.as_ref().map(|metadata| metadata.scopes_supported.clone()).unwrap_or_default();
    let resource = metadata.map_or_else(|| url.to_string(), |metadata| metadata.resource);
    let of_challenge = Some(challenge.scopes).filter(|scopes| !scopes.is_empty() && is_short(scopes));
    Ok(ResourceMetadata {
        resource: Some(resource).filter(|_| !is_microsoft),
        scopes: of_challenge.unwrap_or(scopes_supported),
        server,
    })
}

/// Returns the challenge of the resource to a request without a token; an empty one if the resource has none.
async fn challenge_of(http: &dyn Http, url: &ResourceUrl) -> Result<Challenge, RequestError> {
    let accept = || ("Accept", FieldValue::public("application/json, text/event-stream"));
    let get = Request { headers: vec![accept()], ..Request::get(url.as_str()) };
    let head = http.probe(&get).await?;
    let challenge = first_challenge(&head);
    if challenge.is_some() || !matches!(head.status, 400 | 404 | 405 | 406 | 501) {
        return Ok(challenge.unwrap_or_default());
    }
    let initialize = Request { body: Body::Json(INITIALIZE.to_owned()), ..get };
    Ok(first_challenge(&http.probe(&initialize).await?).unwrap_or_default())
}

/// Returns the first challenge for a bearer token. A header that makes no sense counts as missing.
fn first_challenge(head: &Head) -> Option<Challenge> {
    let challenges = head.challenges.iter().filter_map(|header| Challenge::parse(header).ok());
    challenges.take(1).next().filter(|_| matches!(head.status, 401 | 403))
}

/// Returns the metadata of an issuer. Microsoft's platforms publish theirs at an address of their own, and support PKCE
/// without announcing it.
async fn server_of(http: &dyn Http, issuer: &str) -> Result<AuthorizationServer, RequestError> {
    let authority = parsed(issuer)?;
    if !authority.kind().is_entra_like() {
        return authorization_server::of_issuer(http, issuer).await;
    }
    let needed = [EndpointKind::Authorization, EndpointKind::Token];
    Ok(AuthorizationServer {
        endpoints: discover(http, &authority, &needed).await?,
        authority,
        registration: None,
        accepts_client_id_metadata_documents: false,
        supports_s256: true,
        token_endpoint_auth_methods: None,
        grant_types: None,
    })
}

/// Returns the issuer as the resource writes it, if the resource trusts it or names none.
fn trusted_as(named: &str, trusted: &[String]) -> Option<String> {
    let same = |issuer: &&String| issuer.trim_end_matches('/') == named.trim_end_matches('/');
    let same_authority = |issuer: &&String| match (parsed(issuer), parsed(named)) {
        (Ok(issuer), Ok(named)) => issuer.kind().is_entra_like() && issuer.url() == named.url(),
        _ => false,
    };
    let found = trusted.iter().find(same).or_else(|| trusted.iter().find(same_authority));
    found.cloned().or_else(|| trusted.is_empty().then(|| named.to_owned()))
}

fn not_trusted(url: &ResourceUrl, named: &str, trusted: &[String]) -> RequestError {
    let message = format!("{url} does not accept tokens of {named}, but of {}", trusted.join(", "));
    RequestError::WrongAuthority { message }
}

fn endpoints_of(server: &AuthorizationServer) -> Vec<String> {
    let all = &server.endpoints;
    let endpoints =
        [&all.authorization, &all.token, &all.device_authorization, &all.revocation, &all.jwks, &server.registration];
    let mut urls: Vec<_> = endpoints.into_iter().flatten().map(|endpoint| endpoint.as_str().to_owned()).collect();
    urls.extend(all.pushed_authorization_request.iter().map(|endpoint| endpoint.as_str().to_owned()));
    urls
}

/// Refuses an address that can be reached from less far than the resource itself ([`Reach`]). A host that cannot be
/// resolved is left to the request, which says so.
async fn ensure_outward(http: &dyn Http, url: &ResourceUrl, named: &str) -> Result<(), RequestError> {
    let Some(host) = host_of(named) else {
        return Err(RequestError::WrongAuthority { message: format!("{url} names {named:?}, which is not safe") });
    };
    if host == url.host() {
        return Ok(());
    }
    let (own, other) = (http.reach(url.origin()).await, http.reach(named).await);
    match (own, other) {
        (Some(own), Some(other)) if other < own => {
            let place = if other == Reach::Loopback { "on this machine" } else { "in a private network" };
            let message =
                format!("{url} names {named}, which is {place}; if that is right, name its authorization server");
            Err(RequestError::WrongAuthority { message })
        }
        // An unknown host may be anywhere, so it must not name an inward address.
        (None, Some(Reach::Loopback | Reach::Private)) => {
            let message = format!("{url} names {named}, which is not a public address");
            Err(RequestError::WrongAuthority { message })
        }
        _ => Ok(()),
    }
}

fn is_short(scopes: &ScopeSet) -> bool {
    scopes.to_string().len() <= LONGEST_SCOPES
}

#[cfg(test)]
mod tests;
