//! The registration of a client at an authorization server, and the realms under which its tokens are cached.

use crate::cache::Account;
use crate::oauth::{Authority, AuthorityKind, Endpoints};
use crate::types::{ClientId, Environment, Issuer, Realm};

/// The registration of a client at an authorization server.
#[derive(Clone, Debug)]
pub struct Registration {
    /// The authorization server.
    pub authority: Authority,
    /// The client.
    pub client_id: ClientId,
    /// Endpoints that the user named or a sign-in saved. Missing ones are discovered when they are needed.
    pub endpoints: Endpoints,
    /// The tenant that the server named at sign-in, if the authority names it by a domain.
    pub tenant: Option<Realm>,
}

impl Registration {
    /// Returns a registration whose endpoints are discovered.
    pub fn new(authority: Authority, client_id: ClientId) -> Self {
        Registration { authority, client_id, endpoints: Endpoints::default(), tenant: None }
    }

    /// Returns the issuer of the client's tokens.
    pub fn issuer(&self) -> Issuer {
        self.authority.issuer()
    }

    pub(in crate::acquire) fn environment(&self) -> Environment {
        self.authority.environment()
    }

    /// Returns the realm that MSAL Python would store: the first path segment of the token endpoint, or the tenant's
    /// identifier if the authority names the tenant by a domain.
    pub(in crate::acquire) fn realm(&self, endpoints: &Endpoints, tenant: Option<&Realm>) -> Realm {
        let configured = self.authority.realm();
        // An authority without a path has no tenant, whatever its token endpoint is.
        let configured = match endpoints.realm() {
            Some(realm) if !configured.as_str().is_empty() => realm,
            _ => configured,
        };
        match tenant {
            Some(tenant) if self.authority.kind() == AuthorityKind::Entra && is_domain(&configured) => tenant.clone(),
            _ => configured,
        }
    }

    /// Returns the names of the authority's realm.
    pub(in crate::acquire) fn authority_realms(&self) -> Vec<Realm> {
        let configured = self.authority.realm();
        let named = self.tenant.clone().filter(|_| is_domain(&configured));
        let mut realms = vec![configured];
        realms.extend([self.endpoints.realm(), named].into_iter().flatten());
        realms
    }

    /// Returns the realms that an access token of `account` may have. MSAL Python and Go store the authority's realm,
    /// MSAL Node and .NET the token's tenant. The tenants of a Microsoft cloud share their accounts. Anywhere else, an
    /// account belongs to this authority only, and so does every realm that was stored at a sign-in, whatever its
    /// endpoint was.
    pub(in crate::acquire) fn realms(&self, account: &Account) -> Vec<Realm> {
        let mut realms = self.authority_realms();
        match self.authority.kind() {
            AuthorityKind::Entra if is_for_many_tenants(&realms[0]) => {
                realms.extend(account.home_account_id.home_tenant());
            }
            AuthorityKind::Entra => {}
            _ => realms.extend(account.realms.iter().cloned()),
        }
        realms
    }
}

fn is_for_many_tenants(realm: &Realm) -> bool {
    matches!(realm.as_str(), "organizations" | "common" | "consumers")
}

fn is_domain(realm: &Realm) -> bool {
    realm.as_str().contains('.')
}
