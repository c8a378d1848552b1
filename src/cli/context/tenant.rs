//! `--tenant`: a token of another tenant of the same Entra cloud, through the same refresh token.

use pollster::FutureExt as _;
use tokcache_core::oauth::{Authority, AuthorityError, EndpointKind, discover};

use super::Context;
use crate::cli::Failure;
use crate::cli::profiles::{self, EndpointNames, Learned, Profile};

impl Profile {
    /// Returns the profile at another tenant. Endpoints belong to the tenant that they were set for.
    fn in_tenant(self, tenant: &str) -> Result<Profile, AuthorityError> {
        let Some(url) = &self.authority else { return Ok(self) };
        let authority = |tenant| Authority::of_kind(url, tenant, self.authority_kind.map(Into::into));
        let (own, other) = (authority(None)?, authority(Some(tenant))?);
        if own == other {
            return Ok(self);
        }
        let authority = Some(other.url().to_owned());
        Ok(Profile { authority, endpoints: EndpointNames::default(), learned: Learned::default(), ..self })
    }
}

impl Context {
    /// Returns `profile` at the typed tenant, if one is typed.
    pub(super) fn at_tenant(&self, profile: Profile) -> Result<Profile, Failure> {
        let Some(tenant) = &self.settings.tenant else { return Ok(profile) };
        profile.in_tenant(tenant).map_err(|error| match error {
            AuthorityError::Tenant { .. } => Failure::from(error).try_with("--tenant", "TENANT"),
            AuthorityError::TenantUnused => Failure::from(error).try_without_value("--tenant"),
            error => Failure::from(error).of_variable("TOKCACHE_AUTHORITY", &self.settings),
        })
    }

    /// Replaces a typed domain by the identifier of its tenant, under which MSAL caches tokens too. The profile remembers
    /// the identifier. Without a saved profile, and if the provider does not know the domain, the domain stays.
    pub(in crate::cli) fn resolve_tenant(&mut self, may_ask: bool) -> Result<(), Failure> {
        let Some(domain) = self.settings.tenant.as_ref().filter(|tenant| tenant.contains('.')) else { return Ok(()) };
        let domain = domain.to_ascii_lowercase();
        let Some(profile) = self.profile_of_authority() else { return Ok(()) };
        let known = profile.learned.tenants.get(&domain).cloned();
        let found = match known {
            None if may_ask && profiles::load_saved(&self.profile_name)?.is_some() => {
                self.discovered_tenant(&domain)?
            }
            known => known,
        };
        self.settings.tenant = found.or(self.settings.tenant.take());
        Ok(())
    }

    fn discovered_tenant(&self, domain: &str) -> Result<Option<String>, Failure> {
        let authority = self.registration()?.authority;
        let endpoints = discover(self.network(), &authority, &[EndpointKind::Token]).block_on().ok();
        let Some(tenant) = endpoints.and_then(|endpoints| tenant_of(endpoints.issuer.as_deref()?)) else {
            return Ok(None);
        };
        self.observer.note(|| format!("the tenant {domain} is {tenant}"));
        self.learn(|learned| {
            learned.tenants.insert(domain.to_owned(), tenant.clone());
        });
        Ok(Some(tenant))
    }
}

/// Returns the identifier of the tenant in an issuer such as `https://login.microsoftonline.com/TENANT/v2.0`.
fn tenant_of(issuer: &str) -> Option<String> {
    let tenant = issuer.strip_prefix("https://")?.split('/').nth(1)?;
    let is_guid = tenant.len() == 36 && tenant.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    is_guid.then(|| tenant.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TENANT: &str = "72f988bf-86f1-41af-91ab-2d7cd011db47";

    #[test]
    fn only_the_issuer_of_a_tenant_names_it() {
        let issuer = |tenant: &str| format!("https://login.microsoftonline.com/{tenant}/v2.0");
        assert_eq!(tenant_of(&issuer(TENANT)).as_deref(), Some(TENANT));
        for tenant in ["{tenantid}", "contoso.com", "", "..", "72f988bf-86f1-41af-91ab-2d7cd011db4/"] {
            assert_eq!(tenant_of(&issuer(tenant)), None, "{tenant}");
        }
        assert_eq!(tenant_of("http://login.microsoftonline.com"), None);
    }

    #[test]
    fn the_profile_at_another_tenant_keeps_no_endpoint() {
        let text = "authority = 'https://login.microsoftonline.com/contoso.com'\nclient_id = 'app'\n\
                    [endpoints]\ntoken_endpoint = 'https://login.microsoftonline.com/contoso.com/token'";
        let profile = Profile::parse(text).unwrap();
        assert_eq!(profile.clone().in_tenant("contoso.com"), Ok(profile.clone()));
        let other = profile.clone().in_tenant(TENANT).unwrap();
        assert_eq!(other.authority, Some(format!("https://login.microsoftonline.com/{TENANT}")));
        assert_eq!((other.endpoints, other.client_id), (EndpointNames::default(), profile.client_id));
        let elsewhere = Profile { authority: Some("https://idp.example.com".to_owned()), ..Profile::default() };
        assert_eq!(elsewhere.in_tenant(TENANT), Err(AuthorityError::TenantUnused));
    }
}
