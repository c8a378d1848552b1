//! The endpoints of a provider.

use http::Uri;
use zeroize::Zeroizing;

use crate::types::{Realm, ScopeSet};

use super::form::Form;
use super::url::{AuthorityError, parse_secure};

/// A URL that secrets may be sent to: https, or http on a loopback host.
#[derive(Clone, Debug)]
pub struct Endpoint {
    url: String,
    is_told_by_provider: bool,
}

impl PartialEq for Endpoint {
    fn eq(&self, other: &Self) -> bool {
        self.url == other.url
    }
}

impl Eq for Endpoint {}

impl Endpoint {
    /// Validates the URL and keeps it verbatim. A query is allowed (RFC 6749 §3.2).
    ///
    /// # Errors
    /// The text is not such a URL.
    pub fn parse(url: &str) -> Result<Endpoint, AuthorityError> {
        parse_secure(url).map(|_| Endpoint { url: url.to_owned(), is_told_by_provider: false })
    }

    /// Whether the provider's metadata named the endpoint, now or at the sign-in. If such an endpoint moves, the
    /// metadata have the new one. An endpoint that the user named is not replaced.
    pub fn is_told_by_provider(&self) -> bool {
        self.is_told_by_provider
    }

    /// Marks the endpoint as named by the provider.
    pub(super) fn told_by_provider(self) -> Endpoint {
        Endpoint { is_told_by_provider: true, ..self }
    }

    /// Returns the URL.
    pub fn as_str(&self) -> &str {
        &self.url
    }

    /// Returns the URL with the form as its query, after a query of its own (RFC 6749 §3.1).
    pub(super) fn with_query(&self, form: &Form) -> Zeroizing<String> {
        let query = form.encode();
        let separator = if self.url.contains('?') { '&' } else { '?' };
        let mut url = Zeroizing::new(String::with_capacity(self.url.len() + 1 + query.len()));
        url.push_str(&self.url);
        url.push(separator);
        url.push_str(&query);
        url
    }
}

/// The endpoints of a provider, from discovery, a template or the user, and other needed metadata (RFC 8414 §2, OpenID
/// Connect Discovery §3).
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Endpoints {
    /// `issuer`, verbatim.
    pub issuer: Option<String>,
    /// `authorization_endpoint`, RFC 6749 §3.1.
    pub authorization: Option<Endpoint>,
    /// `token_endpoint`, RFC 6749 §3.2.
    pub token: Option<Endpoint>,
    /// `device_authorization_endpoint`, RFC 8628 §4.
    pub device_authorization: Option<Endpoint>,
    /// `revocation_endpoint`, RFC 7009 §2.
    pub revocation: Option<Endpoint>,
    /// `end_session_endpoint`, OpenID Connect RP-Initiated Logout §2.1.
    pub end_session: Option<Endpoint>,
    /// `jwks_uri`: the keys that the provider signs with.
    pub jwks: Option<Endpoint>,
    /// `pushed_authorization_request_endpoint`, RFC 9126 §5.
    pub pushed_authorization_request: Option<Endpoint>,
    /// `require_pushed_authorization_requests`: the provider accepts no other authorization request (RFC 9126 §5).
    pub require_pushed_authorization_requests: bool,
    /// `scopes_supported`.
    pub scopes_supported: Option<ScopeSet>,
    /// `id_token_signing_alg_values_supported`.
    pub id_token_signing_alg_values_supported: Option<Vec<String>>,
    /// `authorization_response_iss_parameter_supported`: each authorization response names its issuer (RFC 9207 §3).
    pub authorization_response_iss_parameter_supported: bool,
    /// Whether these are all that the provider has. Then missing ones are not searched for.
    pub is_complete: bool,
}

/// The kind of an endpoint in [`Endpoints`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum EndpointKind {
    /// `authorization_endpoint`.
    Authorization,
    /// `device_authorization_endpoint`.
    DeviceAuthorization,
    /// `end_session_endpoint`.
    EndSession,
    /// `jwks_uri`.
    Jwks,
    /// `pushed_authorization_request_endpoint`.
    PushedAuthorizationRequest,
    /// `revocation_endpoint`.
    Revocation,
    /// `token_endpoint`.
    Token,
}

impl EndpointKind {
    const ALL: [EndpointKind; 7] = [
        EndpointKind::Authorization,
        EndpointKind::DeviceAuthorization,
        EndpointKind::EndSession,
        EndpointKind::Jwks,
        EndpointKind::PushedAuthorizationRequest,
        EndpointKind::Revocation,
        EndpointKind::Token,
    ];

    /// Returns the name in provider metadata.
    pub fn name(self) -> &'static str {
        match self {
            EndpointKind::Authorization => "authorization_endpoint",
            EndpointKind::DeviceAuthorization => "device_authorization_endpoint",
            EndpointKind::EndSession => "end_session_endpoint",
            EndpointKind::Jwks => "jwks_uri",
            EndpointKind::PushedAuthorizationRequest => "pushed_authorization_request_endpoint",
            EndpointKind::Revocation => "revocation_endpoint",
            EndpointKind::Token => "token_endpoint",
        }
    }
}

