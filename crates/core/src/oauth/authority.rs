//! The configured URL, the kind of provider that it names, and the facts that follow without a request.

use crate::types::{AuthorityType, Environment, Issuer, IssuerProof, Realm};

use super::endpoint::{Endpoint, Endpoints};
use super::url::{AuthorityError, bare_host, origin, parse_secure};

/// An authority, as in MSAL: https (http on loopback), lower-case host, no trailing slash, no query.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Authority {
    url: String,
    origin_length: usize,
    kind: AuthorityKind,
    environment: Environment,
}

/// The kind of a provider, which decides the protocol details.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum AuthorityKind {
    /// Active Directory Federation Services: the path begins with `/adfs`.
    Adfs,
    /// Azure AD B2C: recognized by the host, by `/tfp/`, or by a policy that begins with `b2c_`.
    B2c,
    /// Microsoft Entra External ID: `*.ciamlogin.com`.
    Ciam,
    /// Microsoft Entra ID: a host of [`KNOWN_ENVIRONMENTS`](crate::types::KNOWN_ENVIRONMENTS).
    Entra,
    /// Any other OpenID Connect or OAuth provider.
    Oidc,
}

impl AuthorityKind {
    /// Whether this is the Microsoft identity platform: Entra ID, B2C or External ID.
    pub fn is_entra_like(self) -> bool {
        matches!(self, AuthorityKind::B2c | AuthorityKind::Ciam | AuthorityKind::Entra)
    }

    /// Determines the kind from the host in lower case and the segments of the path.
    pub(super) fn of(host: &str, segments: &[&str]) -> Self {
        let segment = |index: usize| segments.get(index).copied().unwrap_or_default().to_ascii_lowercase();
        let environment = Environment::new(host);
        if host.ends_with(".ciamlogin.com") {
            AuthorityKind::Ciam
        } else if environment.is_of_one_tenant() || segment(0) == "tfp" || segment(1).starts_with("b2c_") {
            AuthorityKind::B2c
        } else if environment.is_cloud() {
            AuthorityKind::Entra
        } else if segment(0) == "adfs" {
            AuthorityKind::Adfs
        } else {
            AuthorityKind::Oidc
        }
    }
}

impl Authority {
    /// Parses the URL as a person types it. For an Entra authority, only the tenant of the path is kept; a host alone
    /// means `/organizations`. An External ID host alone means its own tenant. `tenant` replaces the tenant of either.
    ///
    /// # Errors
    /// The text is not such a URL. The error says what to type.
    pub fn parse(url: &str, tenant: Option<&str>) -> Result<Authority, AuthorityError> {
        Authority::of_kind(url, tenant, None)
    }

    /// Like [`parse`](Authority::parse), for a known kind: a tenant's own domain does not show it.
    ///
    /// # Errors
    /// Like [`parse`](Authority::parse).
    pub fn of_kind(url: &str, tenant: Option<&str>, kind: Option<AuthorityKind>) -> Result<Authority, AuthorityError> {
        let uri = parse_secure(url.trim())?;
        if uri.query().is_some() {
            return Err(AuthorityError::Query);
        }
        let host = bare_host(&uri).to_ascii_lowercase();
        let segments: Vec<&str> = uri.path().split('/').filter(|segment| !segment.is_empty()).collect();
        let kind = kind.unwrap_or_else(|| AuthorityKind::of(&host, &segments));
        let tenant = tenant.map(checked_tenant).transpose()?;
        let path = match kind {
            AuthorityKind::Entra => {
                format!("/{}", tenant.or(segments.first().copied()).unwrap_or("organizations"))
            }
            AuthorityKind::Ciam => match tenant.or(segments.first().copied()) {
                Some(tenant) => format!("/{tenant}"),
                None => format!("/{}.onmicrosoft.com", host.split('.').next().unwrap_or_default()),
            },
            _ if tenant.is_some() => return Err(AuthorityError::TenantUnused),
            _ => uri.path().trim_end_matches('/').to_owned(),
        };
        let origin = origin(&uri);
        Ok(Authority { origin_length: origin.len(), url: origin + &path, kind, environment: Environment::new(&host) })
    }

    /// Returns the normalized URL, without a trailing slash.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns the kind of the provider.
    pub fn kind(&self) -> AuthorityKind {
        self.kind
    }

    /// Returns the host without the port, as in the MSAL schema.
    pub fn environment(&self) -> Environment {
        self.environment.clone()
    }

