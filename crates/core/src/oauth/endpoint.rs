//! The endpoints of a provider.

use http::Uri;

use crate::types::{Realm, ScopeSet};

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
    /// Checks the URL and keeps it to the letter. A query is allowed (RFC 6749 §3.2).
    ///
    /// # Errors
    /// Whatever is not such a URL.
    pub fn parse(url: &str) -> Result<Endpoint, AuthorityError> {
        parse_secure(url).map(|_| Endpoint { url: url.to_owned(), is_told_by_provider: false })
    }

    /// Whether the provider told it, at sign-in or now: where it has moved, its metadata say where to. Else it was named
    /// by hand, and stays where it is.
    pub fn is_told_by_provider(&self) -> bool {
        self.is_told_by_provider
    }

    /// The URL.
    pub fn as_str(&self) -> &str {
        &self.url
    }
}

/// What is needed of a provider, from discovery, by template or by hand.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Endpoints {
    /// `issuer`, to the letter.
    pub issuer: Option<String>,
    /// `token_endpoint`, RFC 6749 §3.2.
    pub token: Option<Endpoint>,
    /// `device_authorization_endpoint`, RFC 8628 §4.
    pub device_authorization: Option<Endpoint>,
    /// `revocation_endpoint`, RFC 7009 §2.
    pub revocation: Option<Endpoint>,
    /// `scopes_supported`, RFC 8414 §2: not an endpoint, but it stands beside them and is needed with them.
    pub scopes_supported: Option<ScopeSet>,
}

/// One of [`Endpoints`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum EndpointKind {
    /// `device_authorization_endpoint`.
    DeviceAuthorization,
    /// `revocation_endpoint`.
    Revocation,
    /// `token_endpoint`.
    Token,
}

impl EndpointKind {
    /// Its name in provider metadata.
    pub fn name(self) -> &'static str {
        match self {
            EndpointKind::DeviceAuthorization => "device_authorization_endpoint",
            EndpointKind::Revocation => "revocation_endpoint",
            EndpointKind::Token => "token_endpoint",
        }
    }
}

impl Endpoints {
    /// The endpoint of this kind.
    pub fn get(&self, kind: EndpointKind) -> Option<&Endpoint> {
        match kind {
            EndpointKind::DeviceAuthorization => self.device_authorization.as_ref(),
            EndpointKind::Revocation => self.revocation.as_ref(),
            EndpointKind::Token => self.token.as_ref(),
        }
    }

    /// Whether any endpoint is known.
    pub fn is_any_known(&self) -> bool {
        self.token.is_some() || self.device_authorization.is_some() || self.revocation.is_some()
    }

    /// Those that were named by hand.
    pub fn named_by_hand(self) -> Endpoints {
        let by_hand = |endpoint: Option<Endpoint>| endpoint.filter(|endpoint| !endpoint.is_told_by_provider);
        Endpoints {
            issuer: None,
            token: by_hand(self.token),
            device_authorization: by_hand(self.device_authorization),
            revocation: by_hand(self.revocation),
            scopes_supported: None,
        }
    }

    /// The same, marked as what the provider told ([`Endpoint::is_told_by_provider`]).
    pub fn told_by_provider(mut self) -> Endpoints {
        let endpoints = [&mut self.token, &mut self.device_authorization, &mut self.revocation];
        endpoints.into_iter().flatten().for_each(|endpoint| endpoint.is_told_by_provider = true);
        self
    }

    /// These, and where one is missing that of `other`.
    pub fn or(self, other: Endpoints) -> Endpoints {
        Endpoints {
            issuer: self.issuer.or(other.issuer),
            token: self.token.or(other.token),
            device_authorization: self.device_authorization.or(other.device_authorization),
            revocation: self.revocation.or(other.revocation),
            scopes_supported: self.scopes_supported.or(other.scopes_supported),
        }
    }

    /// The first path segment of the token endpoint, which is what MSAL Python stores as realm. Entra's discovery puts
    /// the tenant's GUID there when the authority names a domain.
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
    fn an_endpoint_must_be_safe_for_secrets() {
        assert!(Endpoint::parse("http://idp.example.com/token").is_err());
        assert_eq!(endpoint("https://a.example/token/?p=1").unwrap().as_str(), "https://a.example/token/?p=1");
    }
}
