//! The issuer of a token. The MSAL schema distinguishes authorities only by their host, but one host can have many.

use super::{Environment, HomeAccountId};

/// The authorization server that issued a token. Also decides which cache entries without an issuer belong to it.
///
/// ```
/// use tokcache_core::oauth::Authority;
///
/// let issuer = |url| Authority::parse(url, None).unwrap().issuer();
/// // All tenants and hosts of one Microsoft cloud accept each other's refresh tokens.
/// let entra = issuer("https://login.windows.net/contoso.com");
/// assert_eq!(entra, issuer("https://login.windows.net/common"));
/// assert_eq!(entra.identity(), Some("https://login.microsoftonline.com"));
/// // Elsewhere, a different path or port is a different issuer.
/// assert_ne!(issuer("https://idp.example.com/a"), issuer("https://idp.example.com/b"));
/// ```
#[derive(Clone, Debug)]
pub struct Issuer {
    environment: Environment,
    authority: Option<Named>,
}

#[derive(Clone, Debug)]
struct Named {
    identity: String,
    url: String,
    proof: IssuerProof,
}

/// How the claims of an ID token prove the issuer of an entry that does not name it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum IssuerProof {
    /// The environment suffices, because all tenants of a Microsoft cloud share one issuer. The exception is an ID
    /// token of B2C, which uses the same hosts.
    Cloud,
    /// `iss` is on a host of External ID, which serves only one tenant.
    OneTenant,
    /// `iss` is on the environment's host, and `tfp` or `acr` is this B2C policy.
    Policy(String),
    /// `iss` is the authority's URL.
    Url,
}

/// The claims of an ID token that identify its issuer.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct IssuerClaims {
    /// `iss` (OpenID Connect Core §2).
    pub iss: Option<String>,
    /// `tfp`, else `acr`: the B2C policy.
    pub policy: Option<String>,
}

impl Issuer {
    /// Returns the issuer with this identity and URL.
    pub fn new(environment: Environment, identity: String, url: &str, proof: IssuerProof) -> Self {
        Issuer { environment, authority: Some(Named { identity, url: url.to_owned(), proof }) }
    }

    /// Returns an issuer that stands for all authorities of the environment. Use it only to inspect a cache: tokens
    /// found for it must not be sent anywhere.
    pub fn of_environment(environment: Environment) -> Self {
        Issuer { environment, authority: None }
    }

    /// Returns the host of the authority as configured.
    pub fn environment(&self) -> &Environment {
        &self.environment
    }

    /// Returns the identifier of this issuer. It is equal for two authorities that accept each other's refresh tokens.
    /// `None` stands for all authorities of the environment.
    pub fn identity(&self) -> Option<&str> {
        self.authority.as_ref().map(|named| named.identity.as_str())
    }

    /// Whether the environment alone proves the issuer.
    pub(crate) fn is_proven_by_environment(&self) -> bool {
        self.authority.as_ref().is_none_or(|named| named.proof == IssuerProof::Cloud)
    }

    /// Whether `account` is the unnamed account of this authority; `None` if the account has a name.
    pub(crate) fn is_of_unnamed(&self, account: &str) -> Option<bool> {
        let account = HomeAccountId::new(account);
        let of = account.unnamed_at()?;
        self.authority.as_ref().map(|named| of.split(['#', '?']).next() == Some(&named.url))
    }

    /// Whether an ID token with these claims proves the issuer.
    pub(crate) fn is_named_by(&self, claims: &IssuerClaims) -> bool {
        let Some(named) = &self.authority else { return true };
        let policy = claims.policy.as_deref().unwrap_or_default();
        let iss = claims.iss.as_deref().map(Parts::of);
        match (&named.proof, iss) {
            (IssuerProof::Cloud, None) => !is_policy(policy),
            (IssuerProof::Cloud, Some(iss)) => iss.is_cloud() && !is_policy(policy),
            (_, None) => false,
            (IssuerProof::Url, Some(iss)) => iss == Parts::of(&named.url),
            (IssuerProof::OneTenant, Some(iss)) => iss.is_https && iss.environment().is_of_one_tenant(),
            (IssuerProof::Policy(own), Some(iss)) => {
                let policy = if policy.is_empty() { iss.policy().unwrap_or_default() } else { policy };
                policy.eq_ignore_ascii_case(own) && self.is_b2c_tenant_of(&iss, &named.url)
            }
        }
    }