    /// Returns the issuer of the authority's tokens. All tenants and hosts of a Microsoft cloud are one issuer, because
    /// its refresh tokens work for all of them. Any other authority is an issuer by itself, with its port and path.
    pub fn issuer(&self) -> Issuer {
        let is_one_cloud = self.kind == AuthorityKind::Entra && self.environment.is_cloud();
        let host = self.environment.as_str();
        let (identity, proof) = match self.kind {
            _ if is_one_cloud => {
                // An environment has no port, so it cannot prove one.
                let port = self.origin().get("https://".len() + host.len()..).unwrap_or_default();
                let identity = format!("https://{}{port}", self.environment.canonical());
                (identity, if port.is_empty() { IssuerProof::Cloud } else { IssuerProof::Url })
            }
            // Microsoft ignores the case of tenants and policies.
            _ if self.environment.folds_case() => (self.url.to_ascii_lowercase(), self.proof()),
            _ => (self.url.clone(), self.proof()),
        };
        Issuer::new(self.environment(), identity, &self.url, proof)
    }

    fn proof(&self) -> IssuerProof {
        match self.kind {
            AuthorityKind::B2c => IssuerProof::Policy(self.path().rsplit('/').next().unwrap_or_default().to_owned()),
            AuthorityKind::Ciam if self.environment.is_of_one_tenant() => IssuerProof::OneTenant,
            _ => IssuerProof::Url,
        }
    }

    /// Returns the first segment of the path; empty if there is none.
    pub fn realm(&self) -> Realm {
        Realm::new(self.path().split('/').nth(1).unwrap_or_default())
    }

    /// Whether the URL has the authority's origin.
    pub(super) fn has_origin_of(&self, url: &str) -> bool {
        parse_secure(url).is_ok_and(|uri| origin(&uri) == self.origin())
    }

    /// Returns the `authority_type` of accounts at this authority.
    pub fn authority_type(&self) -> AuthorityType {
        match self.kind {
            AuthorityKind::Adfs => AuthorityType::Adfs,
            _ => AuthorityType::Mssts,
        }
    }

    /// Returns the endpoints of an Entra authority, which follow a template. Entra has no revocation endpoint. Its
    /// issuer and its keys are known only by discovery.
    pub fn known_endpoints(&self) -> Option<Endpoints> {
        let endpoint = |name| Endpoint::parse(&format!("{}/oauth2/v2.0/{name}", self.url)).ok();
        (self.kind == AuthorityKind::Entra).then(|| {
            Endpoints {
                authorization: endpoint("authorize"),
                token: endpoint("token"),
                device_authorization: endpoint("devicecode"),
                end_session: endpoint("logout"),
                ..Endpoints::default()
            }
            .told_by_provider()
        })
    }

    /// Returns the scheme, host and port.
    pub(super) fn origin(&self) -> &str {
        &self.url[..self.origin_length]
    }

    /// Returns the path: empty, or with a slash at the beginning.
    pub(super) fn path(&self) -> &str {
        &self.url[self.origin_length..]
    }
}

