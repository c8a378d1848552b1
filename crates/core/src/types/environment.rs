//! `environment` of the MSAL schema, and the Microsoft clouds, which are built in so that a cached token needs no
//! network.

use std::fmt;

/// The host part of an authority, lower case and without the port.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Environment(String);

/// The hosts of the Microsoft clouds. Each row is one cloud, and its hosts are aliases of each other.
pub const KNOWN_ENVIRONMENTS: &[&[&str]] = &[
    &["login.microsoftonline.com", "login.windows.net", "login.microsoft.com", "sts.windows.net"],
    &["login.partner.microsoftonline.cn", "login.chinacloudapi.cn"],
    &["login.microsoftonline.us", "login.usgovcloudapi.net"],
    &["login.microsoftonline.de"],
    &["login-us.microsoftonline.com"],
    &["login.sovcloud-identity.fr"],
    &["login.sovcloud-identity.de"],
    &["login.sovcloud-identity.sg"],
];

/// The domains below which each tenant of Azure AD B2C or External ID has its own host.
const TENANT_DOMAINS: [&str; 5] = ["b2clogin.com", "b2clogin.cn", "b2clogin.us", "b2clogin.de", "ciamlogin.com"];

impl Environment {
    /// Creates an environment from a host without a port, in lower case.
    pub fn new(host: &str) -> Self {
        Environment(host.to_ascii_lowercase())
    }

    /// Returns the host.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `host`, as another program stored it, is this environment or an alias of it.
    pub fn is_alias_of(&self, host: &str) -> bool {
        self.0.eq_ignore_ascii_case(host) || self.cloud().iter().any(|alias| alias.eq_ignore_ascii_case(host))
    }

    /// Whether this is a Microsoft host, where identifiers and scopes are case-insensitive. Elsewhere they are
    /// case-sensitive (RFC 6749 §3.3, OpenID Connect Core §2).
    pub fn folds_case(&self) -> bool {
        self.is_cloud() || self.is_of_one_tenant()
    }

    /// Whether this is a host in [`KNOWN_ENVIRONMENTS`].
    pub fn is_cloud(&self) -> bool {
        !self.cloud().is_empty()
    }

    /// Whether this is a host of Azure AD B2C or External ID, which serves only one tenant.
    pub fn is_of_one_tenant(&self) -> bool {
        let domain = self.0.split_once('.').map(|(_, domain)| domain);
        domain.is_some_and(|domain| TENANT_DOMAINS.contains(&domain))
    }

    /// Returns the host that represents this environment and all its aliases.
    pub fn canonical(&self) -> &str {
        self.cloud().first().copied().unwrap_or(&self.0)
    }

    fn cloud(&self) -> &'static [&'static str] {
        KNOWN_ENVIRONMENTS.iter().find(|cloud| cloud.contains(&self.as_str())).copied().unwrap_or_default()
    }
}

impl fmt::Display for Environment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aliases_are_found_within_a_cloud_only() {
        let public = Environment::new("Login.MicrosoftOnline.com");
        assert!(public.is_alias_of("STS.windows.net"));
        assert!(!public.is_alias_of("login.microsoftonline.us"));
        assert!(Environment::new("idp.example.com").is_alias_of("IDP.example.com"));
    }

    #[test]
    fn no_host_stands_in_two_clouds() {
        let mut hosts: Vec<_> = KNOWN_ENVIRONMENTS.concat();
        let all = hosts.len();
        hosts.sort_unstable();
        hosts.dedup();
        assert_eq!(hosts.len(), all);
    }
}