    /// Whether `iss` is on the environment's host or on B2C's own. On the hosts of a cloud, which many tenants share,
    /// the tenant must be the authority's too.
    fn is_b2c_tenant_of(&self, iss: &Parts<'_>, url: &str) -> bool {
        let is_here = self.environment.is_alias_of(iss.host()) && iss.port() == Parts::of(url).port();
        if self.environment.is_cloud() {
            return is_here && iss.tenant().eq_ignore_ascii_case(Parts::of(url).tenant());
        }
        iss.is_https && (is_here || iss.environment().is_of_one_tenant())
    }
}

/// Two issuers are equal if they share their cache entries.
impl PartialEq for Issuer {
    fn eq(&self, other: &Self) -> bool {
        self.identity() == other.identity()
            && (self.identity().is_some() || self.environment.canonical() == other.environment.canonical())
    }
}

impl Eq for Issuer {}

impl From<Environment> for Issuer {
    fn from(environment: Environment) -> Self {
        Issuer::of_environment(environment)
    }
}

/// Whether the text is the name of a B2C policy rather than an authentication context class (`acr`).
fn is_policy(text: &str) -> bool {
    text.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("b2c_"))
}

/// The parts of an issuer's URL. A trailing slash, the port of https and the case of the host are ignored.
struct Parts<'u> {
    is_https: bool,
    /// The scheme as written.
    scheme: &'u str,
    /// The host and the port.
    authority: &'u str,
    path: &'u str,
}

impl<'u> Parts<'u> {
    fn of(url: &'u str) -> Self {
        let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
        let (authority, path) = rest.find('/').map_or((rest, ""), |slash| rest.split_at(slash));
        let is_https = scheme.eq_ignore_ascii_case("https");
        let authority = if is_https { authority.strip_suffix(":443").unwrap_or(authority) } else { authority };
        Parts { is_https, scheme, authority, path: path.trim_end_matches('/') }
    }

    fn port(&self) -> Option<&'u str> {
        self.authority.rsplit_once(':').map(|(_, port)| port).filter(|port| !port.contains(']'))
    }

    fn host(&self) -> &'u str {
        match self.port() {
            Some(port) => &self.authority[..self.authority.len() - port.len() - 1],
            None => self.authority,
        }
    }

    fn environment(&self) -> Environment {
        Environment::new(self.host())
    }

    fn segments(&self) -> impl Iterator<Item = &'u str> {
        self.path.split('/').skip(1)
    }

    fn is_b2c(&self) -> bool {
        self.segments().next().is_some_and(|first| first.eq_ignore_ascii_case("tfp"))
    }

    /// Returns the first path segment that names a tenant.
    fn tenant(&self) -> &'u str {
        self.segments().nth(usize::from(self.is_b2c())).unwrap_or_default()
    }

    /// Returns the policy in a B2C issuer: `/tfp/TENANT/POLICY/v2.0/`.
    fn policy(&self) -> Option<&'u str> {
        self.segments().nth(2).filter(|_| self.is_b2c())
    }

    /// Whether Entra uses this issuer name: `https://login.microsoftonline.com/TENANT/v2.0`,
    /// `https://sts.windows.net/TENANT/`, or the equivalents of other clouds and regions.
    fn is_cloud(&self) -> bool {
        const TOKEN_SERVICES: [&str; 2] = ["sts.chinacloudapi.cn", "sts.microsoftonline.de"];
        let host = self.environment();
        let without_region = host.as_str().split_once('.').map(|(_, rest)| Environment::new(rest));
        let is_entra = host.is_cloud()
            || without_region.is_some_and(|host| host.is_cloud())
            || TOKEN_SERVICES.contains(&host.as_str());
        self.is_https && self.port().is_none() && is_entra && !self.is_b2c()
    }
}