fn checked_tenant(tenant: &str) -> Result<&str, AuthorityError> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    if tenant.bytes().all(is_plain) && tenant.bytes().any(|byte| byte.is_ascii_alphanumeric()) {
        Ok(tenant)
    } else {
        Err(AuthorityError::Tenant { tenant: tenant.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(url: &str) -> Authority {
        Authority::parse(url, None).unwrap()
    }

    #[test]
    fn a_bare_entra_host_means_organizations() {
        let authority = parse("https://login.microsoftonline.com/");
        assert_eq!(authority.url(), "https://login.microsoftonline.com/organizations");
        assert_eq!(authority.kind(), AuthorityKind::Entra);
        assert_eq!(authority.realm().as_str(), "organizations");
    }

    #[test]
    fn of_an_entra_url_the_tenant_is_kept() {
        let authority = parse(" https://Login.MicrosoftOnline.com:443/Contoso.com/v2.0/ ");
        assert_eq!(authority.url(), "https://login.microsoftonline.com/Contoso.com");
        assert_eq!(authority.environment().as_str(), "login.microsoftonline.com");
    }

    #[test]
    fn a_tenant_replaces_the_one_in_the_url() {
        let authority = Authority::parse("https://login.microsoftonline.us/common", Some("contoso.com")).unwrap();
        assert_eq!(authority.url(), "https://login.microsoftonline.us/contoso.com");
    }

    #[test]
    fn a_tenant_is_refused_where_there_is_none_or_when_it_is_a_path() {
        let refused = |url, tenant| Authority::parse(url, Some(tenant)).unwrap_err();
        assert_eq!(refused("https://idp.example.com", "a"), AuthorityError::TenantUnused);
        for tenant in ["a/b", "", "..", "a?b", "a b"] {
            assert!(matches!(refused("https://login.windows.net", tenant), AuthorityError::Tenant { .. }), "{tenant}");
        }
    }

    #[test]
    fn entra_endpoints_need_no_discovery() {
        let endpoints = parse("https://login.microsoftonline.com/contoso.com").known_endpoints().unwrap();
        let prefix = "https://login.microsoftonline.com/contoso.com/oauth2/v2.0";
        assert_eq!(endpoints.authorization.unwrap().as_str(), format!("{prefix}/authorize"));
        assert_eq!(endpoints.token.unwrap().as_str(), format!("{prefix}/token"));
        assert_eq!(endpoints.end_session.unwrap().as_str(), format!("{prefix}/logout"));
        assert_eq!(endpoints.device_authorization.unwrap().as_str(), format!("{prefix}/devicecode"));
        assert_eq!((endpoints.revocation, endpoints.jwks, endpoints.issuer), (None, None, None));
        assert_eq!(parse("https://idp.example.com/a").known_endpoints(), None);
    }

    #[test]
    fn kinds_are_told_by_host_and_path() {
        for (url, kind) in [
            ("https://contoso.b2clogin.com/contoso.onmicrosoft.com/B2C_1_signin", AuthorityKind::B2c),
            ("https://login.microsoftonline.com/tfp/contoso.onmicrosoft.com/p", AuthorityKind::B2c),
            ("https://login.contoso.com/contoso.onmicrosoft.com/b2c_1_signin", AuthorityKind::B2c),
            ("https://contoso.ciamlogin.com/", AuthorityKind::Ciam),
            ("https://fs.contoso.com/ADFS/", AuthorityKind::Adfs),
            ("https://idp.example.com/realms/adfs", AuthorityKind::Oidc),
            ("https://login.microsoftonline.com.evil.example", AuthorityKind::Oidc),
        ] {
            assert_eq!(parse(url).kind(), kind, "{url}");
        }
        assert_eq!(parse("https://fs.contoso.com/adfs").authority_type(), AuthorityType::Adfs);
    }

    #[test]
    fn a_kind_that_is_said_counts_and_makes_no_other_issuer() {
        let of_kind = |url, kind| Authority::of_kind(url, None, Some(kind)).unwrap();
        let said = of_kind("https://login.contoso.test/3f2c", AuthorityKind::Ciam);
        assert_eq!((said.url(), said.kind()), ("https://login.contoso.test/3f2c", AuthorityKind::Ciam));
        let told = parse("https://login.contoso.test/3f2c");
        assert_eq!((told.kind(), told.issuer()), (AuthorityKind::Oidc, said.issuer()));
        let private = of_kind("https://login.contoso.test/3f2c", AuthorityKind::Entra);
        let tenant = of_kind("https://login.contoso.test/another", AuthorityKind::Entra);
        assert_ne!(private.issuer(), tenant.issuer(), "whether it is one cloud is not known");
    }

    #[test]
    fn a_bare_ciam_host_means_its_own_tenant() {
        assert_eq!(
            parse("https://contoso.ciamlogin.com").url(),
            "https://contoso.ciamlogin.com/contoso.onmicrosoft.com"
        );
    }

    #[test]
    fn an_oidc_url_keeps_its_path_and_port_but_no_trailing_slash() {
        let authority = parse("http://[::1]:8080/realms/one/");
        assert_eq!(authority.url(), "http://[::1]:8080/realms/one");
        assert_eq!(authority.environment().as_str(), "::1");
        assert_eq!(authority.realm().as_str(), "realms");
        assert_eq!((authority.origin(), authority.path()), ("http://[::1]:8080", "/realms/one"));
        assert_eq!(parse("https://idp.example.com/").realm().as_str(), "");
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_parsed_parses_to_itself(url in "https?://(localhost|login\\.windows\\.net)?[a-zA-Z0-9.:@\\[\\]/?#%_-]{0,30}") {
            if let Ok(authority) = Authority::parse(&url, None) {
                proptest::prop_assert_eq!(Authority::parse(authority.url(), None), Ok(authority));
            }
        }
    }

    #[test]
    fn a_query_is_refused() {
        assert_eq!(Authority::parse("https://idp.example.com/?p=canary", None), Err(AuthorityError::Query));
    }
}