impl Endpoints {
    /// Returns the endpoint of this kind.
    pub fn get(&self, kind: EndpointKind) -> Option<&Endpoint> {
        match kind {
            EndpointKind::Authorization => self.authorization.as_ref(),
            EndpointKind::DeviceAuthorization => self.device_authorization.as_ref(),
            EndpointKind::EndSession => self.end_session.as_ref(),
            EndpointKind::Jwks => self.jwks.as_ref(),
            EndpointKind::PushedAuthorizationRequest => self.pushed_authorization_request.as_ref(),
            EndpointKind::Revocation => self.revocation.as_ref(),
            EndpointKind::Token => self.token.as_ref(),
        }
    }

    /// Whether any endpoint is known.
    pub fn is_any_known(&self) -> bool {
        EndpointKind::ALL.into_iter().any(|kind| self.get(kind).is_some())
    }

    /// Returns only the endpoints that the user named.
    pub fn named_by_hand(self) -> Endpoints {
        let by_hand = |endpoint: Option<Endpoint>| endpoint.filter(|endpoint| !endpoint.is_told_by_provider);
        Endpoints {
            authorization: by_hand(self.authorization),
            token: by_hand(self.token),
            device_authorization: by_hand(self.device_authorization),
            revocation: by_hand(self.revocation),
            end_session: by_hand(self.end_session),
            jwks: by_hand(self.jwks),
            pushed_authorization_request: by_hand(self.pushed_authorization_request),
            ..Endpoints::default()
        }
    }

    /// Marks all endpoints as named by the provider ([`Endpoint::is_told_by_provider`]).
    pub fn told_by_provider(mut self) -> Endpoints {
        let Endpoints { authorization, token, device_authorization, revocation, end_session, jwks, .. } = &mut self;
        let endpoints = [authorization, token, device_authorization, revocation, end_session, jwks];
        endpoints.into_iter().flatten().for_each(|endpoint| endpoint.is_told_by_provider = true);
        if let Some(endpoint) = &mut self.pushed_authorization_request {
            endpoint.is_told_by_provider = true;
        }
        self
    }

    /// Returns these endpoints, completed from `other`.
    pub fn or(self, other: Endpoints) -> Endpoints {
        Endpoints {
            issuer: self.issuer.or(other.issuer),
            authorization: self.authorization.or(other.authorization),
            token: self.token.or(other.token),
            device_authorization: self.device_authorization.or(other.device_authorization),
            revocation: self.revocation.or(other.revocation),
            end_session: self.end_session.or(other.end_session),
            jwks: self.jwks.or(other.jwks),
            pushed_authorization_request: self.pushed_authorization_request.or(other.pushed_authorization_request),
            require_pushed_authorization_requests: self.require_pushed_authorization_requests
                || other.require_pushed_authorization_requests,
            scopes_supported: self.scopes_supported.or(other.scopes_supported),
            id_token_signing_alg_values_supported: self
                .id_token_signing_alg_values_supported
                .or(other.id_token_signing_alg_values_supported),
            authorization_response_iss_parameter_supported: self.authorization_response_iss_parameter_supported
                || other.authorization_response_iss_parameter_supported,
            is_complete: self.is_complete || other.is_complete,
        }
    }

    /// Returns the first path segment of the token endpoint, which MSAL Python stores as the realm. If the authority
    /// names a domain, Entra's discovery has the tenant's GUID there.
    pub fn realm(&self) -> Option<Realm> {
        let uri: Uri = self.token.as_ref()?.as_str().parse().ok()?;
        uri.path().split('/').find(|segment| !segment.is_empty()).map(Realm::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint(url: &str) -> Option<Endpoint> {
        Some(Endpoint::parse(url).unwrap())
    }

    #[test]
    fn only_what_is_missing_is_filled() {
        let own = Endpoints { token: endpoint("https://a.example/token"), ..Endpoints::default() };
        let found = Endpoints {
            token: endpoint("https://b.example/token"),
            revocation: endpoint("https://b.example/revoke"),
            ..Endpoints::default()
        };
        let both = own.or(found);
        assert_eq!(both.token, endpoint("https://a.example/token"));
        assert_eq!(both.revocation, endpoint("https://b.example/revoke"));
    }

    #[test]
    fn the_realm_is_the_first_segment_of_the_token_endpoint() {
        let at = |url| Endpoints { token: endpoint(url), ..Endpoints::default() }.realm();
        assert_eq!(at("https://a.example/3f2c/oauth2/v2.0/token"), Some(Realm::new("3f2c")));
        assert_eq!(at("https://a.example/"), None);
        assert_eq!(Endpoints::default().realm(), None);
    }

    #[test]
    fn a_query_comes_after_the_endpoint_s_own() {
        let mut form = Form::new();
        form.public("state", "a b");
        let with_query = |url| endpoint(url).unwrap().with_query(&form).to_string();
        assert_eq!(with_query("https://a.example/p"), "https://a.example/p?state=a%20b");
        assert_eq!(with_query("https://a.example/p?q=1"), "https://a.example/p?q=1&state=a%20b");
    }

    #[test]
    fn an_endpoint_must_be_safe_for_secrets() {
        assert!(Endpoint::parse("http://idp.example.com/token").is_err());
        assert_eq!(endpoint("https://a.example/token/?p=1").unwrap().as_str(), "https://a.example/token/?p=1");
    }
}