impl PartialEq for Parts<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.scheme.eq_ignore_ascii_case(other.scheme)
            && self.authority.eq_ignore_ascii_case(other.authority)
            && self.path == other.path
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(url: &str, proof: IssuerProof) -> Issuer {
        Issuer::new(Environment::new(Parts::of(url).host()), url.to_owned(), url, proof)
    }

    fn proves(issuer: &Issuer, iss: &str, policy: &str) -> bool {
        let policy = Some(policy.to_owned()).filter(|policy| !policy.is_empty());
        issuer.is_named_by(&IssuerClaims { iss: Some(iss.to_owned()), policy })
    }

    #[test]
    fn elsewhere_only_the_url_itself_proves_it() {
        let issuer = named("https://idp.example.com/a", IssuerProof::Url);
        for iss in ["https://idp.example.com/a", "https://idp.example.com/a/", "https://IDP.example.com:443/a"] {
            assert!(proves(&issuer, iss, ""), "{iss}");
        }
        for iss in [
            "https://idp.example.com/A",
            "https://idp.example.com",
            "https://idp.example.com:8443/a",
            "http://idp.example.com/a",
            "https://idp.example.com/a/b",
            "idp.example.com/a",
            "",
        ] {
            assert!(!proves(&issuer, iss, ""), "{iss}");
        }
        assert!(!issuer.is_named_by(&IssuerClaims::default()));
    }

    #[test]
    fn at_a_cloud_any_tenant_does_and_no_policy_of_b2c() {
        let issuer = named("https://login.microsoftonline.com/contoso.com", IssuerProof::Cloud);
        for iss in [
            "https://login.microsoftonline.com/3f2c/v2.0",
            "https://sts.windows.net/3f2c/",
            "https://westus2.login.microsoft.com/3f2c/v2.0",
        ] {
            assert!(proves(&issuer, iss, ""), "{iss}");
            assert!(proves(&issuer, iss, "1"), "an authentication context class");
            assert!(!proves(&issuer, iss, "B2C_1_signin"), "{iss}");
        }
        for iss in [
            "https://login.microsoftonline.com/tfp/3f2c/b2c_1_signin/v2.0/",
            "https://login.microsoftonline.com:8443/3f2c/v2.0",
            "https://contoso.b2clogin.com/3f2c/v2.0/",
            "https://evil.example/3f2c/v2.0",
        ] {
            assert!(!proves(&issuer, iss, ""), "{iss}");
        }
        assert!(issuer.is_named_by(&IssuerClaims::default()));
    }

    #[test]
    fn a_policy_of_b2c_is_one_issuer_of_its_host() {
        let issuer = named("https://c.b2clogin.com/c.onmicrosoft.com/B2C_1_in", IssuerProof::Policy("B2C_1_in".into()));
        assert!(proves(&issuer, "https://c.b2clogin.com/3f2c/v2.0/", "b2c_1_in"));
        assert!(proves(&issuer, "https://c.b2clogin.com/tfp/3f2c/b2c_1_in/v2.0/", ""));
        assert!(!proves(&issuer, "https://c.b2clogin.com/3f2c/v2.0/", "b2c_1_edit"));
        assert!(!proves(&issuer, "https://c.b2clogin.com/3f2c/v2.0/", ""));
        assert!(!proves(&issuer, "https://evil.example/3f2c/v2.0/", "b2c_1_in"));
        let shared =
            named("https://login.microsoftonline.com/tfp/3f2c/b2c_1_in", IssuerProof::Policy("b2c_1_in".into()));
        assert!(proves(&shared, "https://login.microsoftonline.com/3f2c/v2.0/", "b2c_1_in"));
        assert!(!proves(&shared, "https://login.microsoftonline.com/another/v2.0/", "b2c_1_in"));
    }

    #[test]
    fn an_unnamed_account_proves_itself() {
        let issuer = named("https://idp.example.com/a", IssuerProof::Url);
        assert_eq!(issuer.is_of_unnamed("unnamed@https://idp.example.com/a"), Some(true));
        assert_eq!(issuer.is_of_unnamed("unnamed@https://idp.example.com/a#bob"), Some(true));
        assert_eq!(issuer.is_of_unnamed("unnamed@https://idp.example.com/b"), Some(false));
        assert_eq!(issuer.is_of_unnamed("bob"), None);
    }
}
